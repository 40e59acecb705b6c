"""Twins of marts that the gate found equal are the base's own bytes, and nothing else of the base is taken on trust."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.releases.made import candidate, verdict_on
from warehouse.deliveries.disk import file_hash
from warehouse.releases.base_diff import base_diff
from warehouse.releases.candidate import Candidate
from warehouse.releases.integrity import problems
from warehouse.releases.publish import publish
from warehouse.releases.structure import structure_problems
from warehouse.releases.twins import standing
from warehouse.releases.verdict import Verdict
from warehouse.settings import Home

PLAIN = "parquet/mart_plain.parquet"


def twin(home: Home, release: str) -> Path:
    return home.releases / release / PLAIN


def judged(home: Home, made: Candidate, **told: str) -> Verdict:
    given = replace(verdict_on(made), diff={**base_diff(home, "r000003", made.database), **told})
    given.save(home)
    return given


def test_an_equal_mart_is_taken_over_as_a_file_of_its_own(three: Home) -> None:
    made = candidate(three, {"A": 40, "B": 100})
    given = judged(three, made)
    found = standing(made, given)
    assert set(found.marts) == {"dim_round", "mart_plain"}  # the gate's own rows and dates of releases are never equal
    m = publish(three, made, given)
    old, new = twin(three, "r000003"), twin(three, m.release_id)
    assert file_hash(old) == file_hash(new) and old.stat().st_ino != new.stat().st_ino
    assert problems(three, m.release_id) == [] == structure_problems(three, m)


@pytest.mark.parametrize("spoilt", ["twin", "manifest", "models", "not compared", "other base"])
def test_nothing_is_taken_from_a_base_that_is_not_as_it_was_published(three: Home, spoilt: str) -> None:
    made = candidate(three, {"A": 40, "B": 100})
    assert made.base is not None
    given = judged(three, made, **({"told": "damaged"} if spoilt == "not compared" else {}))
    path = twin(three, "r000003") if spoilt == "twin" else three.releases / "r000003" / "manifest.json"
    if spoilt in ("twin", "manifest"):
        path.chmod(0o644)
        path.write_bytes(path.read_bytes()[:-1] + b"x" if spoilt == "twin" else path.read_bytes() + b" ")
    asked = replace(made, base=replace(made.base, models_hash="others")) if spoilt == "models" else made
    base = replace(given, base_release="r000001") if spoilt == "other base" else given
    assert bool(standing(asked, base).marts) == (spoilt == "twin")
    if spoilt == "twin":
        m = publish(three, made, given)
        assert file_hash(twin(three, m.release_id)) == m.files[PLAIN]["sha256"] != file_hash(path)
        assert structure_problems(three, m) == []
