"""The columns of GA4's BigQuery export, with the types of its event schema.

The first list is what staging reads: a day file without them, or with other types, is refused.
"""

import pyarrow as pa

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

KEY = (
    "user_pseudo_id",
    "event_timestamp",
    "event_name",
    "event_bundle_sequence_id",
    "batch_page_id",
    "batch_ordering_id",
    "batch_event_index",
)
