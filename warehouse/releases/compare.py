"""Two attached databases, mart by mart: rows that came, went and changed, values changed, people moved.

The SQL that matches rows belongs here, for releases and for a candidate beside the release that it stands on; which
databases are compared is chosen by others, and what is equal is known by `prints.py`. Nothing here reads a manifest.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from warehouse.releases.prints import ROUND, Pair, Side, count, quoted, table
from warehouse.releases.serving import SCHEMA
from warehouse.sql_text import escaped

if TYPE_CHECKING:
    import duckdb

PEOPLE = "mart_population"
WHOLE = ("sex", "age_group")  # where a mart has these columns, people are compared on the rows that count all of them
COUNTRY, NEXT = 0, 1


@dataclass(frozen=True)
class MartDiff:
    """One mart; rows are matched by its primary key (by the whole row where it has none).

    `share_changed`: changed rows of those in both, 0 to 1; `share_values_changed`: changed values of all values that
    both hold (columns that are no key, in rows of both). People are compared over the rounds that both hold, and only
    where both tell a number: `people_net` by the country's totals, `people_gross` added up over the places of level 1,
    where more here and fewer there do not even out; null where the mart counts no people by place.
    """

    mart: str
    rows_before: int
    rows_after: int
    added: int
    gone: int
    changed: int
    share_changed: float
    values_compared: int = 0
    values_changed: int = 0
    share_values_changed: float = 0.0
    columns_added: list[str] = field(default_factory=list)
    columns_gone: list[str] = field(default_factory=list)
    people_net: int | None = None
    people_gross: int | None = None


@dataclass(frozen=True)
class PeopleMoved:
    """People of a round and category in the country before and after; null: not in it, or withheld.

    `moved`: every movement between places of one level added up (ten who came and ten who went are twenty), at the
    level that shows most; null where the round or the category stands in one of the two only.
    """

    round_key: str
    population_category: str
    category_name_en: str
    category_name_ru: str
    category_name_ky: str
    before: int | None
    after: int | None
    difference: int | None
    moved: int | None


def diff_databases(
    con: duckdb.DuckDBPyConnection, before: str, after: str, *, marts: set[str] | None = None
) -> dict[str, Any]:
    """What changed between the marts of two attached databases, as plain data: `marts`, `equal`, `people`, `people_moved`.

    `before` and `after` are their aliases; each holds schema `marts`. `marts` limits it to some. Marts that carry ids and
    dates of releases are left out. Equal marts are counted, not listed.
    """
    return diff_pair(Pair(Side(con, before), Side(con, after), lambda: (con, before, after), marts))


def diff_pair(pair: Pair) -> dict[str, Any]:
    """The same of two databases that need not be attached to one connection: they are joined where rows must be matched only."""
    different = [d for name in pair.looked if (d := _mart(pair, name))]
    held = PEOPLE in pair.before.columns and PEOPLE in pair.after.columns
    people = _moved(pair) if held else []
    return {
        "marts": [asdict(d) for d in different],
        "equal": len(pair.names) - len(different),
        "people": [asdict(p) for p in people],
        "people_moved": sum(p.moved or 0 for p in people),
    }


def _moved(pair: Pair) -> list[PeopleMoved]:
    """Nobody moved in a round whose rows are equal: only the others are looked at."""
    if PEOPLE not in pair.looked or pair.is_reshaped(PEOPLE):
        return people_moved(*pair.joined())
    differ = pair.rounds_differ(PEOPLE)
    return people_moved(*pair.joined(), differ) if differ else []


def people_moved(
    con: duckdb.DuckDBPyConnection, before: str, after: str, rounds: Collection[str] | None = None
) -> list[PeopleMoved]:
    """Rounds and categories whose people differ, in the order of their names. `rounds`: the only ones that may differ."""
    totals = "sex = 'all' AND age_group = 'all'" + (f" AND {_among(rounds)}" if rounds is not None else "")
    key = "round_key, population_category"
    names = ", ".join(f"coalesce(b.category_name_{x}, a.category_name_{x})" for x in ("en", "ru", "ky"))
    rows = con.execute(f"""
        WITH a AS (SELECT * FROM {before}.{SCHEMA}.{PEOPLE} WHERE {totals}), b AS (SELECT * FROM {after}.{SCHEMA}.{PEOPLE} WHERE {totals}),
        level AS (
            SELECT {key}, place_level, bool_or(a.place_code IS NOT NULL) AND bool_or(b.place_code IS NOT NULL) AS in_both,
                sum(CASE WHEN coalesce(a.is_suppressed, false) OR coalesce(b.is_suppressed, false) THEN 0
                    ELSE abs(coalesce(b.individuals, 0) - coalesce(a.individuals, 0)) END) AS moved
            FROM a FULL JOIN b USING ({key}, place_level, place_code) GROUP BY ALL
        ),
        most AS (SELECT {key}, bool_or(in_both) AS in_both, max(moved) AS moved FROM level GROUP BY ALL),
        country AS (
            SELECT {key}, {names}, a.individuals, b.individuals, b.individuals - a.individuals
            FROM (FROM a WHERE place_level = 0) AS a FULL JOIN (FROM b WHERE place_level = 0) AS b USING ({key})
        )
        SELECT country.*, CASE WHEN in_both THEN moved::BIGINT END FROM country JOIN most USING ({key}) WHERE moved > 0 ORDER BY ALL
    """).fetchall()  # fmt: skip
    return [PeopleMoved(*row) for row in rows]


def _mart(pair: Pair, name: str) -> MartDiff | None:
    """What changed in one mart; None where nothing did."""
    old, new = (side.columns.get(name, []) for side in (pair.before, pair.after))
    if not old or not new:
        rows_a, rows_b = (side.count(name) if c else 0 for side, c in ((pair.before, old), (pair.after, new)))
        return MartDiff(name, rows_a, rows_b, rows_b, rows_a, 0, 0.0, columns_added=new, columns_gone=old)
    if pair.is_equal(name):
        return None
    rows_a, rows_b = (sum(p.rows for p in prints[name].values()) for prints in pair.prints)
    shared = pair.shared[name]
    shape = [c for c in new if c not in old], [c for c in old if c not in new]
    keys = pair.after.keys.get(name) or pair.before.keys.get(name) or []
    if not keys or not set(keys) <= set(shared):
        return MartDiff(name, rows_a, rows_b, *_unkeyed(pair, name), 0, 0.0, 0, 0, 0.0, *shape)
    added, gone, both, changed, values = _keyed(pair, name, keys)
    compared = both * (len(shared) - len(keys))
    shares = [round(x / y, 6) if y else 0.0 for x, y in ((changed, both), (values, compared))]
    net, gross = _people(pair, name, keys)
    return MartDiff(name, rows_a, rows_b, added, gone, changed, shares[0], compared, values, shares[1],
                    *shape, net, gross)  # fmt: skip


def _keyed(pair: Pair, name: str, keys: list[str]) -> tuple[int, ...]:
    """Rows added, gone, in both, changed; values changed. Rounds that are equal, or in one of the two only, are counted, not matched."""
    values = [c for c in pair.shared[name] if c not in keys]
    if ROUND not in keys:
        return _matched(*_both(pair, name), keys, values)
    one, other = (prints[name] for prints in pair.prints)
    added = sum(p.rows for key, p in other.items() if key not in one)
    gone = sum(p.rows for key, p in one.items() if key not in other)
    equal = sum(p.rows for key, p in one.items() if other.get(key) == p)
    differ = pair.rounds_differ(name) & one.keys() & other.keys()
    found = _matched(*_both(pair, name, differ), keys, values) if differ else (0, 0, 0, 0, 0)
    return tuple(x + y for x, y in zip((added, gone, equal, 0, 0), found, strict=True))


def _both(pair: Pair, name: str, rounds: Collection[str] | None = None) -> tuple[duckdb.DuckDBPyConnection, str, str]:
    """The connection that holds both, and a mart of each (of some rounds) as SQL text."""
    con, *aliases = pair.joined()
    one, other = (table(alias, name) for alias in aliases)
    if rounds is None:
        return con, one, other
    some = _among(rounds)
    return con, f"(SELECT * FROM {one} WHERE {some})", f"(SELECT * FROM {other} WHERE {some})"


def _among(rounds: Collection[str]) -> str:
    """A condition of SQL."""
    keys = [f"'{escaped(key)}'" for key in sorted(rounds)]
    return f"{ROUND} IN ({', '.join(keys) or 'NULL'})"


def _people(pair: Pair, name: str, keys: list[str]) -> tuple[int | None, int | None]:
    """Net by the country's totals, gross by the places of level 1; None where the mart counts no people by place."""
    shared = pair.shared[name]
    if not {"individuals", "place_level", ROUND} <= set(shared) or ROUND not in keys:
        return None, None
    before, after = (prints[name] for prints in pair.prints)
    differ = pair.rounds_differ(name) & before.keys() & after.keys()
    if not differ:
        return 0, 0  # what is in one of the two only is not compared, and in equal rows nobody moved
    con, one, other = _both(pair, name, differ)
    using = ", ".join(map(quoted, keys))
    level = "place_level" if "place_level" in keys else "coalesce(a.place_level, b.place_level)"
    whole = "".join(f" AND {quoted(c)} = 'all'" for c in WHOLE if c in shared)
    columns = ", ".join(map(quoted, dict.fromkeys([*keys, "place_level", "individuals"])))
    sides = [f"(SELECT {columns}, true AS is_there FROM {t} WHERE true{whole})" for t in (one, other)]
    moved = "coalesce(b.individuals, if(b.is_there, NULL, 0)) - coalesce(a.individuals, if(a.is_there, NULL, 0))"
    net, gross = con.execute(f"""
        SELECT coalesce(sum({moved}) FILTER (WHERE {level} = {COUNTRY}), 0), coalesce(sum(abs({moved})) FILTER (WHERE {level} = {NEXT}), 0)
        FROM {sides[0]} AS a FULL JOIN {sides[1]} AS b USING ({using})
    """).fetchall()[0]  # fmt: skip
    return int(net), int(gross)


