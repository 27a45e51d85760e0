"""Arithmetic that must hold inside a mart and between marts, as SQL that counts what breaks it."""

from __future__ import annotations

from dataclasses import dataclass

Columns = dict[str, dict[str, str]]  # mart → column → type


@dataclass(frozen=True, slots=True)
class Tie:
    """A sentence about a mart, the columns it speaks of, and the SQL that counts its breaches."""

    name: str
    mart: str
    needs: dict[str, tuple[str, ...]]
    sql: str

    def missing(self, columns: Columns) -> list[str]:
        """Return the columns that the sentence speaks of and that are not there."""
        return [
            f"{mart}.{name}"
            for mart, names in self.needs.items()
            for name in names
            if name not in columns.get(mart, {})
        ]


EXPERIENCE = "agg_experience_daily"
SUMS = ("metric_slug", "segment_type", "booked_on", "sample_count", "score_sum")
RANGES = {
    "nps": (-100, 100),
    "nps_strict": (-100, 100),
    "nps_per_person": (-100, 100),
    "nps_follow_up": (-100, 100),
    "net_sentiment": (-100, 100),
    "csat": (0, 100),
    "csat_good_bad": (0, 100),
    "csat_mean": (1, 5),
    "ces_mean": (1, 7),
    "service_level": (0, 100),
    "abandonment_rate": (0, 1),
}
OUT_OF_RANGE = " or ".join(
    f"(metric_slug = '{metric}' and value not between {low} and {high})"
    for metric, (low, high) in RANGES.items()
)


def _total(metric: str, mart: str, measure: str, only: str) -> Tie:
    """Tie a headline metric's sums over all days to the fact that it is made of."""
    needed = [word for word in (measure, *only.split()) if word.isidentifier()]
    return Tie(
        f"{metric}_adds_up_to_{mart}",
        EXPERIENCE,
        {EXPERIENCE: SUMS, mart: tuple(w for w in needed if w not in {"and", "not", "is", "null"})},
        f"""
select count(*) from (
    select coalesce(sum(sample_count), 0) as n, coalesce(sum(score_sum), 0) as total
    from now.marts.{EXPERIENCE} where metric_slug = '{metric}' and segment_type = 'all'
) as metric, (
    select count({measure}) as n, coalesce(sum({measure}), 0) as total
    from now.marts.{mart} where {only}
) as fact
where metric.n <> fact.n or abs(metric.total - fact.total) > 1e-6 * greatest(1, abs(fact.total))""",  # noqa: S608
    )


def _counted(touchpoint: str, mart: str) -> Tie:
    """Tie the touchpoints of a type to the fact that has one row for each."""
    return Tie(
        f"{touchpoint}s_are_counted_like_{mart}",
        "fct_touchpoints",
        {"fct_touchpoints": ("touchpoint_type",), mart: ("touchpoint_key",)},
        f"""
select abs(
    (select count(*) from now.marts.fct_touchpoints where touchpoint_type = '{touchpoint}')
    - (select count(*) from now.marts.{mart})
)""",  # noqa: S608
    )


