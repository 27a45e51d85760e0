"""The company's Typeforms: a relationship survey (NPS) and one after onboarding (CES and CSAT).

Who answers, and how, follows from mood and temperament; answering moves nobody, and every draw has
a generator of its own. Some responses are deleted later: they vanish and leave no trace.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from sandbox.chance import bell, between
from sandbox.company import Company
from sandbox.moments import DAY, HOUR, MINUTE, to_seconds
from sandbox.people import Person
from sandbox.render_typeform import NPS_FORM, ONBOARDING_FORM, answer_of, response_record
from sandbox.wording import comment_text

NPS_EVERY_DAYS = 45
ONBOARDED_AFTER = 10 * DAY


@dataclass(frozen=True, slots=True)
class FormFact:
    """A score given in a form; `deleted_us` is when the response was deleted."""

    response_id: str
    form_id: str
    metric: str
    person: int
    submitted_us: int
    score: int
    deleted_us: int | None


class Forms:
    """Lives beside the company, day by day."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._customers: set[int] = set()
        self.answers: list[FormFact] = []

    def live(self, day_us: int) -> None:
        """Ask those whose turn it is: customers every 45 days, new ones ten days after buying."""
        company, day = self._company, self._company.day_index(day_us)
        for person in company.people:
            if person.won == 0 or person.contact_id is None:
                continue
            if person.number not in self._customers:
                self._customers.add(person.number)
                if day > 0 and company.chance("onboarding form", person.number) < 0.4:
                    self._onboarding(person, day_us + ONBOARDED_AFTER)
            elif not person.is_gone and (day + person.number * 7) % NPS_EVERY_DAYS == 0:
                strength = abs(person.mood - 0.55) * 2
                if company.chance("nps form", person.number, day) < 0.12 + 0.16 * strength:
                    self._relationship(person, day_us)

    def _relationship(self, person: Person, day_us: int) -> None:
        rng = self._company.rng("nps form answer", person.number, day_us)
        felt = between(0.0, person.mood + person.generosity + bell(rng, 0.0, 0.09), 1.0)
        score = max(0, min(10, int(felt * 15.5 - 1.6)))
        answers = [answer_of("nps", "nps", score)]
        if rng.random() < 0.55:
            tone = "negative" if score < 7 else "positive" if score > 8 else "neutral"
            answers.append(answer_of("why", "long_text", comment_text(rng, tone)))
        known = rng.random()
        if known > 0.6:
            answers += [answer_of("email", "email", person.email)] if known < 0.92 else []
        hidden = {"customer_id": person.customer_number} if known <= 0.6 else {}
        us = to_seconds(day_us + rng.randrange(7 * HOUR, 22 * HOUR))
        self._submit(person, us, NPS_FORM, answers, hidden, {"nps": score}, rng)

    def _onboarding(self, person: Person, day_us: int) -> None:
        rng = self._company.rng("onboarding answer", person.number)
        felt = between(0.0, person.mood + person.generosity + bell(rng, 0.05, 0.12), 1.0)
        ease = max(1, min(7, 1 + int(felt * 7.4)))
        happy = max(1, min(5, 1 + int((felt + bell(rng, 0.0, 0.06)) * 5.2)))
        answers = [answer_of("ease", "opinion_scale", ease)]
        if rng.random() < 0.3:
            tone = "negative" if ease < 4 else "positive" if ease > 5 else "neutral"
            answers.append(answer_of("ease_why", "long_text", comment_text(rng, tone)))
        scores = {"ces": ease}
        if rng.random() < 0.9:  # the question may be skipped
            answers.append(answer_of("happy", "rating", happy))
            scores["csat"] = happy
        hidden = {"customer_id": person.customer_number, "email": person.email}
        us = to_seconds(day_us + rng.randrange(7 * HOUR, 22 * HOUR))
        self._submit(person, us, ONBOARDING_FORM, answers, hidden, scores, rng)

    def _submit(
        self,
        person: Person,
        us: int,
        form: str,
        answers: list[dict[str, object]],
        hidden: dict[str, str | None],
        scores: dict[str, int],
        rng: Random,
    ) -> None:
        """Send a form in, or leave it half filled in."""
        company = self._company
        key = f"{rng.getrandbits(128):032x}"
        landed = us - rng.randrange(30, 400) * 1_000_000
        shown = {name: value for name, value in hidden.items() if value}
        is_partial = rng.random() < 0.08
        record = response_record(key, form, landed, None if is_partial else us, answers, shown)
        company.books.emit("typeform.responses", us, key, record)
        gone = us + rng.randrange(2 * HOUR, 30 * DAY) if rng.random() < 0.03 else None
        if gone is not None:
            gone -= gone % MINUTE
            company.books.emit("typeform.responses", gone, key, {"_form": form, "_gone": True})
        if not is_partial:
            self.answers += [
                FormFact(key, form, metric, person.number, us, score, gone)
                for metric, score in scores.items()
            ]
