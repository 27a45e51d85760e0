"""GA4's BigQuery export: one Arrow table a day, nested as the vendor nests it.

`event_date` is a day in UTC, the property's time zone. No row has an id; the seven columns
`user_pseudo_id, event_timestamp, event_name, event_bundle_sequence_id, batch_page_id,
batch_ordering_id, batch_event_index` tell rows apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from sandbox.books import Hit, Session
from sandbox.chance import stable_hash
from sandbox.moments import as_datetime

_TEXT, _WHOLE, _REAL = pa.string(), pa.int64(), pa.float64()
_VALUE = [
    ("string_value", _TEXT),
    ("int_value", _WHOLE),
    ("float_value", _REAL),
    ("double_value", _REAL),
]
_PARAMS = pa.list_(pa.struct([("key", _TEXT), ("value", pa.struct(_VALUE))]))
_PROPERTY = pa.struct([*_VALUE, ("set_timestamp_micros", _WHOLE)])
_ITEM = [("item_id", _TEXT), ("item_name", _TEXT), ("price_in_usd", _REAL), ("quantity", _WHOLE)]


def _texts(*names: str) -> pa.DataType:
    return pa.struct([(name, _TEXT) for name in names])


SCHEMA = pa.schema(
    [
        ("event_date", _TEXT),
        ("event_timestamp", _WHOLE),
        ("event_previous_timestamp", _WHOLE),
        ("event_name", _TEXT),
        ("event_params", _PARAMS),
        ("event_value_in_usd", _REAL),
        ("event_bundle_sequence_id", _WHOLE),
        ("event_server_timestamp_offset", _WHOLE),
        ("user_id", _TEXT),
        ("user_pseudo_id", _TEXT),
        ("privacy_info", _texts("analytics_storage", "ads_storage", "uses_transient_token")),
        ("user_properties", pa.list_(pa.struct([("key", _TEXT), ("value", _PROPERTY)]))),
        ("user_first_touch_timestamp", _WHOLE),
        ("user_ltv", pa.struct([("revenue", _REAL), ("currency", _TEXT)])),
        (
            "device",
            pa.struct(
                [
                    ("category", _TEXT),
                    ("mobile_brand_name", _TEXT),
                    ("operating_system", _TEXT),
                    ("operating_system_version", _TEXT),
                    ("language", _TEXT),
                    ("is_limited_ad_tracking", _TEXT),
                    ("web_info", _texts("browser", "browser_version", "hostname")),
                ]
            ),
        ),
        ("geo", _texts("city", "country", "continent", "region", "sub_continent", "metro")),
        ("app_info", _texts("id", "version", "install_source")),
        ("traffic_source", _texts("name", "medium", "source")),
        ("collected_traffic_source", _texts("manual_source", "manual_medium", "gclid")),
        ("stream_id", _TEXT),
        ("platform", _TEXT),
        (
            "ecommerce",
            pa.struct(
                [
                    ("transaction_id", _TEXT),
                    ("purchase_revenue_in_usd", _REAL),
                    ("total_item_quantity", _WHOLE),
                ]
            ),
        ),
        ("items", pa.list_(pa.struct(_ITEM))),
        ("is_active_user", pa.bool_()),
        ("batch_event_index", _WHOLE),
        ("batch_page_id", _WHOLE),
        ("batch_ordering_id", _WHOLE),
    ]
)

SOURCES = (
    ("(organic)", "organic", "google"),
    ("(direct)", "(none)", "(direct)"),
    ("summer", "email", "newsletter"),
    ("search-nl", "cpc", "google"),
    ("(referral)", "referral", "news.example"),
)
DEVICES = (
    ("mobile", "Google", "Android", "16", "Chrome", "140.0"),
    ("desktop", None, "Windows", "11", "Edge", "139.0"),
    ("mobile", "Apple", "iOS", "19.1", "Safari", "19.1"),
)
SITE_SEARCHES = ("double charge refund", "Northwind invoice wrong", "opening hours", "move house")
CITIES = ("Utrecht", "Rotterdam", "Groningen", "Arnhem", "Haarlem", "Tilburg", "Leiden", "Zwolle")
TITLES = {"/": "Northwind", "/pricing": "Pricing", "/app": "Your Northwind"}


def day_table(rows: Sequence[tuple[Session, Hit]]) -> pa.Table:
    """Make the table of a day's hits, in the order in which they happened."""
    ordered = sorted(rows, key=lambda row: (row[1].us, row[0].client_id))
    return pa.Table.from_pylist([_row(*row) for row in ordered], schema=SCHEMA)


