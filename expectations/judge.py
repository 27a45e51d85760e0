"""Judge one row of numbers by a Great Expectations suite.

DuckDB has computed the numbers; Great Expectations compares, keeps the result and renders it. The
library is imported at the first call, because that takes seconds. Nothing is sent anywhere.
"""

from __future__ import annotations

import functools
import json
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from expectations.results import CheckResult, Severity, Subject

CRITICALITY = {
    Severity.REFUSE: "critical",
    Severity.QUARANTINE: "warning",
    Severity.WARN: "info",
}
KEEP_RUNS = 5


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation: which number of the profile must lie between which bounds, and why."""

    name: str
    number: str
    severity: Severity
    seen: str  # what to say when it fails
    low: float | None = 0
    high: float | None = 0
    about: str = ""  # what the check guards against, for the reader of the pages

    @property
    def expected(self) -> str:
        """Say the bounds in words."""
        if self.low == self.high:
            return f"{self.low:,g}"
        if self.high is None:
            return f"at least {self.low:,g}"
        return f"at most {self.high:,g}" if self.low is None else f"{self.low:,g} to {self.high:,g}"


@dataclass(frozen=True, slots=True)
class Suite:
    """The checks of one stream or mart, with who answers for it."""

    name: str
    owner: str
    runbooks: Mapping[Severity, str]
    checks: tuple[Check, ...]


def judge(
    suite: Suite, profile: Mapping[str, float | None], subject: Subject, results_dir: Path
) -> tuple[CheckResult, ...]:
    """Return how each check was met, and keep the result for the pages."""
    gx, column_max, definition = _library()
    expectations = [
        column_max(
            column=check.number,
            min_value=check.low,
            max_value=check.high,
            severity=CRITICALITY[check.severity],
            description=f"{check.name.replace('_', ' ')}: {check.expected} ({check.severity})",
            notes=check.about or None,
            meta={"check": check.name, "severity": str(check.severity), "owner": suite.owner},
        )
        for check in suite.checks
    ]
    row = {check.number: profile[check.number] for check in suite.checks}
    frame = import_module("pandas").DataFrame([row], dtype="float64")
    batch = definition.get_batch({"dataframe": frame})
    result = batch.validate(
        gx.ExpectationSuite(name=suite.name, expectations=expectations), result_format="SUMMARY"
    ).to_json_dict()
    answers = {one["expectation_config"]["meta"]["check"]: one for one in result["results"]}
    checks = tuple(_told(suite, check, answers[check.name]) for check in suite.checks)
    _keep(result, checks, subject, results_dir)
    return checks


def _told(suite: Suite, check: Check, answer: Mapping[str, Any]) -> CheckResult:
    trouble = answer["exception_info"].get("exception_message")
    observed = answer["result"].get("observed_value")
    success = bool(answer["success"]) and not trouble
    said = f"the check itself failed: {trouble}" if trouble else check.seen
    return CheckResult(
        suite=suite.name,
        check=check.name,
        severity=check.severity,
        success=success,
        observed=None if observed is None else float(observed),
        expected=check.expected,
        message="" if success else said,
        owner=suite.owner,
        runbook=suite.runbooks[check.severity],
    )


def silent_context() -> Any:
    """Return a context that lives in memory, sends nothing, shows no bars, leaves no folder."""
    gx = import_module("great_expectations")
    base = import_module("great_expectations.data_context.types.base")
    config = base.DataContextConfig(
        store_backend_defaults=base.InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=base.ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    return gx.get_context(mode="ephemeral", project_config=config)


@functools.cache
def _library() -> tuple[Any, Any, Any]:
    """Import the library once and prepare its context: in memory, silent, without progress bars."""
    gx = import_module("great_expectations")
    context = silent_context()
    asset = context.data_sources.add_pandas("profile").add_dataframe_asset("row")
    return gx, _column_max(gx), asset.add_batch_definition_whole_dataframe("one")


def _column_max(gx: Any) -> Any:
    """Return the library's expectation, which then works out its configuration once.

    As it comes it does so fifty times a check, and that is most of its time. Ours takes its name,
    so the library finds it where it looks up its own; an expectation is never changed here.
    """
    private = import_module("great_expectations.compatibility.pydantic").PrivateAttr
    # It tells of each thing that is declared again.
    logging.getLogger("great_expectations.expectations.registry").setLevel(logging.ERROR)

    class ExpectColumnMaxToBeBetween(gx.expectations.ExpectColumnMaxToBeBetween):  # type: ignore[misc]
        _known: Any = private(None)

        @property
        def configuration(self) -> Any:
            if self._known is None:
                self._known = super().configuration
            return self._known

    return ExpectColumnMaxToBeBetween


def _keep(
    result: dict[str, Any], checks: Sequence[CheckResult], subject: Subject, results_dir: Path
) -> None:
    """Store the library's own result; of each suite the last few stay."""
    moment = subject.checked_at.isoformat()
    result["meta"]["run_id"] = {"run_name": subject.name, "run_time": moment}
    result["meta"]["batch_markers"] = {"ge_load_time": f"{subject.checked_at:%Y%m%dT%H%M%S.%fZ}"}
    result["meta"]["batch_spec"] = {"data_asset_name": subject.file_path}
    messages = {check.check: check.message for check in checks if not check.success}
    for one in result["results"]:
        configuration = one["expectation_config"]
        if message := messages.get(configuration["meta"]["check"]):
            configuration["description"] += f". Failed: {message}"
    folder = results_dir / "gx" / checks[0].suite
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{subject.checked_at:%Y%m%dT%H%M%S%fZ}-{subject.name}.json"
    draft = folder / f".{name}"
    draft.write_text(json.dumps(result, default=str))
    os.replace(draft, folder / name)
    for old in sorted(folder.glob("[!.]*.json"))[:-KEEP_RUNS]:
        old.unlink(missing_ok=True)
