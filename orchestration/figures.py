"""What a release says of one round, as tables and small charts for the UI: people by oblast, change, respondents.

Reading marts of a release belongs here. Marts hold what may be shown and nothing else: what is withheld there is withheld
here, and no level below the finest published one is read.
"""

from pathlib import Path
from typing import Any

from orchestration import charts, tables

MARTS = ("mart_population", "mart_round_change", "mart_round_coverage")
PEOPLE = """SELECT category_name_en, population_category, place_name_en, CASE WHEN is_suppressed THEN NULL ELSE individuals END
            FROM {mart_population} WHERE round_key = ? AND place_level = 1 AND sex = 'all' AND age_group = 'all'
            ORDER BY 2, 4 DESC NULLS LAST, 3"""
TOTALS = """SELECT population_category, CASE WHEN is_suppressed THEN NULL ELSE individuals END FROM {mart_population}
            WHERE round_key = ? AND place_level = 0 AND sex = 'all' AND age_group = 'all' ORDER BY 1"""
CHANGE = """SELECT category_name_en, previous_round_key, CASE WHEN is_suppressed THEN NULL ELSE previous_individuals END,
            CASE WHEN is_suppressed THEN NULL ELSE current_individuals END, comparability, summary_en
            FROM {mart_round_change} WHERE round_key = ? AND place_level = 0 ORDER BY population_category"""
COVERAGE = """SELECT place_level, place_name_en, CASE WHEN is_suppressed THEN NULL ELSE respondents END,
              CASE WHEN is_suppressed THEN NULL ELSE communities END
              FROM {mart_round_coverage} WHERE round_key = ? AND place_level <= 1 ORDER BY place_level, 3 DESC NULLS LAST, 4 DESC"""


def figures(release: Path, round_key: str) -> tables.Shown:
    """Charts, tables and numbers of a round in a release's folder; the numbers make the plots over rounds."""
    asked = _Asked(release, round_key)
    with asked.con:
        return {**_people(asked), **_change(asked), **_coverage(asked)}


class _Asked:
    """The Parquet twins of a release: opening its database would read all its tables and comments."""

    def __init__(self, release: Path, round_key: str) -> None:
        import duckdb

        from warehouse.releases.contents import parquet

        self.con, self.round_key = duckdb.connect(":memory:"), round_key
        self._twins = {name: parquet(release, name) for name in MARTS}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.con.execute(sql.format(**self._twins), [self.round_key]).fetchall()


def _people(asked: _Asked) -> tables.Shown:
    by_category: dict[tuple[str, str], list[charts.Row]] = {}
    for name, category, place, people in asked.rows(PEOPLE):
        by_category.setdefault((name, category), []).append((place, people))
    told: tables.Shown = {
        f"people, {category.replace('_', ' ')}": int(people)
        for category, people in asked.rows(TOTALS)
        if people is not None
    }
    if by_category:
        drawn = [(name, rows, category) for (name, category), rows in by_category.items()]
        told["people by oblast"] = charts.panels(drawn, "people")
    return told


def _change(asked: _Asked) -> tables.Shown:
    """Both rounds beside each other and, in words, what can be said of the difference: it is not one where they can't be compared."""
    rows = asked.rows(CHANGE)
    if not rows:
        return {}
    before = rows[0][1]
    words = [(name, *_both(was, now), _plain(how), said) for name, _, was, now, how, said in rows]
    columns = ["people", before, asked.round_key, "comparable", "what can be said"]
    drawn = charts.pairs(f"{before} and {asked.round_key}", [(name, was, now) for name, _, was, now, *_ in rows])
    table = tables.markdown(columns, words)
    return {"against the round before": tables.together(drawn, table)}


def _coverage(asked: _Asked) -> tables.Shown:
    rows = asked.rows(COVERAGE)
    told: tables.Shown = {}
    for what, at in (("respondents", 2), ("communities", 3)):
        total: Any = next((row[at] for row in rows if row[0] == 0), None)
        by_place = [(row[1], row[at]) for row in rows if row[0] == 1]
        if total:
            told[what] = int(total)
            told[f"{what} by oblast"] = charts.bars(f"{what.capitalize()} by oblast", by_place, unit=what)
    return told


def _both(was: Any, now: Any) -> tuple[Any, Any]:
    return tuple("withheld" if value is None else int(value) for value in (was, now))  # type: ignore[return-value]


def _plain(code: str | None) -> str:
    return (code or "").replace("_", " ")
