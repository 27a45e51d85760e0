"""Every DAG keeps every rule, and every rule is shown to see a breach."""

# ruff: noqa: PLC0415  (Airflow reads its environment when it is imported, so fixtures come first)

import ast
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from extract import NAMES
from extract.errors import InvalidDeclaration
from tests.dags.conftest import DAGS, ROOT, load_bag
from tests.dags.policies import POLICIES, Policy

EXPECTED = {"build_marts", "review_identities", "review_quarantine", "watch_warehouse"}
EXPECTED |= {f"extract_{source}" for source in NAMES}
HEAVY = ("great_expectations", "dbt", "duckdb", "pyarrow", "vaderSentiment", "pandas")


def test_the_bag_holds_what_it_should(bag: Any) -> None:
    assert bag.import_errors == {}
    assert set(bag.dags) == EXPECTED


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.__name__)
def test_every_dag_keeps_the_policy(bag: Any, policy: Policy) -> None:
    assert bag.dags, "an empty bag keeps every rule"
    breaches = [breach for dag in bag.dags.values() for breach in policy(dag)]
    assert not breaches, "\n".join(breaches)


@pytest.fixture(scope="module")
def bad_dag(bag: Any) -> Any:
    """Make a DAG that breaks every rule at once."""
    from airflow.sdk import DAG, task

    with DAG(
        "does_everything_wrong",
        schedule="@daily",
        start_date=datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=2))),
        catchup=True,
        max_active_runs=3,
        tags=["tier_9", "step_extract"],
        doc_md=None,
    ) as dag:

        @task(retries=3, pool="nobody_made_it")
        def check() -> None: ...

        @task
        def pull() -> None: ...

        check()
        pull()
    return dag


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.__name__)
def test_the_policy_sees_a_breach(bad_dag: Any, policy: Policy) -> None:
    assert list(policy(bad_dag)), "this rule lets a DAG pass that breaks every rule"


def test_dag_files_are_short() -> None:
    sizes = {path.name: len(path.read_text().splitlines()) for path in dag_files()}
    assert all(20 <= size <= 60 for size in sizes.values()), sizes


def test_the_docstring_is_the_first_statement() -> None:
    assert all(ast.get_docstring(ast.parse(path.read_text())) for path in dag_files())


def test_a_declaration_that_cannot_be_read_stops_one_dag(
    airflow_home: Path, broken_files: InvalidDeclaration
) -> None:
    bag = load_bag(DAGS)
    assert set(bag.dags) == EXPECTED - {"extract_files"}
    ((name, why),) = bag.import_errors.items()
    assert Path(name).name == "extract_files.py"
    assert str(broken_files) in why
    assets = {asset.name for asset in bag.dags["build_marts"].timetable.asset_condition.objects}
    assert "lake.zendesk.tickets" in assets
    assert not [name for name in assets if name.startswith("lake.files.")]


def test_only_the_dag_of_a_broken_source_may_be_missing_from_a_run(
    bag: Any, broken_files: InvalidDeclaration
) -> None:
    import _run_once

    errors = {"extract_files.py": "no key", "extract_x.py": "a name is missing"}
    assert _run_once._unforeseen(errors) == {"extract_x.py": "a name is missing"}


def test_importing_the_dag_files_imports_nothing_heavy(airflow_home: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import airflow.sdk\n"
        "before = set(sys.modules)\n"
        f"for name in {sorted(EXPECTED)}: __import__(name)\n"
        f"print([m for m in {HEAVY} if m in set(sys.modules) - before])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(DAGS)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines()[-1] == "[]"


def test_importing_the_shared_module_makes_no_dag(bag: Any) -> None:
    import _shared
    from airflow.sdk import DAG

    assert not [name for name, value in vars(_shared).items() if isinstance(value, DAG)]


def test_the_build_announces_an_asset_for_each_folder_of_marts(bag: Any) -> None:
    folders = {p.name for p in (ROOT / "dbt_project/models/marts").iterdir() if p.is_dir()}
    outlets = {asset.name for task in bag.dags["build_marts"].tasks for asset in task.outlets}
    assert {f"marts.{name}" for name in folders} <= outlets
    assert {"marts.experience", "marts.lifecycle"} <= outlets


def test_the_marts_are_built_on_any_accepted_stream(bag: Any) -> None:
    from airflow.sdk import AssetAny

    from ops import catalog

    condition = bag.dags["build_marts"].timetable.asset_condition
    assert isinstance(condition, AssetAny)
    waited_for = {asset.name for asset in condition.objects}
    assert waited_for == {
        f"lake.{source}.{stream}"
        for source in catalog.source_names()
        for stream in catalog.stream_names(source)
    }


def dag_files() -> list[Path]:
    return [path for path in sorted(DAGS.glob("*.py")) if not path.name.startswith("_")]