def _matched(
    con: duckdb.DuckDBPyConnection, one: str, other: str, keys: list[str], values: list[str]
) -> tuple[int, ...]:
    """Rows added, gone, in both, changed; values changed: in one pass."""
    differs = [f"(a.{quoted(c)} IS DISTINCT FROM b.{quoted(c)})::INTEGER" for c in values]
    on = ", ".join(map(quoted, keys))
    row = con.execute(f"""
        SELECT count(*) FILTER (WHERE a_in IS NULL), count(*) FILTER (WHERE b_in IS NULL), count(*) FILTER (WHERE a_in AND b_in),
            count(*) FILTER (WHERE a_in AND b_in AND different > 0), coalesce(sum(different) FILTER (WHERE a_in AND b_in), 0)
        FROM (SELECT a_in, b_in, {" + ".join(differs) or "0"} AS different
              FROM (SELECT *, true AS a_in FROM {one}) AS a FULL JOIN (SELECT *, true AS b_in FROM {other}) AS b USING ({on}))
    """).fetchall()[0]  # fmt: skip
    return tuple(int(n) for n in row)


def _unkeyed(pair: Pair, name: str) -> tuple[int, int]:
    con, one, other = _both(pair, name)
    every = ", ".join(map(quoted, pair.shared[name]))
    sides = ((other, one), (one, other))
    added, gone = (count(con, f"SELECT {every} FROM {x} EXCEPT ALL SELECT {every} FROM {y}") for x, y in sides)
    return added, gone
