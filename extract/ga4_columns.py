"""The columns of GA4's BigQuery export, with the types of its event schema, and how a file is read.

The list is what staging reads: a day file without them, or with other types, is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from extract.errors import OutsideWindow, UnreadableAnswer
from extract.source import Batch

GROUP_ROWS = 20_000

TEXT, WHOLE, REAL = pa.string(), pa.int64(), pa.float64()
VALUE = pa.struct(
    [("string_value", TEXT), ("int_value", WHOLE), ("float_value", REAL), ("double_value", REAL)]
)

READ = pa.schema(
    [
        ("event_date", TEXT),
        ("event_timestamp", WHOLE),
        ("event_name", TEXT),
        ("event_params", pa.list_(pa.struct([("key", TEXT), ("value", VALUE)]))),
        ("event_value_in_usd", REAL),
        ("event_bundle_sequence_id", WHOLE),
        ("user_id", TEXT),
        ("user_pseudo_id", TEXT),
        ("device", pa.struct([("category", TEXT)])),
        ("traffic_source", pa.struct([("source", TEXT), ("medium", TEXT)])),
        (
            "collected_traffic_source",
            pa.struct([("manual_source", TEXT), ("manual_medium", TEXT)]),
        ),
        ("ecommerce", pa.struct([("transaction_id", TEXT)])),
        ("batch_event_index", WHOLE),
        ("batch_page_id", WHOLE),
        ("batch_ordering_id", WHOLE),
    ]
)


def read(content: IO[bytes], name: str, day: str) -> Iterator[Batch]:
    """Yield the rows of a day's file; a file of something else is refused."""
    try:
        for columns in pq.ParquetFile(content).iter_batches(GROUP_ROWS):
            check_day(columns, day)
            yield Batch(columns=columns)
    except pa.ArrowException as error:
        raise UnreadableAnswer(
            f"ga4: {name} is no whole Parquet file ({type(error).__name__})",
            "it has the size that its store tells, so it was exported broken or is half written",
            "look at the export of this day in BigQuery",
        ) from None


def check_day(columns: pa.RecordBatch, day: str) -> None:
    """Refuse rows that say that they belong to another day than their file."""
    if "event_date" in columns.schema.names:
        other = pc.sum(pc.not_equal(columns.column("event_date").cast(pa.string()), day)).as_py()
        if other:
            raise OutsideWindow(
                f"ga4.events: {other:,} rows of other days in the file of {day}",
                "the file replaces its day, so they would be counted twice or lost",
                "look at the export of this day in BigQuery",
            )
