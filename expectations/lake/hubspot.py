"""HubSpot: contacts, companies, deals and their items, tickets, surveys, consent, settings.

A deal's `closedate` is no moment of the past: sellers set it ahead. Survey scores have the scale of
their survey: NPS 0 to 10, CES 1 to 7, CSAT 0 to 2. A chance of winning stands in text, 0 to 1.
"""

from expectations.lake.rules import Rule, StreamRules, moments

OWNER = "crm data"
STAMPS = moments("createdAt", "updatedAt")
CREATED = (*STAMPS, *moments("properties.createdate"))
SURVEY = "$.properties.hs_survey_type"
SCALES = (("NPS", 0, 10), ("CES", 1, 7), ("CSAT", 0, 2))


def sums(*properties: str) -> tuple[Rule, ...]:
    """Amounts and quantities: not below zero."""
    return tuple(Rule(name, f"$.properties.{name}", 0) for name in properties)


STREAMS = {
    "contacts": StreamRules(CREATED, fresh_hours=72),
    "companies": StreamRules(
        (*CREATED, *sums("numberofemployees", "annualrevenue")), fresh_hours=336
    ),
    "deals": StreamRules((*CREATED, *sums("amount")), fresh_hours=168),
    "line_items": StreamRules((*CREATED, *sums("quantity", "price", "amount")), fresh_hours=168),
    "tickets": StreamRules((*CREATED, *moments("properties.closed_date")), fresh_hours=168),
    "feedback_submissions": StreamRules(
        (
            *STAMPS,
            *moments("properties.hs_submission_timestamp"),
            *(
                Rule(
                    f"hs_value_{kind.lower()}",
                    "$.properties.hs_value",
                    low,
                    high,
                    only_if=(SURVEY, kind),
                )
                for kind, low, high in SCALES
            ),
        ),
        fresh_hours=72,
    ),
    "subscriptions": StreamRules(moments("properties.lastmodifieddate"), fresh_hours=72),
    "pipelines": StreamRules(STAMPS),
    "owners": StreamRules(STAMPS),
    "contacts_ids": StreamRules(STAMPS),
}
