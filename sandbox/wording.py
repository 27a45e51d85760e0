"""What people write to the service desk and into surveys, put together from fragments."""

from __future__ import annotations

from random import Random

SUBJECTS = {
    "billing": (
        "Double charge on my invoice",
        "Invoice does not match my plan",
        "Refund has not arrived",
        "Please change my payment method",
        "Question about the last bill",
    ),
    "delivery": (
        "Hub has not been delivered",
        "Parcel says delivered but is not here",
        "Wrong colour in the box",
        "When will my order come?",
        "Replacement part is missing",
    ),
    "outage": (
        "Nothing works since this morning",
        "Cannot reach the app",
        "Error 503 on every page",
        "Is there an outage?",
        "Service down, we are losing money",
    ),
    "price": (
        "New price is too high",
        "Did I agree to this increase?",
        "I want to keep my old price",
        "Cancel because of the price change",
        "Discount for loyal customers?",
    ),
    "account": (
        "Cannot sign in",
        "Change of e-mail address",
        "Please close my second account",
        "Password link never arrives",
        "Move my account to my partner",
    ),
    "how_to": (
        "How do I add a second user?",
        "Where do I find my usage report?",
        "How do I connect the hub?",
        "Can I export my data?",
        "Setting up notifications",
    ),
    "other": (
        "Question",
        "Feedback about your website",
        "Please call me back",
        "Job application sent to the wrong address?",
        "Compliment for your team",
    ),
}
OPENINGS = (
    "Hello,",
    "Hi there,",
    "Good morning,",
    "Dear team,",
    "To whom it may concern,",
    "Hi Northwind,",
)
FACTS = {
    "billing": (
        "I see two card charges for the same order.",
        "the amount is {n} euro more than last month.",
        "the refund you promised {d} days ago is still not on my account.",
        "the invoice shows a plan that I never chose.",
    ),
    "delivery": (
        "the tracking has not moved for {d} days.",
        "the driver left it with a neighbour whom I do not know.",
        "the box was open and the cable is missing.",
        "it was due {d} days ago.",
    ),
    "outage": (
        "the app shows error 503 and my hub is offline.",
        "nothing loads since about {h} o'clock.",
        "your status page says all is fine. It is not.",
        "we cannot work like this.",
    ),
    "price": (
        "{n} percent more for the same service is not fair.",
        "I learned about the increase from the news, not from you.",
        "please tell me how to cancel before the new price starts.",
        "I have been with you for {d} years and this is the thanks.",
    ),
    "account": (
        "the link in your mail says it has expired.",
        "my old address does not exist any more.",
        "it locks me out after {d} tries.",
        "I see the data of my former flat.",
    ),
    "how_to": (
        "I looked at the help page but it shows another version.",
        "the button that you describe is not there.",
        "I tried it {d} times and always end up on the same page.",
        "is there a short guide for it?",
    ),
    "other": (
        "I could not find a better place to ask.",
        "please forward this to the right person.",
        "your colleague asked me to write to this address.",
        "nothing urgent, take your time.",
    ),
}
CLOSINGS = (
    "Thanks.",
    "Kind regards",
    "Please reply soon.",
    "I expect an answer today.",
    "Have a nice day.",
    "",
)
COMMENTS = {
    "positive": (
        ("Quick and friendly", "Very helpful agent", "Solved at once", "Great service", "Easy"),
        ("thank you", "exactly what I needed", "would recommend", "no complaints", "keep it up"),
    ),
    "neutral": (
        ("It was okay", "Fine in the end", "Average", "Not bad, not great", "As expected"),
        ("took a little long", "answer was short", "had to ask twice", "nothing special", "fine"),
    ),
    "negative": (
        ("Waited far too long", "Nobody understood my problem", "Still not solved", "Rude answer"),
        ("very disappointed", "I will look elsewhere", "waste of time", "never again", "terrible"),
    ),
}


def ticket_text(rng: Random, reason: str) -> tuple[str, str]:
    """Write a subject and a description."""
    numbers = {"n": rng.randrange(4, 60), "d": rng.randrange(2, 12), "h": rng.randrange(7, 12)}
    fact = rng.choice(FACTS[reason]).format(**numbers)
    more = rng.choice(FACTS[reason]).format(**numbers) if rng.random() < 0.3 else ""
    if more and more != fact:
        fact = f"{fact} Also, {more}"
    body = " ".join(part for part in (rng.choice(OPENINGS), fact, rng.choice(CLOSINGS)) if part)
    return rng.choice(SUBJECTS[reason]), body


def comment_text(rng: Random, tone: str) -> str:
    """Write a comment to an answer."""
    first, second = COMMENTS[tone]
    one, two = rng.choice(first), rng.choice(second)
    return rng.choice((one, f"{one}, {two}", f"{one}. {two.capitalize()}.", f"{one}!"))
