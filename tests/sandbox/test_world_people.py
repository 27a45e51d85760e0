"""Draws that are the same everywhere, and names and numbers that belong to one person each."""

from __future__ import annotations

from collections import Counter

from sandbox.chance import count, draws, exponential, pick, stable_hash
from sandbox.names import email_of, mixed_case, name_of, phone_of, spelled_phone, typo_email
from tests.sandbox.observed import e164


def test_addresses_and_telephones_belong_to_one_person_each() -> None:
    numbers = range(20_000)
    emails = [email_of(n, *name_of(n)) for n in numbers]
    assert len(set(emails)) == len({phone_of(n) for n in numbers}) == len(emails)
    typos = {typo_email(email, draws(1, n)) for n, email in enumerate(emails)}
    assert not typos & set(emails)
    assert all(mixed_case(e, draws(2, n)).lower() == e for n, e in enumerate(emails[:500]))
    for n in range(500):
        assert e164(spelled_phone(phone_of(n), draws(3, n))) == phone_of(n)


def test_draws_have_the_means_they_promise() -> None:
    rng = draws("means")
    waits = [exponential(rng, 100.0) for _ in range(20_000)]
    assert 95 < sum(waits) / len(waits) < 105
    counts = [count(rng, 3.0) for _ in range(5_000)]
    assert 2.8 < sum(counts) / len(counts) < 3.2
    picks = Counter(pick(rng, [("a", 3.0), ("b", 1.0)]) for _ in range(8_000))
    assert 2.6 < picks["a"] / picks["b"] < 3.5
    assert stable_hash("a", 1) == 9_331_952_569_449_725_121
