"""Great Expectations' own pages from the results that the gates kept."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any


def build_data_docs(results_dir: Path, out: Path) -> Path:
    """Render the last runs of every suite, and the suites, as pages; return the index.

    What stood in `out` is replaced.
    """
    gx = import_module("great_expectations")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
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
    for folder in sorted((results_dir / "gx").glob("*/")):
        runs = [json.loads(path.read_text()) for path in sorted(folder.glob("[!.]*.json"))]
        if runs:
            context.suites.add(_suite(runs[-1]))
        for run in runs:
            _store(context, run)
    context.build_data_docs(site_names=["gates"])
    return out / "index.html"


def _suite(run: dict[str, Any]) -> Any:
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


def _store(context: Any, run: dict[str, Any]) -> None:
    results = import_module("great_expectations.core.expectation_validation_result")
    runs = import_module("great_expectations.core.run_identifier")
    names = import_module("great_expectations.data_context.types.resource_identifiers")
    run_id = run["meta"]["run_id"]
    key = names.ValidationResultIdentifier(
        expectation_suite_identifier=names.ExpectationSuiteIdentifier(name=run["suite_name"]),
        run_id=runs.RunIdentifier(
            run_name=run_id["run_name"], run_time=datetime.fromisoformat(run_id["run_time"])
        ),
        batch_identifier="profile",
    )
    schema = results.ExpectationSuiteValidationResultSchema()
    context.validation_results_store.set(key, schema.load(run))
