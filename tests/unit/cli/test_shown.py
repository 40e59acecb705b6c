"""A command does not wait for Dagster to be told, and many commands do not start many processes that all load it."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from typing import Any

import pytest

from warehouse.cli import shown
from warehouse.settings import Home


@pytest.fixture
def told(home: Home, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was told in this process (the home), and what was started (its command)."""
    said: list[Any] = []
    home.dagster.mkdir(parents=True, exist_ok=True)
    (home.dagster / "dagster.yaml").touch()
    monkeypatch.setattr(shown, "_tell", said.append)
    monkeypatch.setattr(subprocess, "Popen", lambda command, **_: said.append(command))
    return said


def test_it_is_told_here_where_dagster_is_loaded_and_by_another_process_where_not(
    home: Home, told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "dagster", sys)
    shown.show(home)
    monkeypatch.delitem(sys.modules, "dagster")
    shown.show(home)
    assert told == [home, [sys.executable, "-m", "warehouse.cli.shown", str(home.root)]]
    (home.dagster / "dagster.yaml").unlink()
    shown.show(home)
    assert len(told) == 2


def test_one_tells_one_waits_and_the_others_leave_it_to_them(home: Home, told: list[Any]) -> None:
    shown.tell_in_turn(home)
    shown.tell_in_turn(home)  # nobody waits: the locks were given back
    assert told == [home, home]
    waiting = os.open(home.dagster / shown.WAITING, os.O_RDWR)
    fcntl.flock(waiting, fcntl.LOCK_EX)
    shown.tell_in_turn(home)
    os.close(waiting)
    assert len(told) == 2
