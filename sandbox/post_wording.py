"""What people and the company write on X, with the sentiment that is really meant.

A sarcastic post praises in words and means the opposite; a reader of words alone will miss it.
"""

from __future__ import annotations

from random import Random

NAMES = ("@northwind", "@northwind", "@northwind", "Northwind", "northwind")

POSITIVE = {
    "service": (
        "{b} support answered in {n} minutes, impressive",
        "big thanks to the {b} team, problem solved before my coffee was cold",
        "just had a really friendly call with {b}. That is how it should be",
        "credit where it is due: {b} fixed my bill without any fuss",
        "excellent help from {b} today, I am happy",
    ),
    "product": (
        "really love the new dashboard of {b}",
        "{b} saved me {n} euro this month, great product",
        "setting up {b} took {n} minutes. Wonderful",
        "honestly the best app I use every day is {b}",
        "my {b} hub just works and I enjoy it",
    ),
    "campaign": (
        "love the {b} picture contest, here is my garden",
        "my winter picture for {b}, this is fun",
        "great idea {b}, my kids enjoy the contest",
    ),
}
NEGATIVE = {
    "service": (
        "still no answer from {b} after {n} days. Awful",
        "{b} told me three different things in three calls, so frustrating",
        "the worst support I ever had: {b}",
        "{b} closed my ticket without solving anything. Bad service",
        "I am angry at {b}, nobody feels responsible",
    ),
    "queue": (
        "{n} minutes on hold with {b} and then cut off. Terrible",
        "hung up on {b} after {n} minutes of horrible music",
        "does anybody at {b} ever pick up the phone? Ridiculous",
        "gave up on the {b} hotline, what a waste of time",
    ),
    "outage": (
        "{b} is down again and nobody tells us anything. Terrible",
        "no login, no app, no answer. {b} is a disaster today",
        "losing a day of work because {b} is broken. Very annoying",
        "error 503 at {b} since {h} o'clock, this is unacceptable",
        "{b} outage ruins my morning, I hate this",
    ),
    "price": (
        "{b} raises the price by {p} percent for nothing. Shame",
        "leaving {b} after this awful price increase",
        "{p} percent more, {b}? That is a bad joke and I am disappointed",
        "the new {b} price is a rip-off, cancelling today",
        "loyal for years and {b} thanks me with a price hike. Sad",
    ),
    "clumsy_post": (
        "that joke about customers is not funny, {b}. Terrible taste",
        "so {b} laughs at people who wait for help. Shame on you",
        "delete this, {b}. Insulting and stupid",
        "is that how {b} talks about us? Disgusting",
        "I am really angry about this post of {b}",
    ),
    "outside_rumour": (
        "the paper says {b} sells our data. Awful if true",
        "{b} and my personal data: I do not trust them any more",
        "reading about {b} in the news, very worrying",
        "bad news about {b} today, I hate that nobody is safe",
    ),
    "campaign": (
        "a picture for {b}? My cat is not amused, boring campaign",
        "the {b} picture contest looks like a bad joke",
        "{b} wants my pictures and cannot send a correct bill, annoying",
    ),
    "product": (
        "the new {b} update is a mess, everything is slow",
        "{b} charged me twice, not great at all",
        "my {b} hub failed after {n} weeks, poor quality",
        "regret choosing {b}, nothing but problems",
    ),
}
SARCASTIC = {
    "queue": (
        "{n} minutes of relaxing hold music, thank you {b}, I feel so loved",
        "great job {b}, I learned the whole hold song by heart",
    ),
    "outage": (
        "wow, amazing work {b}, a whole free day without my own data",
        "thanks {b} for the wonderful holiday from work, error 503 is so pretty",
    ),
    "price": (
        "how generous of {b} to let me pay {p} percent more, best gift ever",
        "love it when {b} rewards loyalty with a higher bill, brilliant",
    ),
    "service": (
        "fantastic service {b}, only {n} days for a copy and paste answer",
        "so happy that {b} solved my ticket by deleting it, genius",
    ),
    "clumsy_post": ("wow {b}, laughing at your customers, what a brilliant idea",),
    "outside_rumour": ("lovely, {b} shares everything with everyone, so generous",),
    "campaign": ("another contest of {b}, exactly what we needed, how exciting",),
    "product": ("great update {b}, now the one button that I use is gone, perfect",),
}
NEUTRAL = (
    "does {b} work with the new hub version?",
    "anyone here who uses {b} for more than one house?",
    "{b} opens an office in Utrecht, says the paper",
    "comparing {b} with two others this week, will report",
    "reading the {b} manual, page {n}",
    "what are the opening hours of the {b} hotline?",
    "switching my contract from {b} to my partner's name next month",
)
SPAM = (
    "cheap followers here >> link in bio #northwind #deal{n}",
    "northwind users click to win a phone {n} spots left https://t.example/{n}",
    "make {n}00 a day from home, ask me how #northwind",
)
THANKS = (
    "{b} thank you, that helped",
    "{b} ok that was fast, great reply",
    "{b} works again, thanks a lot",
)
STILL = (
    "{b} that does not help at all",
    "{b} same useless answer as yesterday, bad",
    "{b} I sent you the number three times already, so annoying",
)
BRAND = (
    "New in Northwind: {t}. Tell us what you think.",
    "Tip of the week: {t}. It takes two minutes.",
    "We are hiring in Utrecht and Ghent. {t} is yours to build.",
    "Thank you for {n},000 households with Northwind.",
    "Behind the scenes: how we test {t}.",
)
BRAND_TOPICS = (
    "shared reports",
    "quiet hours for notifications",
    "the second hub",
    "monthly budgets",
    "export to your spreadsheet",
    "the winter check",
)
BRAND_OUTAGE = (
    "We see errors in app and website and work on it. Updates follow here.",
    "The cause is found, systems come back step by step. We are sorry.",
    "Everything runs again. Thank you for your patience.",
)
BRAND_PRICE = (
    "From next month our plans cost {p} percent more. Why, and what it means for you: our page.",
)
BRAND_STORIES = {
    "clumsy_post": ("What do our customers do all day? They wait in our queue. Just kidding.",),
    "campaign": ("Show us your warmest corner: the best picture wins a hub. Join in.",),
}
CARE = (
    "@{u} We are sorry to hear this. Please send us your customer number in a direct message.",
    "@{u} That is not how it should be. A colleague looks at it now.",
    "@{u} Thank you for telling us. Could you send us the ticket number?",
    "@{u} We are on it and come back to you today.",
)
TAILS = ("", "", "", "", " #northwind", " 🙃", " just wondering", " ...", " what do others think?")
GLAD_TAILS = ("", "", "", " 👏", " 😊", " #happy")
CROSS_TAILS = ("", "", "", " 😡", " #fail", " Not good.", " Come on.")


