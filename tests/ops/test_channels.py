"""Real payloads to receivers that speak Slack's, PagerDuty's and SMTP's protocol."""

import json
import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ops.alerts import filed, silences, slack, tiers
from ops.alerts.pagerduty import dedup_key
from ops.alerts.send import close, deliver, resend
from ops.settings import ConfigurationError, Settings
from tests.ops.conftest import NOW, Office, alert
from tests.ops.receivers import ROUTING_KEY, Receiver, flaw_of, receiving

PAGE = {"kind": "marts_refused"}
HOSTILE = "<script>document.title='owned'</script> <!channel> ``` *b* & \x00 \r\nBcc: x@y"


def test_a_page_goes_to_pagerduty_and_slack_and_to_nobody_else(office: Office) -> None:
    one = deliver(office.settings, alert(**PAGE), (), NOW)
    assert one is not None
    assert one["state"] == "sent"
    assert {name: entry["state"] for name, entry in one["told"].items()} == {
        "pagerduty": "sent",
        "slack": "sent",
    }
    (event,) = office.pagerduty.received
    assert event["payload"]["severity"] == "critical"
    assert event["payload"]["custom_details"]["stale"] == "fct_tickets, agg_experience_daily"
    assert len(office.slack.received) == 1
    assert not office.smtp.received
    assert not office.webhook.received


def test_an_alert_is_sent_once(office: Office) -> None:
    assert deliver(office.settings, alert(**PAGE), (), NOW) is not None
    assert deliver(office.settings, alert(**PAGE), (), NOW) is None
    assert len(office.slack.received) == len(office.pagerduty.received) == 1


