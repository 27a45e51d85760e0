"""Great Expectations' own pages from the results that the gates kept, made to work without network.

The library's pages fetch styles and scripts from elsewhere, and its index is drawn by one of those
scripts. Here the pages carry their own style, and the index is a plain table.
"""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from expectations.judge import silent_context

Run = dict[str, Any]
ELSEWHERE = re.compile(
    r"""<script[^>]*\ssrc="https?://[^>]*>\s*</script>|<link[^>]*\shref="https?://[^>]*>
    |<img[^>]*\ssrc="https?://[^>]*>|<footer>.*?</footer>""",
    re.DOTALL | re.VERBOSE,
)
STYLE = """<style>
body { font: 15px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1rem 2rem;
  color: #1c2430; background: #fff; }
a { color: #0b5394; } h1 { font-size: 1.5rem; } h4, h5, h6 { margin: 1.2rem 0 .4rem; }
table { border-collapse: collapse; width: 100%; } th { text-align: left; }
th, td { border-bottom: 1px solid #d8dee6; padding: .35rem .6rem; vertical-align: top; }
.refused, .fa-times { color: #b3261e; } .quarantined, .fa-exclamation-triangle { color: #9a5b00; }
.passed, .fa-check-circle { color: #1b6e3c; } td a { white-space: nowrap; }
i { font-style: normal; } .fa-check-circle::before { content: "\\2714"; }
.fa-times::before { content: "\\2718"; } .fa-exclamation-triangle::before { content: "!"; }
.card, .ge-toc-section-name, nav img { display: none; } .text-nowrap { white-space: nowrap; }
.popover, .tooltip-text { display: none; } ol.ge-breadcrumbs { list-style: none; padding: 0; }
</style></head>"""


def build_data_docs(results_dir: Path, out: Path) -> Path:
    """Render the last runs of every suite, and the suites, as pages; return the index.

    What stood in `out` is replaced.
    """
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    context = silent_context()
    context.add_data_docs_site(
        "gates",
        {
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": {
                "class_name": "TupleFilesystemStoreBackend",
                "base_directory": str(out.resolve()),
            },
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        },
    )
    suites = []
    for folder in sorted((results_dir / "gx").glob("*/")):
        runs = [_shown(json.loads(path.read_text())) for path in sorted(folder.glob("[!.]*.json"))]
        if not runs:
            continue
        context.suites.add(_suite(runs[-1]))
        for run in runs:
            _store(context, run)
        suites.append(runs)
    context.build_data_docs(site_names=["gates"])
    for page in out.rglob("*.html"):
        page.write_text(ELSEWHERE.sub("", page.read_text()).replace("</head>", STYLE, 1))
    index = out / "index.html"
    index.write_text(_index(suites))
    return index


def _shown(run: Run) -> Run:
    """Return a run whose texts are text on a page: the library writes them there as markup."""
    for one in run["results"]:
        told = one["expectation_config"]
        told |= {key: html.escape(told[key]) for key in ("description", "notes") if told.get(key)}
    return run


def _suite(run: Run) -> Any:
    """Return the suite that a run was judged by, bounds of that run included."""
    configurations = [
        {
            **one["expectation_config"],
            "kwargs": {
                key: value
                for key, value in one["expectation_config"]["kwargs"].items()
                if key != "batch_id"
            },
        }
        for one in run["results"]
    ]
    suites = import_module("great_expectations.core.expectation_suite")
    return suites.ExpectationSuite(name=run["suite_name"], expectations=configurations)


def _store(context: Any, run: Run) -> None:
    results = import_module("great_expectations.core.expectation_validation_result")
    runs = import_module("great_expectations.core.run_identifier")
    names = import_module("great_expectations.data_context.types.resource_identifiers")
    run_id = run["meta"]["run_id"]
    key = names.ValidationResultIdentifier(
        expectation_suite_identifier=names.ExpectationSuiteIdentifier(name=run["suite_name"]),
        run_id=runs.RunIdentifier(run_name=run_id["run_name"], run_time=_moment(run)),
        batch_identifier="profile",
    )
    schema = results.ExpectationSuiteValidationResultSchema()
    context.validation_results_store.set(key, schema.load(run))


def _moment(run: Run) -> datetime:
    return datetime.fromisoformat(run["meta"]["run_id"]["run_time"])


def _index(suites: Sequence[Sequence[Run]]) -> str:
    """Return a table with one row per suite, the newest run first."""
    rows = "\n".join(_row(runs) for runs in suites)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Gates</title>{STYLE}<body>
<h1>Gates: the last runs of every suite</h1>
<p>Each page is Great Expectations' own. One row per suite; bounds are those of its newest run. Runs
before it are named by the first day of their interval (lake) or by their moment (marts), UTC.</p>
<table><tr><th>Suite</th><th>Newest run</th><th>Outcome</th><th>Failed</th><th>Before</th></tr>
{rows}
</table></body></html>
"""


def _row(runs: Sequence[Run]) -> str:
    newest = runs[-1]
    name = newest["suite_name"]
    failed = [one["expectation_config"]["meta"] for one in newest["results"] if not one["success"]]
    severities = {meta["severity"] for meta in failed}
    outcome = (
        "refused"
        if "refuse" in severities
        else "quarantined"
        if "quarantine" in severities
        else "passed"
    )
    told = ", ".join(meta["check"] for meta in failed) or "none"
    before = " ".join(_link(run, _short(run)) for run in reversed(runs[:-1]))
    page = "expectations/" + name.replace(".", "/") + ".html"
    return (
        f'<tr><td><a href="{page}">{html.escape(name)}</a></td>'
        f"<td>{_link(newest, f'{_moment(newest):%Y-%m-%d %H:%M}')}</td>"
        f'<td class="{outcome}">{outcome}</td><td>{html.escape(told)}</td><td>{before}</td></tr>'
    )


def _short(run: Run) -> str:
    """Name a run by the first day of its interval; several intervals are judged in one minute."""
    interval = re.search(r"-\d{4}(\d\d)(\d\d)T\d+Z--", run["meta"]["run_id"]["run_name"])
    return "-".join(interval.groups()) if interval else f"{_moment(run):%m-%d %H:%M}"


def _link(run: Run, text: str) -> str:
    folder = run["suite_name"].replace(".", "/")
    moment = f"{_moment(run):%Y%m%dT%H%M%S.%fZ}"
    page = f"validations/{folder}/{run['meta']['run_id']['run_name']}/{moment}/profile.html"
    return f'<a href="{html.escape(page)}">{html.escape(text)}</a>'
