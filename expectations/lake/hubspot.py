"""HubSpot: contacts, deals, owners, survey answers.

A deal's `closedate` is no moment of the past: sellers set it ahead. Survey scores have the scale of
their survey: NPS 0 to 10, CES 1 to 7, CSAT 0 to 2.
"""

from expectations.lake.rules import Rule, StreamRules, moments

OWNER = "crm data"
STAMPS = moments("createdAt", "updatedAt")
SURVEY = "$.properties.hs_survey_type"
SCALES = (("NPS", 0, 10), ("CES", 1, 7), ("CSAT", 0, 2))

STREAMS = {
    "contacts": StreamRules((*STAMPS, *moments("properties.createdate")), fresh_hours=72),
    "deals": StreamRules(
        (
            *STAMPS,
            *moments("properties.createdate"),
            Rule("amount", "$.properties.amount", 0),
        ),
        fresh_hours=168,
    ),
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
    "owners": StreamRules(STAMPS),
}
