"""Guards: what likely pairs may not do."""

import pyarrow as pa

from ops.identity.guards import Guards, judge

COLUMNS = ("customer_number", "name_key", "email", "phone", "handle")
SURE = {"gamma_name_key": 2, "gamma_email": 2, "gamma_phone": -1, "gamma_handle": -1}
BY_PHONE = {"gamma_name_key": -1, "gamma_email": -1, "gamma_phone": 2, "gamma_handle": -1}


def records(**stated: dict[str, str]) -> pa.Table:
    """Make records by their keys."""
    rows = [{"unique_id": key, **{c: said.get(c) for c in COLUMNS}} for key, said in stated.items()]
    schema = pa.schema([(name, pa.string()) for name in ("unique_id", *COLUMNS)])
    return pa.Table.from_pylist(rows, schema)


def pairs(*found: tuple[str, str, float], **levels: int) -> pa.Table:
    """Make pairs that agree in name and address, or as the levels say."""
    said = levels or SURE
    phone = {"phone_l": "+31650000000"}
    return pa.Table.from_pylist(
        [
            {"unique_id_l": a, "unique_id_r": b, "match_probability": p, **said, **phone}
            for a, b, p in found
        ]
    )


def verdicts(stated: pa.Table, found: pa.Table, **given: object) -> dict[str, tuple[str, str]]:
    """Return verdict and reason by pair."""
    judged = judge(stated, found, "v1", **given).to_pylist()
    return {
        row["left_record_key"] + row["right_record_key"]: (
            row["verdict_type"],
            row["verdict_reason"],
        )
        for row in judged
    }


def test_a_sure_pair_is_linked_a_likely_one_is_asked_and_a_weak_one_is_refused() -> None:
    said = verdicts(
        records(a={}, b={}, c={}, d={}, e={}, f={}),
        pairs(("a", "b", 0.97), ("c", "d", 0.6), ("e", "f", 0.1)),
    )
    assert [said[pair][0] for pair in ("ab", "cd", "ef")] == ["linked", "review", "refused"]


def test_two_customer_numbers_block_even_through_a_third_record() -> None:
    stated = records(a={"customer_number": "1"}, b={}, c={"customer_number": "2"})
    said = verdicts(stated, pairs(("a", "b", 0.99), ("b", "c", 0.98)))
    assert said == {
        "ab": ("linked", "enough agrees"),
        "bc": ("refused", "they hold different customer numbers"),
    }


def test_a_shared_telephone_alone_ties_nobody() -> None:
    phone = "+31650000000"
    stated = records(
        a={"phone": phone, "email": "a@x.nl"}, b={"phone": phone, "email": "b@x.nl"}, c={}
    )
    said = verdicts(stated, pairs(("a", "b", 0.99), **BY_PHONE))
    assert said["ab"] == ("refused", "only a telephone that several persons use ties them")


def test_a_customer_does_not_grow_beyond_the_bound() -> None:
    stated = records(a={}, b={}, c={}, d={})
    found = pairs(("a", "b", 0.99), ("b", "c", 0.98), ("c", "d", 0.97))
    said = verdicts(stated, found, guards=Guards(max_records=3))
    assert [said[pair][0] for pair in ("ab", "bc", "cd")] == ["linked", "linked", "review"]


def test_one_pair_does_not_bridge_two_established_customers() -> None:
    groups = {f"{name}{n}": {"email": f"{name}@x.nl"} for name in "ab" for n in range(3)}
    said = verdicts(records(**groups), pairs(("a0", "b0", 0.99)))
    assert said["a0b0"] == ("review", "one pair alone would join two well known customers")
    said = verdicts(records(**groups), pairs(("a0", "b0", 0.9995)))
    assert said["a0b0"][0] == "linked"


def test_pairs_that_exact_evidence_ties_are_left_out() -> None:
    stated = records(a={"email": "a@x.nl"}, b={"email": "a@x.nl"})
    assert verdicts(stated, pairs(("a", "b", 0.99))) == {}


def test_records_told_apart_by_hand_stay_apart() -> None:
    said = verdicts(records(a={}, b={}), pairs(("b", "a", 0.99)), apart=[("b", "a")])
    assert said["ab"] == ("refused", "a person told them apart")


def test_the_order_of_pairs_does_not_matter() -> None:
    stated = records(a={"customer_number": "1"}, b={}, c={"customer_number": "2"})
    found = [("a", "b", 0.98), ("b", "c", 0.98)]
    assert verdicts(stated, pairs(*found)) == verdicts(stated, pairs(*reversed(found)))


def test_a_chain_and_a_hub_of_many_records_are_judged() -> None:
    chain = {
        f"k{n:05d}": {"email": f"{n // 2}@x.nl", "phone": f"{(n + 1) // 2}"} for n in range(4000)
    }
    hub = {f"z{n:05d}": {"email": "hub@x.nl"} for n in range(4000)}
    said = verdicts(records(**chain, **hub), pairs(("k00000", "z00000", 0.99)))
    assert said["k00000z00000"][0] == "review"
