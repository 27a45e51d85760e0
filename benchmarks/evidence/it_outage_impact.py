"""What the outage of the company's own systems did: contacts, waits, abandoned calls, answers.

The marts know the outage as the declared emergency that most employees reported. In the placebo
world the same incident is declared and nobody outside of the IT desk feels it.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.evidence import Analytic, Connection, Estimate

STORY = "it_outage"


def _planted(measure: str) -> Callable[[Connection], float]:
    def planted(connection: Connection) -> float:
        [(effect,)] = connection.execute(
            "select true_effect from truth_it_incident_effects"
            " inner join truth_it_emergencies using (incident_id)"
            " where story_slug = ? and measure_slug = ?",
            [STORY, measure],
        ).fetchall()
        return float(effect)

    return planted


def _estimate(measure: str) -> Callable[[Connection], Estimate | None]:
    def estimate(connection: Connection) -> Estimate | None:
        found = connection.execute(
            "select effect_value, effect_low, effect_high from agg_it_incident_impact"
            " inner join fct_it_incidents using (incident_id)"
            " where measure_slug = ? and not is_placebo"
            " and fct_it_incidents.is_declared_emergency"
            " order by child_count desc, incident_id limit 1",
            [measure],
        ).fetchall()
        return Estimate(*map(float, found[0])) if found else None

    return estimate


def _analytic(measure: str, slug: str, title: str, unit: str) -> Analytic:
    return Analytic(
        slug=slug,
        story=STORY,
        title=title,
        unit=unit,
        planted=_planted(measure),
        estimate=_estimate(measure),
    )


ANALYTIC = [
    _analytic("contacts", "it_outage_contacts", "Contacts because of an outage", "contacts"),
    _analytic("queue_wait_seconds", "it_outage_wait", "Extra wait in an outage", "seconds"),
    _analytic("abandoned_calls", "it_outage_abandons", "Calls given up in an outage", "calls"),
    _analytic("csat_points", "it_outage_csat", "Satisfaction after an outage", "points"),
]
