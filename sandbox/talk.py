"""What a story makes people talk about on X: a clumsy post, a rumour, a campaign.

Those who talk are persons who are there already and have an account, so that nobody is born who
would not be born without the story.
"""

from __future__ import annotations

from sandbox.chance import exponential, pick
from sandbox.company import COMPANY, Company
from sandbox.moments import HOUR, MINUTE, to_millis
from sandbox.people import Person
from sandbox.posts import post_id
from sandbox.stories.climate import Talk

KINDS = {"customer", "prospect", "stranger"}
FADES = 5.0  # hours: mean time between the beginning and a post


def talk_day(company: Company, day_us: int) -> None:
    """Plan the company's own posts of the stories that begin today, and what people say."""
    for begin_us, story in company.climate.talks_of(day_us):
        begun = to_millis(begin_us)
        if story.quote_share:
            company.plan(begun, "brand_post", 0, story.slug)
        _people(company, begun, story)


def _people(company: Company, begun: int, story: Talk) -> None:
    rng = company.rng("talk", story.slug)
    wanted = round(company.customers * story.posts_per_customer)
    mix = [
        ("negative", story.negative_share),
        ("positive", story.positive_share),
        ("neutral", 1.0 - story.negative_share - story.positive_share),
    ]
    for person in _talkers(company, story, wanted):
        passed = int(exponential(rng, FADES) * HOUR) % (story.hours * HOUR)
        quoted = post_id(begun, COMPANY) if rng.random() < story.quote_share else None
        said = (pick(rng, mix), story.slug, quoted)
        company.plan(begun + 4 * MINUTE + passed, "post", person.number, said)


def _talkers(company: Company, story: Talk, wanted: int) -> list[Person]:
    """Choose persons by a lot of their own; fewer when there are not as many."""
    able = [
        person
        for person in company.people
        if person.kind in KINDS and person.handle is not None and not person.is_gone
    ]
    able.sort(key=lambda person: company.chance("talks", story.slug, person.number))
    return able[:wanted]
