"""Which columns tell the rows of a mart apart."""

from __future__ import annotations

import json
from pathlib import Path

Keys = dict[str, tuple[tuple[str, ...], ...]]

# Used when no dbt manifest is at hand; where there is one, its key tests say the same and more.
KEYS: Keys = {
    "agg_cohorts_monthly": (("cohort_month", "active_month"),),
    "agg_customers_value": (("customer_key",),),
    "agg_experience_daily": (("metric_slug", "segment_type", "segment_slug", "booked_on"),),
    "agg_freshness": (),
    "agg_keywords_daily": (("report_on", "keyword_type", "query_text"),),
    "agg_lifecycle_funnel_daily": (("stage_on", "segment_type", "segment_name", "stage_type"),),
    "agg_nps_recovery": (("programme_slug", "period_on", "comparison_type"),),
    "agg_share_of_voice_daily": (
        (
            "brand_slug",
            "mentioned_on",
        ),
    ),
    "agg_social_care_daily": (
        (
            "channel_slug",
            "opened_on",
        ),
    ),
    "agg_social_sentiment_weekly": (
        (
            "week_on",
            "segment_type",
            "segment_slug",
        ),
    ),
    "agg_topics_daily": (("topic_slug", "channel_slug", "written_on"),),
    "fct_crisis_episodes": (("crisis_key",),),
    "agg_brand_health_weekly": (("week_on",),),
    "agg_brand_post_risk": (
        (
            "source_slug",
            "post_id",
        ),
    ),
    "dim_channels": (("channel_slug",),),
    "dim_customers": (("customer_key",),),
    "dim_customers_history": (("customer_key", "valid_from_at"),),
    "dim_date": (("date_on",),),
    "dim_metrics": (("metric_slug", "definition_version"),),
    "fct_attribution_credits": (("conversion_key", "touchpoint_key", "model_slug"),),
    "fct_account_snapshots": (("source_slug", "account_id", "snapshot_on"),),
    "fct_brand_posts": (("source_slug", "post_id"),),
    "fct_calls": (("call_id",), ("touchpoint_key",)),
    "fct_lifecycle_journeys": (("customer_key",),),
    "fct_lifecycle_stage_periods": (("customer_key", "entered_at"), ("stage_period_key",)),
    "fct_mentions": (("post_id",),),
    "fct_post_snapshots": (("post_id", "snapshot_on"),),
    "fct_metric_publications": (("publication_key",),),
    "fct_survey_responses": (("touchpoint_key",),),
    "fct_tickets": (("ticket_id",),),
    "fct_touchpoints": (("touchpoint_key",),),
    "fct_value_fits": (("fitted_as_of_at",),),
    "fct_web_sessions": (("identifier_key", "ga_session_id"),),
    "pii_customers": (("customer_key",),),
}


def keys_of_marts(dbt_manifest: Path | None) -> Keys:
    """Return the keys of each mart, from the key tests in dbt's manifest where there is one."""
    if dbt_manifest is None or not dbt_manifest.exists():
        return KEYS
    nodes = json.loads(dbt_manifest.read_text())["nodes"]
    found: dict[str, set[tuple[str, ...]]] = {}
    for node in nodes.values():
        test = node.get("test_metadata")
        model = nodes.get(node.get("attached_node") or "")
        if not test or not model or model["schema"] != "marts":
            continue
        given = test["kwargs"]
        if test["name"] == "unique":
            key = (given["column_name"],)
        elif test["name"] == "is_unique_together":
            key = tuple(given["columns"])
        else:
            continue
        found.setdefault(model["name"], set()).add(key)
    return {mart: tuple(sorted(found.get(mart, set(keys)))) for mart, keys in KEYS.items()} | {
        mart: tuple(sorted(keys)) for mart, keys in found.items()
    }
