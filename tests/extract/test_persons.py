"""Where records say whose they are is declared for every stream that holds personal data."""

from extract import SOURCES
from extract.persons import NAMED, OF_PERSON, OWN_KEY, normalised, stated

# Their personal data are those of staff or of companies, or texts: what names a person in a text is
# found without a place.
WITHOUT_A_PLACE = {
    *("zendesk.organizations", "zendesk.agent_activity", "hubspot.owners"),
    *("ga4.report_daily", "search_console.by_query_page", "files.agent_roster"),
    *("servicenow.sys_user_group",),
}


def test_every_stream_with_personal_data_says_whose_they_are() -> None:
    personal = {
        f"{source.name}.{stream.name}"
        for source in SOURCES.values()
        for stream in source.streams
        if stream.pii
    }
    assert personal - WITHOUT_A_PLACE <= {*OF_PERSON, *NAMED}
    streams = {f"{s.name}.{one.name}" for s in SOURCES.values() for one in s.streams}
    assert {*OF_PERSON, *NAMED, *OWN_KEY, *WITHOUT_A_PLACE} <= streams


def test_an_identifier_has_one_form_however_it_is_written() -> None:
    assert {normalised("phone", one) for one in ("+31 (0)6 5559 6508", "06-55596508")} == {
        "655596508"
    }
    assert normalised("email", " Ann@Example.ORG ") == "ann@example.org"
    assert normalised("x_username", "@Ann") == "ann"
    assert normalised("phone", "4711") is None


def test_a_list_and_a_text_of_several_ids_state_all_of_them() -> None:
    merged = {"id": "1", "properties": {"hs_merged_object_ids": "2;3"}}
    assert {v for _, _, values in stated("hubspot.contacts", merged) for v in values} == {
        *("1", "2", "3"),
    }
    audit = {"system": "zendesk", "interaction_type": "call", "interaction_id": 7}
    assert list(stated("files.interaction_audits", audit)) == [
        ("interaction_id", "zendesk_call_id", ["7"])
    ]
