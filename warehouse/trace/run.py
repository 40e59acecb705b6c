"""A trace, put together: the published row, how it is made, the deliveries, and the rows that add up to it.

What is withheld is refused, unless the operator asks for it (`private`): a trace is no way around the disclosure control for
somebody who forwards its output. It reads the vault's side and is never published.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb

from warehouse.errors import MtmError
from warehouse.releases.manifest import Manifest, load_manifest
from warehouse.releases.serving import DATABASE, SCHEMA
from warehouse.settings import Home
from warehouse.trace import collected, counts, people, quality
from warehouse.trace.canonical import Round
from warehouse.trace.derived import derived
from warehouse.trace.earlier import manifest_of, stated
from warehouse.trace.figure import Figure
from warehouse.trace.key import Key, Row, grain_of, matching, nearest, parse_key, rows_of
from warehouse.trace.lineage import description, lineage, sources
from warehouse.trace.stated import stated_in

MATCHES = 20
DEPTH = 4  # a headline is made of a rank, that of a total, that of rows


def trace(
    home: Home,
    mart: str,
    words: tuple[str, ...],
    *,
    release_id: str | None = None,
    private: bool = False,
    limit: int | None = None,
) -> Row:
    """Everything behind one row of a mart; where the key means none or several, those that it may mean (`matches`)."""
    manifest = load_manifest(home, release_id)
    with _served(home, manifest) as con:
        columns = (
            [str(r["column_name"]) for r in rows_of(con, f'select column_name from (describe "{mart}")')]
            if _has(con, mart)
            else []
        )
        key = parse_key(mart, words, columns)
        found = matching(con, key)
        base = {"mart": mart, "release": manifest.release_id, "published_at": manifest.published_at}
        if len(found) != 1:
            near = [grain_of(mart, row) for row in found] or nearest(con, key)
            return {**base, "key": key.values, "matches": near[:MATCHES], "found": len(found)}
        return {**base, **_traced(home, manifest, con, mart, found[0], private=private, limit=limit)}


def _served(home: Home, manifest: Manifest) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(str(home.releases / manifest.release_id / DATABASE), read_only=True)
    con.execute(f"USE {SCHEMA}")
    return con


def _has(con: duckdb.DuckDBPyConnection, mart: str) -> bool:
    return bool(rows_of(con, "select 1 as there from information_schema.tables where table_name = ?", [mart]))


def _traced(
    home: Home,
    manifest: Manifest,
    con: duckdb.DuckDBPyConnection,
    mart: str,
    row: Row,
    *,
    private: bool,
    limit: int | None,
) -> Row:
    if is_withheld(row) and not private:
        raise MtmError(
            "this figure is withheld, so what it is made of is not listed", where=f"{mart} {_text(grain_of(mart, row))}",
            expected="a figure that is published", todo="--private lists it on your own responsibility: it may tell of few people",
            code="withheld",
        )  # fmt: skip
    rounds = Rounds(home, manifest, con)
    own = rounds.of(row)
    figures = _figures(home, rounds, mart, row)
    for figure in figures:
        _behind(home, rounds, figure, private=private, depth=DEPTH)
    told = [f.as_dict(limit) for f in figures if f.published is not None or f.recomputed is not None or f.rows]
    return {
        "key": grain_of(mart, row), "row": row, "window": [row.get("window_start"), row.get("window_end")],
        "what": description(mart), "made_by": lineage(mart), "canonical": sources(mart),
        "stated_in": [*stated_in(mart, row), *manifest_of(home, mart, row)],
        "rounds": [r.as_dict() for r in rounds.opened.values()], "figures": told,
        **(_around(own, limit) if own and figures else {"rejected": [], "rejected_rows": 0, "corrections": []}),
    }  # fmt: skip


def is_withheld(row: Row) -> bool:
    """Whether the row is withheld in the mart."""
    return bool(row.get("is_suppressed"))


class Rounds:
    """The rounds that a trace meets, in the versions of the release, each opened once."""

    def __init__(self, home: Home, manifest: Manifest, con: duckdb.DuckDBPyConnection) -> None:
        """`con`: the serving database."""
        self.home, self.manifest, self.con = home, manifest, con
        self.opened: dict[str, Round] = {}

    def of(self, row: Row) -> Round | None:
        """The round that a row belongs to; None where it belongs to none of the release."""
        key = str(row.get("round_key") or "")
        version = self.manifest.version(key)
        if version and key not in self.opened:
            self.opened[key] = Round(self.home, self.manifest, version, _parents(self.con, key))
        return self.opened.get(key)


def _figures(home: Home, rounds: Rounds, mart: str, row: Row) -> list[Figure]:
    """The figures of a row: counted from rows, made of other marts, or stated by an earlier release."""
    return [
        *_counted(rounds.con, mart, row, rounds.of(row)), *derived(rounds.con, mart, row), *stated(home, mart, row),
    ]  # fmt: skip


def _behind(home: Home, rounds: Rounds, figure: Figure, *, private: bool, depth: int) -> None:
    """The rows behind the figures that a figure is made of, each beside its own figure."""
    for part in figure.made_of if depth else []:
        found = matching(rounds.con, Key(part["mart"], {c: str(v) for c, v in part["key"].items()}))
        if len(found) != 1 or (is_withheld(found[0]) and not private):
            continue
        inner = [f for f in _figures(home, rounds, part["mart"], found[0]) if f.column in (part["column"], "n")]
        mine = next((f for f in inner if f.column == part["column"]), None)
        if mine is None:
            continue
        _behind(home, rounds, mine, private=private, depth=depth - 1)
        counted = next((f for f in inner if f.rows), mine)
        part["recomputed"], part["equal"], part["made_of"] = mine.recomputed, mine.equal, mine.made_of
        part["rows"], part["left_out"] = counted.rows, counted.left_out


def _parents(con: duckdb.DuckDBPyConnection, key: str) -> dict[str, str]:
    """Each place of the round's geography and the one above it; of the latest vintage where the round states none."""
    sql = """select p.place_code, p.parent_code from dim_place as p inner join dim_round as r on p.operation = r.operation
        where r.round_key = ? and p.parent_code is not null
            and (r.geography_vintage is null or p.geography_vintage = r.geography_vintage) order by p.geography_vintage"""
    return {str(r["place_code"]): str(r["parent_code"]) for r in rows_of(con, sql, [key])}


