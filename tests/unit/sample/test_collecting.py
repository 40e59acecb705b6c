"""The synthetic round while it is collected: it grows day by day, is read by the codebooks, and holds what was planted."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from warehouse.collection import checks
from warehouse.deliveries.vault import Vault
from warehouse.normalize.interviews import letters
from warehouse.normalize.people import key_of
from warehouse.normalize.run import normalize
from warehouse.normalize.schema import TABLES
from warehouse.operations import Operation
from warehouse.plan import planned_places
from warehouse.sample.collecting import Written, make_collecting
from warehouse.settings import Home

DAYS = 8


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return make_collecting(tmp_path_factory.mktemp("collecting"), DAYS)


@pytest.fixture(scope="module")
def tables(written: Written, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The canonical tables of the last export of both components, and the key of their pseudonyms."""
    found: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTM_OPERATIONS", str(written.operations))
        home = Home(tmp_path_factory.mktemp("home")).ensure()
        for path in written.exports[-2:]:
            done = normalize(home, Vault(home).receive(path).delivery)
            found[done.delivery.component] = {name: done.table(name) for name in TABLES}
        found["key"] = key_of(home)
    return found


def told(written: Written) -> Any:
    return json.loads(written.planted.read_text(encoding="utf-8"))


def test_the_exports_grow_and_say_that_they_are_partial(written: Written) -> None:
    assert len(written.exports) == 2 * DAYS and all("in-progress" in p.name for p in written.exports)
    sizes = [p.stat().st_size for p in written.exports[::2]]
    assert sizes == sorted(sizes) and sizes[-1] > 2 * sizes[0]


@pytest.mark.parametrize("component", ["bma", "rms"])
def test_every_row_is_what_was_sent(written: Written, tables: Any, component: str) -> None:
    own, rows = tables[component], told(written)["rows"][component]
    kinds = dict(own["interview"].group_by("kind").len().iter_rows())
    assert kinds == {"interview": rows["interviews"], "back_check": rows["back_checks"], "test": rows["tests"]}
    blocks = own["finding"].filter(pl.col("severity") == "block")
    assert blocks.is_empty(), blocks["code"].to_list()
    near = own["interview"].filter(pl.col("gps_place_level") == 4)["gps_km"].median() if component == "bma" else 0
    assert near is not None and near < 1


def test_the_checks_find_who_was_planted(written: Written, tables: Any) -> None:
    """By the check that is made for it, in either component."""
    operation, planted = Operation(written.operations / "kgz"), told(written)["enumerators"]
    names = {what: letters(tables["key"], "enumerator", code) for what, code in planted.items()}
    found: list[tuple[str, str]] = []
    for component in ("bma", "rms"):
        own = tables[component]
        rows = checks.run(own, operation, f"kgz-{component}-r05").filter(pl.col("outcome") == "found")
        found += rows.select("check_code", "enumerator").rows()
    assert ("fast_enumerator", names["fast"]) in found or ("duration_short", names["fast"]) in found
    assert ("near_duplicate", names["copies"]) in found or ("duplicate", names["copies"]) in found
    assert ("gps_far", names["far"]) in found and ("at_night", names["night"]) in found
    assert "overlapping" not in {code for code, _ in found}  # nobody was planted for it
    assert ("back_check_differs", names["back_check"]) in found and ("heaping", names["heaping"]) in found


def test_the_plan_adds_up(written: Written) -> None:
    operation = Operation(written.operations / "kgz")
    bma = next(r for r in operation.rounds if (r.component, r.number) == ("bma", 5))
    rms = next(r for r in operation.rounds if (r.component, r.number) == ("rms", 5))
    assert planned_places(operation, bma, None)["KG"].communities == bma.planned_communities
    assert planned_places(operation, rms, None)["KG"].interviews == rms.planned_interviews
