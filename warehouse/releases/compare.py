"""Two attached databases, mart by mart: rows that came, went and changed, values changed, people moved.

The SQL that compares belongs here, for releases and for a candidate beside the release that it stands on; which
databases are compared is chosen by others. Nothing here reads a manifest.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from warehouse.releases.serving import HASHED_ROWS, MART, SCHEMA, UNHASHED

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
    tables = [_tables(con, alias) for alias in (before, after)]
    names = sorted((set(tables[0]) | set(tables[1])) - UNHASHED)
    looked = [n for n in names if marts is None or n in marts]
    different = [d for n in looked if (d := _mart(con, before, after, n, *(t.get(n, []) for t in tables)))]
    people = people_moved(con, before, after) if PEOPLE in tables[0] and PEOPLE in tables[1] else []
    return {
        "marts": [asdict(d) for d in different],
        "equal": len(names) - len(different),
        "people": [asdict(p) for p in people],
        "people_moved": sum(p.moved or 0 for p in people),
    }


def people_moved(con: duckdb.DuckDBPyConnection, before: str, after: str) -> list[PeopleMoved]:
    """Rounds and categories whose people differ, in the order of their names."""
    totals = "sex = 'all' AND age_group = 'all'"
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


def _tables(con: duckdb.DuckDBPyConnection, alias: str) -> dict[str, list[str]]:
    """Mart → its columns, in order."""
    query = """SELECT c.table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() c JOIN duckdb_tables() t
               ON (c.database_name, c.schema_name, c.table_name) = (t.database_name, t.schema_name, t.table_name)
               WHERE c.database_name = ? AND c.schema_name = ? GROUP BY ALL"""
    return {name: columns for name, columns in con.execute(query, [alias, SCHEMA]).fetchall() if MART.fullmatch(name)}


def _mart(
    con: duckdb.DuckDBPyConnection, before: str, after: str, name: str, old: list[str], new: list[str]
) -> MartDiff | None:
    """What changed in one mart; None where nothing did."""
    one, other = (_table(alias, name) for alias in (before, after))
    if not old or not new:
        rows_a, rows_b = (_count(con, f"FROM {t}") if c else 0 for t, c in ((one, old), (other, new)))
        return MartDiff(name, rows_a, rows_b, rows_b, rows_a, 0, 0.0, columns_added=new, columns_gone=old)
    shared = [c for c in old if c in new]
    (rows_a, print_a), (rows_b, print_b) = (_print(con, t, shared) for t in (one, other))
    if print_a == print_b and rows_a == rows_b and set(old) == set(new):
        return None
    shape = [c for c in new if c not in old], [c for c in old if c not in new]
    keys = _key(con, after, name) or _key(con, before, name)
    if not keys or not set(keys) <= set(shared):
        return MartDiff(name, rows_a, rows_b, *_unkeyed(con, one, other, shared), 0, 0.0, 0, 0, 0.0, *shape)
    added, gone, both, changed, values = _keyed(con, one, other, keys, [c for c in shared if c not in keys])
    compared = both * (len(shared) - len(keys))
    shares = [round(x / y, 6) if y else 0.0 for x, y in ((changed, both), (values, compared))]
    net, gross = _people(con, one, other, keys, shared)
    return MartDiff(name, rows_a, rows_b, added, gone, changed, shares[0], compared, values, shares[1],
                    *shape, net, gross)  # fmt: skip


def _table(alias: str, name: str) -> str:
    """The mart with the rows that are content."""
    whole = f"{alias}.{SCHEMA}.{_q(name)}"
    return f"(SELECT * FROM {whole} WHERE {HASHED_ROWS[name]})" if name in HASHED_ROWS else whole


def _print(con: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> tuple[int, str]:
    """Rows, and a number that equal rows give in any order."""
    row = f"hash({', '.join(map(_q, columns)) or '0'})"
    sql = f"SELECT count(*), coalesce(bit_xor({row}), 0)::VARCHAR || ' ' || coalesce(sum({row}::HUGEINT), 0)::VARCHAR FROM {table}"
    count, text = con.execute(sql).fetchall()[0]
    return int(count), str(text)


def _people(
    con: duckdb.DuckDBPyConnection, one: str, other: str, keys: list[str], shared: list[str]
) -> tuple[int | None, int | None]:
    """Net by the country's totals, gross by the places of level 1; None where the mart counts no people by place."""
    if not {"individuals", "place_level", "round_key"} <= set(shared) or "round_key" not in keys:
        return None, None
    using = ", ".join(map(_q, keys))
    level = "place_level" if "place_level" in keys else "coalesce(a.place_level, b.place_level)"
    whole = "".join(f" AND {_q(c)} = 'all'" for c in WHOLE if c in shared)
    both = f"round_key IN (SELECT round_key FROM {one} INTERSECT SELECT round_key FROM {other})"
    columns = ", ".join(map(_q, dict.fromkeys([*keys, "place_level", "individuals"])))
    sides = [f"(SELECT {columns}, true AS is_there FROM {t} WHERE {both}{whole})" for t in (one, other)]
    moved = "coalesce(b.individuals, if(b.is_there, NULL, 0)) - coalesce(a.individuals, if(a.is_there, NULL, 0))"
    net, gross = con.execute(f"""
        SELECT coalesce(sum({moved}) FILTER (WHERE {level} = {COUNTRY}), 0), coalesce(sum(abs({moved})) FILTER (WHERE {level} = {NEXT}), 0)
        FROM {sides[0]} AS a FULL JOIN {sides[1]} AS b USING ({using})
    """).fetchall()[0]  # fmt: skip
    return int(net), int(gross)


def _keyed(con: duckdb.DuckDBPyConnection, one: str, other: str, keys: list[str], values: list[str]) -> tuple[int, ...]:
    """Rows added, gone, in both, changed; values changed: in one pass."""
    differs = [f"(a.{_q(c)} IS DISTINCT FROM b.{_q(c)})::INTEGER" for c in values]
    on = ", ".join(map(_q, keys))
    row = con.execute(f"""
        SELECT count(*) FILTER (WHERE a_in IS NULL), count(*) FILTER (WHERE b_in IS NULL), count(*) FILTER (WHERE a_in AND b_in),
            count(*) FILTER (WHERE a_in AND b_in AND different > 0), coalesce(sum(different) FILTER (WHERE a_in AND b_in), 0)
        FROM (SELECT a_in, b_in, {" + ".join(differs) or "0"} AS different
              FROM (SELECT *, true AS a_in FROM {one}) AS a FULL JOIN (SELECT *, true AS b_in FROM {other}) AS b USING ({on}))
    """).fetchall()[0]  # fmt: skip
    return tuple(int(n) for n in row)


def _unkeyed(con: duckdb.DuckDBPyConnection, one: str, other: str, shared: list[str]) -> tuple[int, int]:
    every = ", ".join(map(_q, shared))
    sides = ((other, one), (one, other))
    added, gone = (_count(con, f"SELECT {every} FROM {x} EXCEPT ALL SELECT {every} FROM {y}") for x, y in sides)
    return added, gone


def _key(con: duckdb.DuckDBPyConnection, alias: str, name: str) -> list[str]:
    query = """SELECT constraint_column_names FROM duckdb_constraints()
               WHERE database_name = ? AND schema_name = ? AND table_name = ? AND constraint_type = 'PRIMARY KEY'"""
    found = con.execute(query, [alias, SCHEMA, name]).fetchall()
    return list(found[0][0]) if found else []


def _count(con: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(con.execute(f"SELECT count(*) FROM ({query})").fetchall()[0][0])


def _q(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
