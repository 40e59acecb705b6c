"""The dashboard: one screen, also with sixty rounds; what is pressing stands in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from warehouse.cli import cli
from warehouse.cli.dashboard import show, told
from warehouse.overview import Overview, _age, _refused, _todo, overview
from warehouse.settings import Home
from warehouse.status import RoundState

NOW = datetime(2025, 3, 1, tzinfo=UTC)
MANIFEST: Any = SimpleNamespace(
    release_id="r000008", published_at="2025-02-26T22:59:39Z", rounds=[1] * 8, synthetic=True
)


def state(key: str, name: str = "published", todo: str = "nothing", served: int | None = 1, **more: Any) -> RoundState:
    delivery: Any = SimpleNamespace(delivery_seq=1)
    return RoundState(
        key, name, delivery, 1, "r000008" if served else None, served, more.get("verdict"), todo, more.get("replay")
    )  # type: ignore[arg-type]


def refused(key: str) -> RoundState:
    verdict: Any = SimpleNamespace(outcome="refused", checks=[], blocking=[1, 2, 3])
    return state(key, "refused", f"mtm findings {key}, then deliver a corrected file", None, verdict=verdict)


@pytest.fixture(autouse=True)
def eighty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal's width, as the layout asks for it."""
    monkeypatch.setattr("warehouse.cli.output.room_of", lambda _: 80)


def seen(found: Overview, capsys: pytest.CaptureFixture[str], every: bool = False) -> list[str]:
    show(found, every=every)
    return capsys.readouterr().out.splitlines()


def of(rounds: list[RoundState], **more: Any) -> Overview:
    found = Overview(
        Home(Path("/home")),
        NOW,
        more.get("served", MANIFEST),
        "r000008",
        more.get("held", []),
        rounds,
        more.get("inbox", []),
    )
    found.warnings.extend([*_age(found), *_refused(found)])
    found.todo.extend(_todo(found))
    return found


def test_eight_rounds_are_told_one_by_one_on_one_screen(capsys: pytest.CaptureFixture[str]) -> None:
    rounds = [state(f"kgz-{c}-r0{n}") for c in ("bma", "rms") for n in range(1, 5)]
    rounds[3], rounds[5] = refused("kgz-bma-r04"), state("kgz-rms-r02", "waiting", "mtm run kgz-rms-r02", None)
    lines = seen(of(rounds, held=["r000009"], inbox=["a.xlsx"]), capsys)
    assert len(lines) <= 24 and max(map(len, lines)) <= 80
    assert lines[0] == "release r000008 of 2025-02-26 22:59 UTC (2 days ago) · 8 rounds · SYNTHETIC"
    text = "\n".join(lines)
    assert "refused: 3 checks" in text and "! refused: kgz-bma-r04; what is served stays served" in text
    after = [line.split("  ")[1] for line in lines[lines.index("next") + 1 :]]
    assert after == ["mtm findings kgz-bma-r04", "mtm promote r000009", "mtm receive /home/inbox", "mtm run"]


def test_sixty_rounds_are_folded_and_what_is_pressing_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    rounds = [state(f"{o}-baseline-r{n:02}") for o in ("kgz", "mli", "mwi", "nga") for n in range(1, 16)]
    rounds[20] = refused("mli-baseline-r06")
    rounds[30:45] = [state(s.round_key, "waiting", f"mtm run {s.round_key}", None) for s in rounds[30:45]]
    lines = seen(of(rounds), capsys)
    assert len(lines) <= 24 and max(map(len, lines)) <= 80
    text = "\n".join(lines)
    assert "kgz-baseline (15)" in text and "mli-baseline-r06" in text and "mli-baseline (14)" in text
    assert "mwi-baseline (15)" in text and "60 rounds; each on its own line: mtm status --all" in text
    every = seen(of(rounds), capsys, every=True)
    assert sum("-baseline-r" in line for line in every) >= 60


def test_a_release_that_is_old_is_warned_of() -> None:
    old: Any = SimpleNamespace(release_id="r000001", published_at="2024-01-01T00:00:00Z", rounds=[], synthetic=False)
    assert of([], served=old).warnings == ["stale: r000001 was published 425 days ago"]
    assert of([]).warnings == []


@pytest.mark.parametrize(
    ("age", "text"), [(0, "just now"), (90, "1 minute ago"), (7300, "2 hours ago"), (200_000, "2 days ago")]
)
def test_ages(age: int, text: str) -> None:
    assert told(timedelta(seconds=age)) == text


def test_a_home_without_rounds_says_how_to_begin_and_what_lies_in_the_inbox(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home.inbox / "round.xlsx").write_bytes(b"x")
    monkeypatch.setenv("MTM_HOME", str(home.root))
    found = overview(home)
    assert (found.served, found.rounds, found.inbox, found.age) == (None, [], ["round.xlsx"], None)
    text = CliRunner().invoke(cli, ["status"]).output
    assert "mtm demo" in text and "1 files wait in the inbox" in text
    assert CliRunner().invoke(cli, ["status", "--watch"]).exception is not None
