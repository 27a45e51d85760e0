"""The kinds of alerts: each has one meaning, one severity and one runbook of the same name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """What an alert of this kind says, and how fast somebody should look."""

    slug: str
    title: str
    severity: str  # page: marts are or become stale for BI; ticket: look today; notice: know it

    @property
    def runbook(self) -> str:
        """The page that says what to do, relative to the project."""
        return f"docs/runbooks/{self.slug}.md"


KINDS = {
    kind.slug: kind
    for kind in (
        Kind("source_unavailable", "a source does not answer as it should", "ticket"),
        Kind("source_deferred_too_long", "a source keeps asking to wait", "ticket"),
        Kind("extract_refused", "an extraction was refused before anything landed", "ticket"),
        Kind("file_refused", "the lake gate refused a file", "ticket"),
        Kind("rows_quarantined", "rows were put aside with their reason", "notice"),
        Kind("checks_warned", "checks warned, and everything went on", "notice"),
        Kind("lake_unusable", "the lake cannot be read or written", "page"),
        Kind("build_failed", "the marts could not be built", "page"),
        Kind("marts_refused", "the mart gate refused a build", "page"),
        Kind("publish_locked", "another writer holds the warehouse", "ticket"),
        Kind("publish_refused", "a finished build may not be published", "page"),
        Kind("marts_stale", "the served release is older than promised", "page"),
        Kind("run_missing", "a run that should have happened did not", "ticket"),
        Kind("airflow_down", "a part of Airflow gives no sign of life", "page"),
        Kind(
            "dag_import_failed",
            "a DAG file cannot be imported, so its runs do not happen",
            "ticket",
        ),
        Kind("disk_low", "the disk of the warehouse will soon be full", "page"),
        Kind("channel_down", "a channel does not take alerts", "ticket"),
        Kind("watch_down", "the watch outside of Airflow has stopped", "ticket"),
        Kind("backup_late", "no backup was taken lately", "ticket"),
        Kind("task_killed", "a task's process was killed from outside", "ticket"),
        Kind("task_failed", "a task failed in a way that has no kind of its own", "ticket"),
        Kind("settings_refused", "a setting cannot be used", "ticket"),
        Kind("silence_expired", "a silence is past its end date", "notice"),
        Kind("still_broken", "what is still open today", "notice"),
        Kind("alert_test", "somebody tries whether alerts arrive", "notice"),
    )
}

# The nearest class in an error's ancestry decides. Names, so that no heavy module is imported here.
_KIND_OF_ERROR = {
    "SourceUnavailable": "source_unavailable",
    "EndlessPaging": "source_unavailable",
    "CredentialsRefused": "source_unavailable",
    "RequestRefused": "source_unavailable",
    "Defer": "source_deferred_too_long",
    "FileRefused": "file_refused",
    "MartsRefused": "marts_refused",
    "BuildLocked": "publish_locked",
    "NoBuild": "publish_refused",
    "NotPublishable": "publish_refused",
    "ReleaseMoved": "publish_refused",
    "OlderRelease": "publish_refused",
    "BuildFailed": "build_failed",
    "Refused": "extract_refused",
    "ConfigurationError": "settings_refused",
    "DiskFull": "lake_unusable",
    "CorruptFile": "lake_unusable",
}


def kind_of(error: BaseException) -> Kind:
    """Return the kind that an error leads to; what nobody foresaw is `task_failed`."""
    for ancestor in type(error).__mro__:
        if ancestor.__name__ in _KIND_OF_ERROR:
            return KINDS[_KIND_OF_ERROR[ancestor.__name__]]
    return KINDS["task_failed"]
