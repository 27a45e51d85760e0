"""The restore drill: a machine is lost, its backup goes on elsewhere, the marts are the same."""

import shutil
from pathlib import Path

import duckdb
import pytest

from tests.end_to_end.conftest import Company
from tests.end_to_end.test_runs import copy_of, differences, raw_files


@pytest.mark.slow
def test_a_lost_machine_goes_on_from_its_backup(small: Company, tmp_path: Path) -> None:
    """The lost machine had a day that no backup holds; it is read again."""
    lost = copy_of(small, tmp_path / "lost")
    kept = str(tmp_path / "kept")
    backup = lost.cxw("backup", kept)
    assert backup.returncode == 0, backup.stderr
    held, ledger = raw_files(lost), ledger_of(lost)
    lost.run("2026-07-12")
    unharmed = Path(shutil.copytree(lost.release, tmp_path / "unharmed"))
    after = set(raw_files(lost)) - set(held)
    assert after, "a day came after the backup"
    shutil.rmtree(lost.data)

    again = Company(tmp_path / "again" / "data", 11, 150, "2026-07-01", "2026-07-11")
    again.data.mkdir(parents=True)
    done = again.cxw("restore", kept)
    assert done.returncode == 0, done.stderr
    assert "not in it: what landed or was decided after" in done.stdout
    assert raw_files(again) == held, "nothing is lost that the lake had"
    assert ledger_of(again) == ledger
    assert differences(small.release, again.release) == {}

    again.run("2026-07-12")
    assert set(raw_files(again)) - set(held) == after, "what came later was read again"
    assert differences(unharmed, again.release) == {}


def ledger_of(company: Company) -> list[tuple]:
    file = company.release / "private" / "warehouse.duckdb"
    with duckdb.connect(str(file), read_only=True) as con:
        ledger = con.execute("select * from intermediate.int_identity_ledger order by all")
        return ledger.fetchall()