def _counted(con: duckdb.DuckDBPyConnection, mart: str, row: Row, at: Round | None) -> Iterator[Figure]:
    """Figures that are counted from rows of the round's delivery."""
    if at is None or at.con is None:
        return
    if mart == "mart_population":
        yield from counts.population(at, row)
    elif mart in counts.PART_MARTS:
        yield from counts.part(at, mart, row)
    elif mart == "mart_parts_check":
        yield from counts.parts_check(at, row)
    elif mart == "mart_round_coverage":
        yield from people.coverage(at, row)
    elif mart == "mart_collection_progress":
        yield from collected.progress(at, row)
    elif mart == "mart_collection_day":
        yield from collected.day(at, row)
    elif mart == "mart_survey_estimates":
        sql = "select kind from dim_indicator where operation = ? and component = ? and indicator_code = ?"
        known = rows_of(con, sql, [row["operation"], row["component"], row["indicator_code"]])
        yield from people.estimate(at, row, str(known[0]["kind"]))
    elif mart == "mart_survey_weights":
        yield from people.sample_cell(at, row)
    elif mart == "mart_survey_weighting":
        yield from people.whole_sample(at, row)
    elif mart == "mart_quality":
        yield from quality.quality(at, row)


def _around(at: Round, limit: int | None) -> Row:
    """What of the delivery is not in the figure, and what people changed in it."""
    rejected = quality.rejected_rows(at)
    return {"rejected": rejected[:limit], "rejected_rows": len(rejected), "corrections": quality.corrections(at)}


def _text(key: dict[str, Any]) -> str:
    return ",".join(f"{column}={value}" for column, value in key.items())