@pytest.mark.parametrize("status", [500, 429, 404, 302])
def test_when_a_channel_is_down_the_next_takes_over_and_the_file_says_so(
    office: Office, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    office.pagerduty.status = status
    with caplog.at_level(logging.DEBUG):
        one = deliver(office.settings, alert(**PAGE), (), NOW)
    assert one is not None
    assert one["state"] == "sent, but not by pagerduty"
    assert one["told"]["pagerduty"]["state"] == f"failed: status {status}"
    assert one["told"]["email"]["instead_of"] == ["pagerduty"]
    assert len(office.smtp.received) == len(office.slack.received) == 1
    assert "503 four times" in caplog.text, "the log has it whatever happens"


def test_a_channel_that_comes_back_gets_what_it_missed_once(office: Office) -> None:
    office.pagerduty.status = 500
    deliver(office.settings, alert(**PAGE), (), NOW)
    office.pagerduty.status = 200
    assert resend(office.settings, (), NOW + timedelta(minutes=1)) == 1, "of the others it is told"
    assert not office.pagerduty.received, "it is not asked every minute"
    resend(office.settings, (), NOW + timedelta(minutes=11))
    assert len(office.pagerduty.received) == 1
    assert len(office.slack.received) == len(office.smtp.received) == 1


def test_when_every_channel_is_down_the_alert_waits_and_is_sent_later(office: Office) -> None:
    for one in (office.slack, office.pagerduty, office.webhook):
        one.status = 503
    office.smtp.status = 451
    filed_one = deliver(office.settings, alert(**PAGE), (), NOW)
    assert filed_one is not None
    assert filed_one["state"] == "failed"
    assert filed_one["told"]["email"]["state"] == "failed: SMTP 451"
    office.slack.status = 200
    assert resend(office.settings, (), NOW + timedelta(minutes=1)) == 1
    assert len(office.slack.received) == 1


def test_nobody_listening_is_recorded(settings: Settings) -> None:
    with receiving(Receiver) as (gone,):
        url = gone.url
    there = replace(settings, outside={"ALERT_WEBHOOK_URL": url})
    one = deliver(there, alert(**PAGE), (), NOW)
    assert one is not None
    assert one["told"]["webhook"]["state"] == "failed: ConnectError"


def test_without_any_channel_the_alert_is_filed_and_says_so(settings: Settings) -> None:
    one = deliver(settings, alert(**PAGE), (), NOW)
    assert one is not None
    assert one["state"] == "no channel is set up"
    assert filed.open_ones(settings.alerts_dir) == [one]


def test_a_ticket_waits_for_its_hours(office: Office) -> None:
    one = deliver(office.settings, alert(), (), NOW)
    assert one is not None
    assert one["state"] == "held until 07:00"
    assert resend(office.settings, (), NOW.replace(hour=6, minute=59)) == 0
    assert resend(office.settings, (), NOW.replace(hour=7, minute=0)) == 1
    assert len(office.slack.received) == 1
    assert not office.pagerduty.received


def test_no_address_and_no_key_is_written_anywhere(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.slack.status = 500
    with caplog.at_level(logging.DEBUG):
        deliver(office.settings, alert(**PAGE), (), NOW)
        close(office.settings, alert().id, "mended", NOW)
    files = "".join(path.read_text() for path in office.settings.alerts_dir.rglob("*.json"))
    for secret in ("very-secret-part", ROUTING_KEY, "word"):
        assert secret not in caplog.text + files
    assert office.pagerduty.received, "it was sent all the same"


def test_a_silence_files_the_alert_without_sending_it(office: Office) -> None:
    quiet = silences.Silence("extract_zendesk", "503", "maintenance", "https://s/1", NOW.date())
    one = deliver(office.settings, alert(**PAGE), (quiet,), NOW)
    assert one is not None
    assert one["silenced"] == "maintenance (https://s/1)"
    assert not office.slack.received
    assert resend(office.settings, (quiet,), NOW + timedelta(days=1)) == 1, "its end date is over"
    assert len(office.slack.received) == 1


def test_the_end_is_told_to_whoever_was_told_of_the_beginning(office: Office) -> None:
    office.slack.status = 500
    deliver(office.settings, alert(**PAGE), (), NOW)
    office.slack.status = 200
    (key,) = office.pagerduty.open()
    one = close(office.settings, key, "release 9 is served", NOW + timedelta(hours=26, minutes=5))
    assert one is not None
    assert office.pagerduty.open() == []
    assert [mail["Subject"] for mail in office.smtp.received][1].startswith("[over after 26 h 05")
    assert not office.slack.received, "it never heard of it"
    assert filed.standing(office.settings.alerts_dir) == []
    assert close(office.settings, key, "again", NOW) is None


def test_an_end_that_a_channel_did_not_take_is_told_later(office: Office) -> None:
    deliver(office.settings, alert(**PAGE), (), NOW)
    office.pagerduty.status = 500
    close(office.settings, alert().id, "mended", NOW)
    assert office.pagerduty.open()
    office.pagerduty.status = 200
    later = NOW + timedelta(minutes=11)
    assert resend(office.settings, (), later) == 1
    assert not office.pagerduty.open()
    assert len(office.slack.received) == 2, "the opening and one end"
    assert resend(office.settings, (), later) == 0


def test_the_same_cause_in_another_run_is_counted_and_not_told(office: Office) -> None:
    deliver(office.settings, alert(1, **PAGE), (), NOW)
    assert deliver(office.settings, alert(2, **PAGE), (), NOW + timedelta(days=1)) is None
    assert len(office.slack.received) == 1
    (one,) = filed.open_ones(office.settings.alerts_dir)
    assert one["again"] == ["extract_zendesk__run-2"]
    assert len(one["failed"]) == 2, "both have to be mended"


def test_a_graver_kind_of_the_same_thing_is_told(office: Office) -> None:
    deliver(office.settings, alert(1), (), NOW)
    assert deliver(office.settings, alert(2, **PAGE), (), NOW) is not None


def test_an_alert_says_how_often_the_same_was_lately(office: Office) -> None:
    deliver(office.settings, alert(1, **PAGE), (), NOW)
    close(office.settings, alert(1).id, "mended", NOW + timedelta(minutes=90))
    again = deliver(office.settings, alert(2, **PAGE), (), NOW + timedelta(days=1))
    assert again is not None
    assert again["often"] == (
        "2 times in 30 days; the last took 1 h 30 min, until 2026-09-29 04:44 UTC"
    )


def test_a_long_id_is_still_one_incident(office: Office) -> None:
    long = alert(id="x" * 400, **PAGE)
    deliver(office.settings, long, (), NOW)
    assert office.pagerduty.open() == [dedup_key("x" * 400)]
    close(office.settings, long.id, "mended", NOW)
    assert office.pagerduty.open() == []


def test_hostile_text_passes_every_channel_and_is_harmless(office: Office) -> None:
    for one in (office.slack, office.pagerduty):
        one.status = 200
    deliver(office.settings, alert(what=(HOSTILE * 400,), run_id=HOSTILE, **PAGE), (), NOW)
    office.slack.status = 500
    deliver(office.settings, alert(2, what=(HOSTILE,), subjects=("b",), **PAGE), (), NOW)
    (sent,) = office.slack.received
    assert office.slack.refused == ["as asked"]
    assert office.pagerduty.refused == []
    shown = json.dumps(sent)
    assert "<!" not in shown
    assert "<script" not in shown
    (mail,) = office.smtp.received
    assert len(mail["To"].addresses) == 2
    assert "Bcc" not in mail
    html = mail.get_body(("html",)).get_content()
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_the_receiver_of_slack_refuses_what_slack_refuses() -> None:
    header = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
    text = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}
    many = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}] * 5
    assert flaw_of([header]) == flaw_of([text]) == "invalid_blocks"
    assert flaw_of(many) == "msg_blocks_too_long"


def test_a_text_is_cut_behind_its_escapes() -> None:
    assert slack.fitted("&" * 10, 22) == "&amp;" * 4 + " …"
    assert slack.fitted("plain", 5) == "plain"


def test_a_broken_file_of_tiers_is_refused_and_no_alert_gets_lost(tmp_path: Path) -> None:
    broken = tmp_path / "alerting.toml"
    broken.write_text(tiers.FILE.read_text().replace('to = ["slack"]', 'to = ["smoke"]', 1))
    with pytest.raises(ConfigurationError, match="smoke"):
        tiers.load(broken)
    assert set(tiers.usable(broken).tiers["notice"].to) == set(tiers.CHANNELS)
