"""Scrubbing: what belongs to a person goes, what belongs to an order stays, each text once."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from ops.scrub import scrub, scrub_new_texts

NOW = datetime(2026, 9, 29, tzinfo=UTC)
NL = 31
GONE = {
    "write to Ann.Lee+shop@mail.example.co.uk, please": "write to [e-mail], please",
    "call me: 06 12345678": "call me: [phone]",
    "+31 (0)20 123 4567 or 0031612345678": "[phone] or [phone]",
    "my uk number is +44 20 7946 0958.": "my uk number is [phone].",
    "mailto:ann%40mail.example": "mailto:[e-mail]",
    "tel-0612345678": "tel-[phone]",
    "card no.4111111111111111": "card no.[card]",
    "card 4111 1111 1111 1111, exp 12/27": "card [card], exp 12/27",
    "amex 378282246310005 and 5500-0055-5555-5559": "amex [card] and [card]",
    "refund NL91 ABNA 0417 1643 00 please": "refund [iban] please",
    "de89370400440532013000": "[iban]",
    "+31 6 2345 6789, 4111 1111 1111 1111, NL91 ABNA 0417 1643 00": "[phone], [card], [iban]",
    "GB82 WEST 1234 5698 7654 32 today": "[iban] today",
}
STAYS = (
    "order 20260412 and invoice INV-2026-000123",
    "order 1002345678901234",
    "INV-2012345678, rate 0.4111111111111111",
    "it was 1,299.00 or € 49,95, now -20%",
    "on 2026-09-28 at 14:30, not 28-09-2026",
    "error 503 at 09:15, 3 of 10 times, v1.2.3, 192.168.0.1",
    "4111 1111 1111 1112 is no card",  # Luhn's digit is wrong
    "NL91 ABNA 0417 1643 01 is no account",  # its check digits are wrong
    "moment 1782864000000000 of post 1973456789012345678",
    "northwind 24/7 at 10 euro",
    "me @ home, price@10",
)


@pytest.mark.parametrize("text", GONE)
def test_numbers_of_a_person_go(text: str) -> None:
    assert scrub(text, NL) == GONE[text]


@pytest.mark.parametrize("text", STAYS)
def test_ordinary_numbers_stay(text: str) -> None:
    assert scrub(text, NL) == text


def test_a_local_number_is_one_of_the_company_s_country() -> None:
    assert scrub("call (415) 555-2671", 1) == "call [phone]"
    assert scrub("call (415) 555-2671", NL) == "call (415) 555-2671"


def test_a_long_text_takes_no_longer_than_it_is_long() -> None:
    for part in ("a1 ", "NL91 ", "4 ", "a.b@", "0"):
        scrub(part * 2_000, NL)


def test_a_text_is_scrubbed_once_and_kept_only_where_it_changed(tmp_path: Path) -> None:
    warehouse, enrichment = tmp_path / "warehouse.duckdb", tmp_path / "enrichment"
    with duckdb.connect(str(warehouse)) as con:
        con.execute("create schema intermediate")
        con.execute(
            """create table intermediate.int_texts_to_scrub as
            select sha256(text) as text_sha, text, '31' as phone_country_code
            from (values ('login a@mail.example'), ('northwind login')) as texts(text)"""
        )
    assert scrub_new_texts(warehouse, enrichment, NOW) == 2
    assert scrub_new_texts(warehouse, enrichment, NOW) == 0
    (path,) = enrichment.rglob("*.parquet")
    assert set(pq.read_table(path)["scrubbed_text"].to_pylist()) == {"login [e-mail]", None}
