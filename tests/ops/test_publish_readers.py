"""BI drivers are older than the engine that builds: a client of duckdb 1.x opens a release."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from ops.publish import open_build, publish
from tests.ops.test_publish import facts, fill

OLDER = ("1.2.2", "1.4.4")
RICH = """
create or replace table marts.fct_rich as
select range as call_id, 'text ' || range as name, [range, range + 1] as numbers,
    {'a': range, 'b': 'x'} as pair, timestamp '2026-09-01' + to_days(cast(range as integer)) as at,
    cast(range as decimal(18, 4)) as amount, range % 2 = 0 as is_even
from range(5000)
"""
READ = """
import sys
sys.path.insert(0, sys.argv[1])
import duckdb
con = duckdb.connect(sys.argv[2], read_only=True)
print(duckdb.__version__, *con.execute(
    "select count(*), sum(pair.a), max(len(numbers)), max(amount) from marts.fct_rich"
).fetchall()[0])
"""


@pytest.mark.slow
@pytest.mark.parametrize("version", OLDER)
def test_an_older_client_reads_a_release(tmp_path: Path, version: str) -> None:
    client = tmp_path / "client"
    wanted = ["--quiet", "--no-deps", "--target", str(client), f"duckdb=={version}"]
    fetched = subprocess.run(
        ["uv", "pip", "install", "--python", sys.executable, *wanted],
        check=False,
        capture_output=True,
        text=True,
    )
    if fetched.returncode:
        pytest.skip(f"no package registry to fetch duckdb {version} from")
    with open_build(tmp_path / "data") as build:
        fill(build)
        with duckdb.connect(str(build.marts)) as con:
            con.execute(RICH)
        release = publish(build, facts(0))
    done = subprocess.run(
        [sys.executable, "-c", READ, str(client), str(release.marts)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == [version, "5000", "12497500", "2", "4999.0000"], done.stderr
