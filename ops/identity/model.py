"""The matching model: Splink (Fellegi and Sunter) on DuckDB, trained on the company's own records.

Nobody labels anything. How often strangers agree (u) is counted over known strangers: records with
different customer numbers. How often one person's records agree (m) comes from expectation
maximisation over pairs with one name, one address and one customer number. A level that no pair
showed keeps a floor. One thread and a fixed seed: the same records give the same model.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa
import splink.comparison_level_library as levels
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.blocking_rule_library import CustomRule
from splink.comparison_library import CustomComparison

FEATURES = "2"  # of the comparisons below; another number trains anew
SEED = 20260701
U_PAIRS = 3e5
M_FLOOR = 0.005
DISTANCE_OF_A_TYPO = 2  # letters, in an address; one in a name or a telephone number
M_HANDLE = 0.3  # people whose account is called like their address; no training pair shows it

log = logging.getLogger("cxw.identity")


def train(records: pa.Table) -> dict[str, Any]:
    """Train on the records; return the model as Splink saves it."""
    ties = [["email"], ["name_key", "phone"]]
    sessions = ("name_key", "email", "customer_number")
    return trained(_settings(), known_strangers(records), records, ties, sessions)


def trained(
    settings: SettingsCreator,
    strangers: pa.Table,
    records: pa.Table,
    ties: Sequence[Sequence[str]],
    sessions: Sequence[str],
) -> dict[str, Any]:
    """Train a model: u over strangers, m over pairs equal in each session's column.

    `ties` are columns whose joint equality makes a match nearly sure.
    """
    counted = _linker(strangers, settings)
    counted.training.estimate_u_using_random_sampling(max_pairs=U_PAIRS, seed=SEED)
    linker = _linker(records, _with_floor(counted.misc.save_model_to_json(), strangers.num_rows))
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on(*columns) for columns in ties], recall=0.8
    )
    for column in sessions:
        try:
            training.estimate_parameters_using_expectation_maximisation(block_on(column))
        except ValueError:  # a level that no match shows: Splink refuses the zero, the floor stays
            log.info("identity: no match by %s shows some level", column)
    return _with_floor(linker.misc.save_model_to_json(), strangers.num_rows)


def predict(records: pa.Table, model: dict[str, Any], at_least: float) -> pa.Table:
    """Compare the records that blocking brings together; return pairs above a probability."""
    linker = _linker(records, model)
    found = linker.inference.predict(threshold_match_probability=at_least)
    return found.as_duckdbpyrelation().to_arrow_table()


def version_of(model: dict[str, Any]) -> str:
    """Name a model by its parameters."""
    said = json.dumps(
        [FEATURES, model["comparisons"], model["probability_two_random_records_match"]]
    )
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def known_strangers(records: pa.Table) -> pa.Table:
    """Return one record a customer number: no two of them are one person."""
    with duckdb.connect() as con:
        con.register("records", records)
        return con.sql(
            "select * from records where customer_number is not null qualify row_number() over "
            "(partition by customer_number order by unique_id) = 1 order by unique_id"
        ).to_arrow_table()


def _linker(records: pa.Table, settings: SettingsCreator | dict[str, Any]) -> Linker:
    connection = duckdb.connect()
    connection.execute("set threads = 1")
    connection.execute("set enable_progress_bar = false")
    api = DuckDBAPI(connection)
    linker = Linker(api.register(records), settings)
    logging.getLogger("splink").setLevel(logging.CRITICAL)  # a linker sets its own level
    return linker


def _settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="unique_id",
        blocking_rules_to_generate_predictions=[
            CustomRule(f"l.name_key = r.name_key and {_NOT_TWO_ACCOUNTS}"),
            block_on("phone"),
            CustomRule(f"l.local_key = r.local_key and {_NOT_TWO_ACCOUNTS}"),
            CustomRule(
                "substr(l.local_key, 1, 6) = substr(r.local_key, 1, 6) "
                "and l.email is not null and r.email is not null"
            ),
        ],
        comparisons=[
            _close("name_key"),
            CustomComparison(
                output_column_name="email",
                comparison_levels=[
                    levels.NullLevel("email"),
                    levels.ExactMatchLevel("email"),
                    levels.ExactMatchLevel("local_key"),
                    levels.DamerauLevenshteinLevel("email", DISTANCE_OF_A_TYPO),
                    levels.ElseLevel(),
                ],
            ),
            _close("phone"),
            CustomComparison(
                output_column_name="handle",
                comparison_levels=[
                    levels.CustomLevel(_NO_HANDLE, "no handle").configure(is_null_level=True),
                    levels.ExactMatchLevel("local_key").configure(
                        m_probability=M_HANDLE, fix_m_probability=True
                    ),
                    levels.ElseLevel().configure(
                        m_probability=1 - M_HANDLE,
                        fix_m_probability=True,
                        u_probability=1.0,
                        fix_u_probability=True,
                    ),
                ],
            ),
        ],
        retain_matching_columns=True,
    )


_ACCOUNT = "{}.source_slug in ('x', 'bluesky')"
_NOT_TWO_ACCOUNTS = f"not ({_ACCOUNT.format('l')} and {_ACCOUNT.format('r')})"
# A handle is compared with the first part of an address; what has no address is an account.
_NO_HANDLE = "(email_l is null) = (email_r is null) or local_key_l is null or local_key_r is null"


def _close(column: str) -> CustomComparison:
    return CustomComparison(
        output_column_name=column,
        comparison_levels=[
            levels.NullLevel(column),
            levels.ExactMatchLevel(column),
            levels.DamerauLevenshteinLevel(column, 1),
            levels.ElseLevel(),
        ],
    )


def _with_floor(model: dict[str, Any], strangers: int) -> dict[str, Any]:
    """Give every level an m and a u: what was never seen is rarer than one in all that was seen."""
    pairs = max(1.0, min(U_PAIRS, strangers * (strangers - 1) / 2))
    for comparison in model["comparisons"]:
        for level in comparison["comparison_levels"]:
            if level.get("is_null_level"):
                continue
            level["m_probability"] = round(max(level.get("m_probability") or 0.0, M_FLOOR), 9)
            level["u_probability"] = round(max(level.get("u_probability") or 0.0, 1 / pairs), 12)
    chance = model["probability_two_random_records_match"]
    model["probability_two_random_records_match"] = round(chance, 12)
    return model