TIES = (
    Tie(
        "value_is_sum_over_count",
        EXPERIENCE,
        {EXPERIENCE: ("value", "score_sum", "sample_count")},
        f"""select count(*) from now.marts.{EXPERIENCE}
where sample_count < 1 or abs(value - score_sum / sample_count) > 1e-9 * greatest(1, abs(value))""",  # noqa: S608
    ),
    Tie(
        "margin_follows_from_the_sums",
        EXPERIENCE,
        {EXPERIENCE: ("margin_of_error", "score_sum", "score_squared_sum", "sample_count")},
        f"""select count(*) from now.marts.{EXPERIENCE}
where (sample_count < 2) <> (margin_of_error is null) or abs(margin_of_error - 1.96 * sqrt(greatest(
    score_squared_sum / sample_count - (score_sum / sample_count) ** 2, 0) / sample_count))
    > 1e-6 * greatest(1, margin_of_error)""",  # noqa: S608
    ),
    Tie(
        "values_lie_in_the_range_of_their_metric",
        EXPERIENCE,
        {EXPERIENCE: ("metric_slug", "value")},
        f"select count(*) from now.marts.{EXPERIENCE} where {OUT_OF_RANGE}",  # noqa: S608
    ),
    Tie(
        "channels_add_up_to_all",
        EXPERIENCE,
        {EXPERIENCE: SUMS},
        f"""select count(*) from (
    select metric_slug, booked_on,
        sum(sample_count) filter (segment_type = 'all') as n,
        sum(sample_count) filter (segment_type = 'channel') as parts,
        sum(score_sum) filter (segment_type = 'all') as total,
        sum(score_sum) filter (segment_type = 'channel') as part_total
    from now.marts.{EXPERIENCE} group by all
) where n is distinct from parts or abs(total - part_total) > 1e-6 * greatest(1, abs(total))""",  # noqa: S608
    ),
    Tie(
        "nps_less_nps_strict_is_the_passive_share",
        EXPERIENCE,
        {EXPERIENCE: (*SUMS, "segment_slug", "value")},
        f"""select count(*) from
    (select * from now.marts.{EXPERIENCE} where metric_slug = 'nps') as standard
full join (select * from now.marts.{EXPERIENCE} where metric_slug = 'nps_strict') as strict
    using (segment_type, segment_slug, booked_on)
where standard.sample_count is distinct from strict.sample_count
    or standard.value - strict.value not between -1e-9 and 100 + 1e-9""",  # noqa: S608
    ),
    _total("asa_seconds", "fct_calls", "queue_seconds", "is_answered"),
    _total("aht_seconds", "fct_calls", "handle_seconds", "is_answered"),
    Tie(
        "offered_is_answered_or_abandoned",
        "fct_calls",
        {"fct_calls": ("is_offered", "is_answered", "is_abandoned")},
        "select count(*) from now.marts.fct_calls "
        "where is_offered <> (is_answered or is_abandoned) or (is_answered and is_abandoned)",
    ),
    Tie(
        "handle_time_is_talk_hold_and_wrap_up",
        "fct_calls",
        {"fct_calls": ("handle_seconds", "talk_seconds", "hold_seconds", "wrap_up_seconds")},
        "select count(*) from now.marts.fct_calls where handle_seconds <> "
        "coalesce(talk_seconds, 0) + coalesce(hold_seconds, 0) + coalesce(wrap_up_seconds, 0)",
    ),
    _counted("call", "fct_calls"),
    _counted("survey_answer", "fct_survey_responses"),
    _counted("web_session", "fct_web_sessions"),
    _counted("mention", "fct_mentions"),
    Tie(
        "spells_of_a_customer_follow_each_other",
        "fct_lifecycle_stage_periods",
        {"fct_lifecycle_stage_periods": ("customer_key", "entered_at", "left_at")},
        """select count(*) from (
    select left_at, entered_at, lead(entered_at) over (
        partition by customer_key order by entered_at) as next_entered_at
    from now.marts.fct_lifecycle_stage_periods
) where left_at < entered_at or left_at is distinct from next_entered_at""",
    ),
    Tie(
        "standing_is_yesterday_plus_entered_minus_left",
        "agg_lifecycle_funnel_daily",
        {
            "agg_lifecycle_funnel_daily": (
                "stage_on",
                "segment_type",
                "segment_name",
                "stage_type",
                "entered_count",
                "left_count",
                "standing_count",
            )
        },
        """select count(*) from (
    select standing_count, entered_count - left_count as moved, lag(standing_count, 1, 0) over (
        partition by segment_type, segment_name, stage_type order by stage_on) as before
    from now.marts.agg_lifecycle_funnel_daily
) where standing_count <> before + moved or standing_count < 0""",
    ),
    Tie(
        "sessions_end_after_they_start",
        "fct_web_sessions",
        {"fct_web_sessions": ("started_at", "ended_at", "view_count", "event_count")},
        "select count(*) from now.marts.fct_web_sessions "
        "where ended_at < started_at or view_count > event_count",
    ),
)
