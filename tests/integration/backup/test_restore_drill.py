"""The restore drill: a home with every kind of state, backed up and restored on an empty machine, says and does the same."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.faults import toyland
from tests.integration.upgrades.old_homes import HOMES, LAST, unpacked
from warehouse.backup.drill import drill
from warehouse.backup.restore import restore
from warehouse.backup.take import backup
from warehouse.cli import cli
from warehouse.deliveries.vault import Vault
from warehouse.errors import MtmError
from warehouse.normalize.run import normalize
from warehouse.releases.manifest import read_manifest, release_ids
from warehouse.releases.staging import erase
from warehouse.releases.verdict import CheckResult, Verdict
from warehouse.settings import Home

CHECK = "households_above_individuals_often"
KEY = "a key of more than twenty letters"
FIGURE = (
    "mart_population",
    "round_key=toy-baseline-r01,place_level=0,population_category=idp,sex=all,age_group=all",
)


class Machines:
    """The machine that had the home, and the empty one."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.place = folder, str(folder / "place")
        self.home = unpacked(HOMES / f"{LAST}.tar.xz", folder).ensure()
        self._enrich()

    def _enrich(self) -> None:
        """A rolled back release and a held one, a tag, a correction, a refused round with its waiver, a provisional round."""
        home, one = self.home, toyland.round_key(1)
        self.mtm(home, "tag", "r000001", "annual")
        self.mtm(home, "rollback", "r000001")
        signed = ("--who", "data manager", "--why", "the field office confirmed it")
        people = str(toyland._people(1, 1, 1))
        self.mtm(
            home,
            "correct",
            one,
            "--row",
            "3",
            "--column",
            "Displaced people",
            "--expect",
            people,
            "--value",
            "90",
            *signed,
        )
        self._judged(3, "refused")
        self._judged(4, "provisional", partial=True)
        words = (
            "--reason",
            "large families, confirmed",
            "--owner",
            "country office",
            "--expires",
            (date.today() + timedelta(days=90)).isoformat(),
        )
        self.mtm(home, "waive", toyland.round_key(3), CHECK, *words)

    def _judged(self, number: int, outcome: Any, *, partial: bool = False) -> None:
        """A round that was delivered and normalized, and the verdict that the gate gave."""
        delivery = Vault(self.home).receive(toyland.delivery(self.folder, number), partial=partial).delivery
        made = normalize(self.home, delivery)
        failed = CheckResult(
            CHECK,
            "normalized",
            "block",
            False,
            "Households are not above people.",
            "",
            "3 rows",
            "at most 0",
            "ask the field",
            value=3.0,
            bound=0.0,
        )
        Verdict(
            made.round_key,
            made.normalized_id,
            "r000001",
            outcome,
            [failed],
            "0.1.0",
            inputs={"declared": "partial" if partial else "whole"},
        ).save(self.home)

    def mtm(self, home: Home, *words: str, code: int = 0) -> Any:
        done = CliRunner().invoke(cli, [*words, "--json"], env={"MTM_HOME": str(home.root)})
        assert done.exit_code == code or getattr(done.exception, "exit_code", None) == code, (
            words,
            done.output,
            done.exception,
        )
        return json.loads(done.stdout.replace(str(home.root), "HOME")) if code == 0 else done.exception


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTM_BACKUP_KEY", KEY)
        patch.setenv("MTM_OPERATIONS", "")
        yield Machines(tmp_path_factory.mktemp("machines"))


@pytest.fixture(scope="module")
def restored(machines: Machines) -> Iterator[Home]:
    answer = machines.mtm(machines.home, "backup", machines.place)
    assert answer["encrypted"] and answer["sent_objects"] > 100 and not answer["problems"]
    home = Home(machines.folder / "empty machine" / "mtm")
    machines.mtm(home, "restore", machines.place)
    yield home


def test_the_home_has_every_kind_of_state(machines: Machines) -> None:
    states = {r["round_key"][-3:]: r["state"] for r in machines.mtm(machines.home, "status")["rounds"]}
    assert states == {"r01": "withdrawn", "r02": "waiting", "r03": "refused", "r04": "provisional"}


@pytest.mark.parametrize(
    "words",
    [("status",), ("releases",), ("verify", "--all"), ("show",), ("waivers",), ("corrections",), ("diff", "r000001", "r000002"), ("verdict", "toy-baseline-r03"),
     ("findings", "toy-baseline-r03"), ("query", "FROM mart_population ORDER BY ALL"), ("trace", *FIGURE)],
    ids=lambda words: words[0],
)  # fmt: skip
def test_it_says_the_same_on_the_empty_machine(words: tuple[str, ...], machines: Machines, restored: Home) -> None:
    there, here = (machines.mtm(home, *words) for home in (restored, machines.home))
    assert there == here and here != []


def test_contents_and_pointers_are_equal(machines: Machines, restored: Home) -> None:
    assert release_ids(restored) == release_ids(machines.home) and len(release_ids(restored)) == 2
    for identity in release_ids(restored):
        assert read_manifest(restored.releases / identity) == read_manifest(machines.home.releases / identity)
    for link in ("current", "latest_candidate"):
        assert getattr(restored, link).readlink() == getattr(machines.home, link).readlink()
    for name in ("published/flips.jsonl", "published/index.jsonl", "published/tags.json", "vault/pseudonym.key"):
        assert (restored.root / name).read_bytes() == (machines.home.root / name).read_bytes()


def test_the_drill_says_so_and_leaves_nothing(machines: Machines, restored: Home) -> None:
    done = drill(machines.home, machines.place)
    assert done.ok and done.releases == 2 and not list(machines.home.build.glob("verify-*"))


def test_a_damaged_object_stops_it_and_another_snapshot_stands(machines: Machines, restored: Home) -> None:
    place = machines.folder / "damaged"
    shutil.copytree(machines.place, place)
    (machines.home.waivers / "more.jsonl").write_text("{}\n")
    new = backup(machines.home, str(place)).snapshot
    largest = max((place / "objects").glob("*/*"), key=lambda p: p.stat().st_mtime_ns)
    largest.write_bytes(b"")
    assert machines.mtm(machines.home, "backup", str(place), "--verify", code=1)
    target = machines.folder / "target"
    with pytest.raises(MtmError):
        restore(target, str(place))
    assert not (target / "published").exists()
    done = restore(
        machines.folder / "other",
        str(place),
        sorted(i for i in (p.name[:29] for p in (place / "snapshots").iterdir()) if i != new.id)[0],
    )
    assert done.ok
    for identity in release_ids(done.home):
        erase(done.home.releases / identity)


@pytest.mark.slow
def test_the_next_round_builds_on_what_was_restored(machines: Machines, restored: Home) -> None:
    """Build databases were not in the backup: they are made again, and the release is the one that the old machine makes."""
    from orchestration.run import run_round

    made = run_round(restored, toyland.round_key(2))
    assert (made.outcome, made.error) == ("published", None)
    assert made.release_id == "r000003"
    assert all(a["ok"] for a in machines.mtm(restored, "verify", "--all"))
    rows = machines.mtm(
        restored,
        "query",
        "SELECT individuals FROM mart_population WHERE place_level = 0 AND round_key = 'toy-baseline-r02'",
    )
    assert {r["individuals"] for r in rows} == {toyland.people(2)}
