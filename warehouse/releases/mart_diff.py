"""What changed in marts between two databases that are attached to one connection: rows, values, people.

The comparison itself belongs here, for the verdict (candidate against base) and for two releases alike. It reads marts as
they are published: what is withheld there stays withheld here.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from warehouse.releases.serving import HASHED_ROWS, SCHEMA, UNHASHED

WHOLE = ("sex", "age_group")  # where a mart has these columns, people are compared on the rows that count all of them
COUNTRY, NEXT = 0, 1


@dataclass(frozen=True)
class MartChange:
    """One mart that differs; rows are matched by its key. `share_changed`: of the values beside the key, in rows of both.

    People are compared over the rounds that both hold, and only where both tell a number: `people_net` by the country's
    totals, `people_gross` added up over the places of level 1, where more here and fewer there do not even out.
    """

    mart: str
    rows_before: int
    rows_after: int
    added: int
    gone: int
    changed: int
    share_changed: float
    people_net: int | None = None
    people_gross: int | None = None


class MartDiffer:
    """Compares the marts of the databases attached as `before` and `after`."""

    def __init__(self, con: duckdb.DuckDBPyConnection, before: str, after: str) -> None:
        """Nothing is read yet but what there is."""
        self.con, self.sides = con, (before, after)
        self.columns = {side: self._columns(side) for side in self.sides}

    def changes(self, skip: frozenset[str] = frozenset(UNHASHED)) -> list[MartChange]:
        """The marts that differ, by name."""
        names = sorted(set(self.columns[self.sides[0]]) | set(self.columns[self.sides[1]]))
        return [c for name in names if name not in skip and (c := self.change(name))]

    def change(self, name: str) -> MartChange | None:
        """What changed in one mart; None where nothing did."""
        before, after = self.sides
        if name not in self.columns[before] or name not in self.columns[after]:
            rows = [self._number(f"SELECT count(*) FROM {self._table(s, name)}") if name in self.columns[s] else 0 for s in self.sides]  # fmt: skip
            return MartChange(name, rows[0], rows[1], rows[1], rows[0], 0, 0.0)
        shared = [c for c in self.columns[before][name] if c in self.columns[after][name]]
        prints = [self._print(side, name, shared) for side in self.sides]
        if prints[0] == prints[1] and len(shared) == len(self.columns[after][name]) == len(self.columns[before][name]):
            return None
        return self._compare(name, shared, prints[0][0], prints[1][0])

    def _compare(self, name: str, shared: list[str], rows_before: int, rows_after: int) -> MartChange:
        keys = [k for k in self._key(name) if k in shared] or shared
        values = [c for c in shared if c not in keys]
        differ = [f"(b.{_q(c)} IS DISTINCT FROM a.{_q(c)})" for c in values]
        any_differs, how_many = " OR ".join(differ) or "false", " + ".join(f"{d}::INT" for d in differ) or "0"
        equals = "=" if self._key(name) else "IS NOT DISTINCT FROM"  # a key is never null: then the join is by hash
        on = " AND ".join(f"b.{_q(k)} {equals} a.{_q(k)}" for k in keys)
        sql = (
            f"SELECT count(*), count(*) FILTER (WHERE {any_differs}), coalesce(sum({how_many}), 0) "
            f"FROM {self._table(self.sides[0], name)} b JOIN {self._table(self.sides[1], name)} a ON {on}"
        )
        both, changed, cells = (int(n) for n in self.con.execute(sql).fetchall()[0])
        share = round(cells / (both * len(values)), 6) if both and values else 0.0
        net, gross = self._people(name, keys, shared)
        return MartChange(
            name, rows_before, rows_after, rows_after - both, rows_before - both, changed, share, net, gross
        )

    def _people(self, name: str, keys: list[str], shared: list[str]) -> tuple[int | None, int | None]:
        """Net by the country's totals, gross by the places of level 1; None where the mart counts no people by place."""
        if not {"individuals", "place_level", "round_key"} <= set(shared) or "round_key" not in keys:
            return None, None
        whole = "".join(f" AND {_q(c)} = 'all'" for c in WHOLE if c in shared)
        using = ", ".join(_q(k) for k in keys)
        marts = [self._table(side, name) for side in self.sides]
        both = f"round_key IN (SELECT round_key FROM {marts[0]} INTERSECT SELECT round_key FROM {marts[1]})"
        side = [
            f"(SELECT {using}, place_level, individuals, true AS is_there FROM {m} WHERE {both}{whole})" for m in marts
        ]
        moved = "coalesce(a.individuals, if(a.is_there, NULL, 0)) - coalesce(b.individuals, if(b.is_there, NULL, 0))"
        level = "coalesce(a.place_level, b.place_level)"
        sql = (
            f"SELECT coalesce(sum({moved}) FILTER (WHERE {level} = {COUNTRY}), 0), "
            f"coalesce(sum(abs({moved})) FILTER (WHERE {level} = {NEXT}), 0) "
            f"FROM {side[0]} b FULL JOIN {side[1]} a USING ({using})"
        )
        net, gross = self.con.execute(sql).fetchall()[0]
        return int(net), int(gross)

    def _print(self, side: str, name: str, columns: list[str]) -> tuple[int, str]:
        """Rows, and a number that equal rows give in any order."""
        row = f"hash({', '.join(map(_q, columns))})"
        sql = f"SELECT count(*), coalesce(bit_xor({row}), 0)::VARCHAR || ' ' || coalesce(sum({row}::HUGEINT), 0)::VARCHAR FROM {self._table(side, name)}"
        count, text = self.con.execute(sql).fetchall()[0]
        return int(count), str(text)

    def _columns(self, side: str) -> dict[str, list[str]]:
        sql = """SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns()
                 WHERE database_name = ? AND schema_name = ? AND regexp_matches(table_name, '^(dim|mart)_') GROUP BY ALL ORDER BY ALL"""
        return {name: list(found) for name, found in self.con.execute(sql, [side, SCHEMA]).fetchall()}

    def _key(self, name: str) -> list[str]:
        sql = """SELECT constraint_column_names FROM duckdb_constraints()
                 WHERE database_name = ? AND schema_name = ? AND table_name = ? AND constraint_type = 'PRIMARY KEY'"""
        found = self.con.execute(sql, [self.sides[1], SCHEMA, name]).fetchall()
        return list(found[0][0]) if found else []

    def _table(self, side: str, name: str) -> str:
        whole = f"{side}.{SCHEMA}.{_q(name)}"
        return f"(SELECT * FROM {whole} WHERE {HASHED_ROWS[name]})" if name in HASHED_ROWS else whole

    def _number(self, sql: str) -> int:
        return int(self.con.execute(sql).fetchall()[0][0])


def _q(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
