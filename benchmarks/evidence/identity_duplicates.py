"""How many contacts of the CRM are a second entry of somebody who is there already."""

from __future__ import annotations

from benchmarks.evidence import Analytic, Connection, Estimate
from benchmarks.evidence._rates import share

TRUE = """
select count(*) - count(distinct person_id), count(*)
from truth_identifiers where identifier_type = 'crm_contact_id'
"""
FOUND = """
select count(*) - count(distinct customer_key), count(*)
from identity_resolution
where identifier_type = 'crm_contact_id' and is_current and customer_key <> 'unknown'
"""


def planted(connection: Connection) -> float:
    """Give the true share of second entries."""
    [(second, contacts)] = connection.execute(TRUE).fetchall()
    return float(100 * second / contacts)


def estimate(connection: Connection) -> Estimate | None:
    """Count the contacts that share their customer with another."""
    return share(*connection.execute(FOUND).fetchall()[0])


ANALYTIC = Analytic(
    slug="identity_duplicates",
    story="crm_noise",
    title="Contacts of the CRM that are a second entry of somebody",
    unit="percent",
    planted=planted,
    estimate=estimate,
)
