"""An attack that was done is remembered by the rows that it read: equal rows need no second one, anything else does."""

from __future__ import annotations

import stat
from pathlib import Path

import duckdb
import pytest

from tests.unit.survey.test_published_survey import few_women_refuse, published, show
from warehouse.disclosure import audit as audits
from warehouse.disclosure.proved import Proved

Connection = duckdb.DuckDBPyConnection


@pytest.fixture
def attacks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the systems that are attacked, of surveys only."""
    monkeypatch.setattr(audits, "MODULES", ("survey",))
    done: list[str] = []
    attacked = audits._attacked

    def noted(system: audits.PublishedSystem, exact: bool) -> object:
        done.append(system.name)
        return attacked(system, exact)

    monkeypatch.setattr(audits, "_attacked", noted)
    return done


@pytest.fixture(scope="module")
def made() -> Connection:
    """A round in which `no` goes along with the few who refused."""
    return hiding("no")


def hiding(along: str) -> Connection:
    con = published(few_women_refuse())
    for option in ("yes", "no", "refused"):
        show(con, option, is_shown=option not in (along, "refused"))
    return con


def test_equal_rows_are_attacked_once_and_tell_the_same(made: Connection, attacks: list[str], tmp_path: Path) -> None:
    path = tmp_path / "private" / "attacked.json"
    proved = Proved.of(path)
    first = audits.audit(made, true=made, proved=proved)
    proved.save()
    assert first.ok and first.hidden and len(attacks) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for previous in (None, made):  # a release before that shows the same rows adds nothing
        again = audits.audit(made, previous, made, proved=Proved.of(path))
        assert again.as_dict() == {**first.as_dict(), "with_previous": previous is not None}
    assert len(attacks) == 1
    audits.audit(made, true=made)
    audits.audit(made, true=made, exact=True, proved=proved)
    assert len(attacks) == 3, "asked without what is remembered, or to the ends, it attacks"


@pytest.mark.parametrize("what", ["shown", "true", "before", "without true"])
def test_any_other_row_is_attacked(made: Connection, attacks: list[str], what: str) -> None:
    proved = Proved()
    audits.audit(made, true=made, proved=proved)
    other = hiding("yes" if what in ("before", "shown") else "no")
    other.execute("UPDATE int_survey_estimate SET n_missing = n_missing + 1 WHERE indicator_code = 'job'")
    shown, previous, true = {
        "shown": (other, None, made), "true": (made, None, other), "before": (made, other, made), "without true": (made, None, None),
    }[what]  # fmt: skip
    found = audits.audit(shown, previous, true, proved=proved)
    assert len(attacks) == 2
    assert found.ok == (what != "before"), "both releases together tell who refused"


def test_what_was_told_too_closely_is_never_remembered(made: Connection, attacks: list[str]) -> None:
    proved = Proved()
    for _ in range(2):
        assert not audits.audit(made, hiding("yes"), made, proved=proved).ok
    assert len(attacks) == 2 and not proved.known


def test_a_damaged_file_remembers_nothing(tmp_path: Path) -> None:
    path = tmp_path / "attacked.json"
    for text in ("", "[1]", '{"a": 1}', '{"a": {"m": 1}}'):
        path.write_text(text, encoding="utf-8")
        assert Proved.of(path).known == {}