def _param(key: str, *, text: str | None = None, whole: int | None = None) -> dict[str, Any]:
    value = {"string_value": text, "int_value": whole, "float_value": None, "double_value": None}
    return {"key": key, "value": value}


def _params(session: Session, hit: Hit) -> list[dict[str, Any]]:
    path = hit.page.split(".example", 1)[1]
    params = [
        _param("page_location", text=hit.page),
        _param("page_title", text=TITLES.get(path, path.strip("/").replace("-", " ").title())),
        _param("ga_session_id", whole=session.session_id),
        _param("ga_session_number", whole=session.number),
        _param("session_engaged", text="1"),
    ]
    if hit.engaged_ms:
        params.append(_param("engagement_time_msec", whole=hit.engaged_ms))
    if hit.name == "feature_use":
        params.append(_param("feature_name", text=path.rsplit("/", 1)[1]))
    if hit.name == "view_search_results":
        asked = stable_hash(session.client_id, hit.us, "asked") % len(SITE_SEARCHES)
        params.append(_param("search_term", text=SITE_SEARCHES[asked]))
    if hit.name == "login":
        params.append(_param("method", text="password"))
    if hit.transaction is not None and hit.value_cents is not None:
        value = _param("value")
        value["value"]["double_value"] = round(hit.value_cents / 100, 2)
        params += [
            _param("transaction_id", text=hit.transaction),
            _param("currency", text="USD"),
            value,
        ]
    return params


def _device(session: Session) -> dict[str, Any]:
    category, brand, system, version, browser, browser_version = DEVICES[session.device]
    return {
        "category": category,
        "mobile_brand_name": brand,
        "operating_system": system,
        "operating_system_version": version,
        "language": "nl-nl",
        "is_limited_ad_tracking": "No",
        "web_info": {
            "browser": browser,
            "browser_version": browser_version,
            "hostname": "www.northwind.example",
        },
    }


def _row(session: Session, hit: Hit) -> dict[str, Any]:
    place = session.hits.index(hit)
    city = CITIES[session.person % len(CITIES)]
    name, medium, source = SOURCES[session.source]
    revenue = None if hit.value_cents is None else round(hit.value_cents / 100, 2)
    ecommerce, items = None, []
    if hit.transaction is not None:
        ecommerce = {
            "transaction_id": hit.transaction,
            "purchase_revenue_in_usd": revenue,
            "total_item_quantity": 1,
        }
        items = [{"item_id": "plan", "item_name": "Plan", "price_in_usd": revenue, "quantity": 1}]
    return {
        "event_date": as_datetime(hit.us).strftime("%Y%m%d"),
        "event_timestamp": hit.us,
        "event_previous_timestamp": None,
        "event_name": hit.name,
        "event_params": _params(session, hit),
        "event_value_in_usd": revenue,
        "event_bundle_sequence_id": stable_hash(session.client_id, hit.us) % 2_000_000 - 1_000_000,
        "event_server_timestamp_offset": 30_000 + hit.us % 40_000,
        "user_id": session.user_id if hit.is_signed_in else None,
        "user_pseudo_id": session.client_id,
        "privacy_info": {
            "analytics_storage": "Yes",
            "ads_storage": "No",
            "uses_transient_token": "No",
        },
        "user_properties": [],
        "user_first_touch_timestamp": session.first_touch_us,
        "user_ltv": {"revenue": 0.0, "currency": "USD"},
        "device": _device(session),
        "geo": {
            "city": city,
            "country": "Netherlands",
            "continent": "Europe",
            "region": city,
            "sub_continent": "Western Europe",
            "metro": "(not set)",
        },
        "app_info": None,
        "traffic_source": {"name": name, "medium": medium, "source": source},
        "collected_traffic_source": {"manual_source": None, "manual_medium": None, "gclid": None},
        "stream_id": "41230011",
        "platform": "WEB",
        "ecommerce": ecommerce,
        "items": items,
        "is_active_user": True,
        "batch_event_index": place % 4 + 1,
        "batch_page_id": session.start_us // 1_000,
        "batch_ordering_id": place // 4 + 1,
    }
