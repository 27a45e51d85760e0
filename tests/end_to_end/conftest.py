"""One small company, run the whole way through the command line, as a user would."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests.shared_folder import shared_folder

ROOT = Path(__file__).resolve().parents[2]
CXW = Path(sys.executable).parent / "cxw"
FOUR = ("zendesk", "hubspot", "ga4", "x")  # every kind of stream, in a fifth of the time of all


@dataclass(frozen=True)
class Company:
    """A data folder, and the simulated company whose data it holds."""

    data: Path
    seed: int
    customers: int
    start: str
    until: str
    sources: tuple[str, ...] = FOUR

    @property
    def environ(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("CXW_", "AIRFLOW"))}
        return {**inherited, "CXW_DATA_DIR": str(self.data)}

    def prepare(self) -> "Company":
        """Write down which company to simulate; `cxw run` goes on with what it finds."""
        self.data.mkdir(parents=True, exist_ok=True)
        said = {"seed": self.seed, "customers": self.customers, "start": self.start}
        (self.data / "sandbox.json").write_text(json.dumps(said))
        return self

    def cxw(self, *arguments: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(CXW), *arguments],
            cwd=self.data.parent,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def words(self, until: str | None = None) -> list[str]:
        """Return the command that runs the whole way up to a day."""
        only = [word for source in self.sources for word in ("--source", source)]
        return ["run", "--until", until or self.until, *only]

    def run(self, until: str | None = None) -> str:
        """Run the whole way up to a day and return what was printed."""
        done = self.cxw(*self.words(until))
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        return done.stdout

    def truth(self, until: str | None = None) -> Path:
        """Return the folder with the planted truth as of a day."""
        day = until or self.until
        out = self.data.parent / f"truth-{day}"
        if not out.exists():
            subprocess.run(
                [
                    *(sys.executable, "-m", "sandbox", "truth", "--seed", str(self.seed)),
                    *("--customers", str(self.customers), "--start", self.start),
                    *("--until", day, "--out", str(out)),
                ],
                cwd=ROOT,
                check=True,
                capture_output=True,
            )
        return out

    @property
    def release(self) -> Path:
        return (self.data / "marts" / "current").resolve()

    def query(self, sql: str, *, release: Path | None = None) -> list[tuple]:
        """Ask the release; `truth_<table>` views stand beside it when the truth was made."""
        stands = release or self.release
        with duckdb.connect() as con:
            con.execute("set TimeZone = 'UTC'")
            con.execute(f"attach '{stands}/cx_warehouse.duckdb' as cx_warehouse (read_only)")
            con.execute(f"attach '{stands}/private/warehouse.duckdb' as warehouse (read_only)")
            for file in sorted(self.truth().glob("*.parquet")):
                con.execute(f"create view truth_{file.stem} as select * from '{file}'")
            con.execute("set search_path = 'memory.main,cx_warehouse.marts'")
            return con.execute(sql).fetchall()


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Forty-five days of four hundred customers: the outage lies inside."""
    sources = ("zendesk", "hubspot", "ga4", "servicenow")  # whose truth is compared
    with shared_folder(tmp_path_factory, "company") as folder:
        return once(Company(folder / "data", 7, 400, "2026-07-01", "2026-08-15", sources))


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Ten days of a hundred and fifty customers, with the source of which each day is a run."""
    with shared_folder(tmp_path_factory, "small") as folder:
        return once(Company(folder / "data", 11, 150, "2026-07-01", "2026-07-11"))


def once(made: Company) -> Company:
    """Run a company the whole way, once for all workers; who changes it works on a copy."""
    done = made.data.with_name("done")
    if not done.exists():
        made.prepare().run()
        done.touch()
    return made