def post_text(rng: Random, sentiment: str, topic: str, raised: int) -> str:
    """Write a post that means `sentiment`; some negative ones are sarcastic."""
    tails: tuple[str, ...]
    if sentiment == "neutral":
        text, tails = rng.choice(NEUTRAL), TAILS
    elif sentiment == "positive":
        text, tails = rng.choice(POSITIVE.get(topic, POSITIVE["product"])), GLAD_TAILS
    elif rng.random() < 0.12:
        text, tails = rng.choice(SARCASTIC[topic]), TAILS
    else:
        text, tails = rng.choice(NEGATIVE[topic]), CROSS_TAILS
    return _fill(rng, text, raised) + rng.choice(tails)


def follow_up_text(rng: Random, is_glad: bool) -> str:
    """Write what a person answers to the company's reply."""
    return rng.choice(THANKS if is_glad else STILL).format(b="@northwind")


def spam_text(rng: Random) -> str:
    """Write an advertisement that uses the company's name."""
    return _fill(rng, rng.choice(SPAM), 0)


def brand_text(rng: Random, kind: str, raised: int) -> str:
    """Write a post of the company itself."""
    texts = {"outage": BRAND_OUTAGE, "price": BRAND_PRICE, **BRAND_STORIES}.get(kind, BRAND)
    filled = rng.choice(texts).format(t=rng.choice(BRAND_TOPICS), n=rng.randrange(20, 90), p=raised)
    return filled[0].upper() + filled[1:]


def care_text(rng: Random, username: str) -> str:
    """Write the company's reply to an unhappy post."""
    return rng.choice(CARE).format(u=username)


def _fill(rng: Random, text: str, raised: int) -> str:
    filled = text.format(
        b=rng.choice(NAMES), n=rng.randrange(2, 58), h=rng.randrange(8, 12), p=raised
    )
    return filled[0].upper() + filled[1:] if rng.random() < 0.5 else filled
