"""Pages made from what runs: docs/DAGS.md, docs/errors.md, semantic models, dbt and Data Docs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from extract.errors import CxwError
from ops import error_catalogue, semantic_layer
from ops.airflow_home import prepare
from ops.alerts.kinds import KINDS
from ops.settings import Settings, process_environ

HEAD = """\
# What runs when

Made by `cxw docs` from the DAG files; a test keeps it true. A DAG's text is what Airflow shows.

"""
TIERS = {
    "tier_1": "1: marts are stale for BI",
    "tier_2": "2: one source is late",
    "tier_3": "3: housekeeping",
}


class DocsStale(CxwError):
    """A generated page is not what the code says."""


class DagsUnreadable(CxwError):
    """The DAG files cannot be loaded."""


def write(settings: Settings, *, check_only: bool = False) -> Iterator[str]:
    """Write every page, or compare the ones in docs/ only; yield what was done."""
    pages = {
        "docs/DAGS.md": render(describe(settings)),
        "docs/errors.md": error_catalogue.render(settings.project_dir),
        f"dbt_project/{semantic_layer.PAGE}": semantic_layer.render(settings.dbt_dir),
    }
    for name, page in pages.items():
        target = settings.project_dir / name
        if not check_only:
            target.write_text(page)
        elif not target.exists() or target.read_text() != page:
            raise DocsStale(
                f"{name} differs from the code",
                "people on call read it, so it may not lie",
                f"run `cxw docs` and commit {name}",
            )
        yield f"{name} is true" if check_only else name
    if check_only:
        return
    yield from _dbt_docs(settings)
    yield from _data_docs(settings)


def describe(settings: Settings) -> list[dict[str, Any]]:
    """Load the DAGs in a child process (Airflow is imported nowhere else); return their facts."""
    script = settings.project_dir / "dags" / "_run_once.py"
    done = subprocess.run(  # noqa: S603  (our own interpreter and script)
        [sys.executable, str(script), "describe"],
        env={**process_environ(), **prepare(settings)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DagsUnreadable(
            f"the DAG files cannot be loaded: {done.stderr.strip().splitlines()[-1]}",
            "there is nothing to describe",
            "correct the file that is named, then run the same command again",
        )
    dags: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])["dags"]
    return dags


def render(dags: list[dict[str, Any]]) -> str:
    """Return the page: a table, then each DAG's own text."""
    rows = ["| DAG | When | Tier | Reads | Writes |", "| --- | --- | --- | --- | --- |"]
    for dag in dags:
        tier = next(TIERS[tag] for tag in dag["tags"] if tag in TIERS)
        link = f"[`{dag['dag_id']}`](#{dag['dag_id']})"
        reads = "the vendor's API" if "step_extract" in dag["tags"] else _names(dag["reads"])
        cells = (link, _schedule(dag), tier, reads, _names(dag["writes"]))
        rows.append(f"| {' | '.join(cells)} |")
    texts = [f"## {dag['dag_id']}\n\n{_text(dag)}" for dag in dags]
    return HEAD + "\n".join(rows) + "\n\n" + "\n\n".join(texts) + "\n"


def _schedule(dag: dict[str, Any]) -> str:
    return (
        f"`{dag['schedule']}` UTC" if dag["schedule"] != "on assets" else "when any asset changes"
    )


def _names(names: list[str]) -> str:
    """Name assets; many of one folder, or an alias for a folder's streams, become one pattern."""
    folders = sorted({name.rpartition(".")[0] for name in names})
    if len(names) > 4:
        names = [f"{folder}.*" for folder in folders]
    aliases = [f"{name}.*" if re.fullmatch(r"lake\.\w+", name) else name for name in names]
    return ", ".join(f"`{name}`" for name in aliases) or "·"


def _text(dag: dict[str, Any]) -> str:
    """Return the DAG's own text with links, without the connector's data sheet; and its tasks."""
    own = str(dag["doc"]).partition("\n### Data sheet")[0].strip()
    source = dag["dag_id"].partition("_")[2]
    own = own.replace("(data sheet below)", f"([data sheet](../extract/{source}.py))")
    for slug in KINDS:
        own = own.replace(f"`{slug}`", f"[`{slug}`](runbooks/{slug}.md)")
    tasks = " → ".join(f"`{task}`" for task in dag["tasks"])
    return f"{own}\n\n**Tasks** · {tasks}"


def _dbt_docs(settings: Settings) -> Iterator[str]:
    from ops import publish  # noqa: PLC0415
    from ops.dbt import DbtPaths, run_dbt  # noqa: PLC0415
    from ops.private_build import MARTS, WAREHOUSE, copy_file  # noqa: PLC0415

    release = publish.current(settings.data_dir)
    if release is None:
        yield "dbt docs: not yet; cxw run makes the first release"
        return
    out = settings.docs_dir / "dbt"
    paths = DbtPaths(settings.dbt_dir, out, settings.data_dir / "logs" / "dbt")
    variables = {"lake": str(settings.lake), "as_of": f"{release.as_of:%Y-%m-%dT%H:%M:%SZ}"}
    settings.docs_dir.mkdir(parents=True, exist_ok=True)
    # dbt opens its files to write and asks them for the types of columns: it gets copies, because
    # a release is read-only, and a file that is missing would be created beside it.
    with tempfile.TemporaryDirectory(dir=settings.docs_dir) as copies:
        copy_file(release.marts, Path(copies) / MARTS)
        copy_file(release.warehouse, Path(copies) / WAREHOUSE)
        run_dbt(["docs", "generate", "--static"], paths, Path(copies), variables)
    yield _shown(settings, out / "static_index.html")


def _data_docs(settings: Settings) -> Iterator[str]:
    from expectations.gate import build_data_docs  # noqa: PLC0415

    results = settings.lake / "operations" / "check_results"
    if not results.exists():
        yield "Data Docs: not yet; cxw run checks the first files"
        return
    yield _shown(settings, build_data_docs(results, settings.docs_dir / "gx"))


def _shown(settings: Settings, path: Path) -> str:
    return f"{settings.data_dir.name}/{path.relative_to(settings.data_dir)}"
