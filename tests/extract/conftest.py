from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.world import World
from tests.extract import northwind as nw
from tests.extract import vendor as vd


@pytest.fixture(scope="session")
def world() -> World:
    return World(7, 300, nw.START)


@pytest.fixture
def company(world: World, tmp_path: Path) -> Iterator[nw.Northwind]:
    with nw.northwind(world, tmp_path / "lake") as made:
        yield made


@pytest.fixture
def vendor() -> Iterator[vd.Vendor]:
    with vd.vendor() as made:
        yield made


@pytest.fixture(autouse=True)
def _every_log_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
