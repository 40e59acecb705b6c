"""The canonical tables of a round as a release was made from them, open for questions; made again where their folder is gone.

Only finding and opening them belongs here. They hold microdata: what is asked of them stays on the operator's screen.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from warehouse.deliveries.vault import Delivery, Vault
from warehouse.errors import MtmError
from warehouse.normalize.older import as_of_today
from warehouse.normalize.run import normalize
from warehouse.normalize.schema import TABLES
from warehouse.operations import find_round
from warehouse.releases.manifest import Manifest, RoundVersion
from warehouse.settings import Home
from warehouse.trace.key import Row, rows_of

# Which of several informants is believed, as dbt's int_informant_choice states it.
CHOICE = """
create view choice as
with totals as (
    select row_id, place_code, population_category,
        sum(value) filter (where dimension = 'total' and unit = 'individuals' and sex = 'all' and age_group = 'all'
            and counts) as individuals
    from cell group by all
),
ranked as (
    select *,
        row_number() over (w order by individuals nulls last, row_id) as position, count(individuals) over (w) as told
    from totals window w as (partition by place_code, population_category)
)
select *, getvariable('grain') <> 'informant' or position = greatest((told + 1) // 2, 1) as is_chosen from ranked
"""
CELL = """
create view cell as
select *, coalesce(value_status in ('reported', 'derived') and value is not null, false) as counts from population
"""


class Round:
    """A round's version in a release, and its canonical tables in a database in memory."""

    def __init__(self, home: Home, manifest: Manifest, version: RoundVersion, parents: dict[str, str]) -> None:
        """`parents`: place to parent of the gazetteer; what the delivery says of its places goes before it."""
        self.home, self.manifest, self.version = home, manifest, version
        self.notes: list[str] = []
        self.operation, self.known = find_round(version.round_key)
        found = [d for d in Vault(home).deliveries(version.round_key) if d.delivery_id == version.delivery_id]
        self.delivery: Delivery | None = found[0] if found else None
        books = [b for b in self.operation.codebooks if b.component == self.known.component]
        named = [b for b in books if self.delivery and b.codebook == self.delivery.codebook]
        self.book = (named or books)[0]
        self._parents, self._folder = parents, self._find()
        self.con = self._open() if self._folder else None

    def _find(self) -> Path | None:
        """The folder of the normalized round; made again from the vault where it is gone, None where that can't be."""
        folder = self.home.normalized / self.version.round_key / self.version.normalized_id
        if (folder / "normalized.json").exists():
            return folder
        try:
            if self.delivery is None:
                raise FileNotFoundError
            made = normalize(self.home, self.delivery)
        except (MtmError, OSError):
            self.notes.append("the delivery is no longer in the vault (purged or lost): its rows can't be shown")
            return None
        if made.normalized_id != self.version.normalized_id:
            self.notes.append(
                "normalized again by other files or code than the release was made with: sums may differ from it"
            )
        return made.folder

    def _open(self) -> duckdb.DuckDBPyConnection:
        con = duckdb.connect(":memory:")
        for table in TABLES:
            con.execute(f"create view {table} as {as_of_today(table, Path(str(self._folder)))}")
        con.execute("set variable grain = $1", [self.book.row_grain])
        con.execute(CELL)
        con.execute(CHOICE)
        self._trees(con)
        return con

    def _trees(self, con: duckdb.DuckDBPyConnection) -> None:
        """`ancestor`: each place of a row with itself and all places above it."""
        seen = rows_of(con, "select place_code, max(parent_code) as parent_code from place group by 1")
        parents = {**self._parents, **{str(r["place_code"]): r["parent_code"] for r in seen if r["parent_code"]}}
        pairs: set[tuple[str, str]] = set()
        for row in seen:
            place = at = str(row["place_code"])
            while at and (place, at) not in pairs:
                pairs.add((place, at))
                at = parents.get(at) or ""
        con.execute("create table ancestor (place_code varchar, ancestor_code varchar)")
        told = sorted(pairs)
        con.execute("insert into ancestor select unnest($1), unnest($2)", [[p for p, _ in told], [a for _, a in told]])

    def ask(self, sql: str, values: list[Any] | Row | None = None) -> list[Row]:
        """Rows of a query on the canonical tables; none where they are gone."""
        return rows_of(self.con, sql, values) if self.con else []

    def as_dict(self) -> Row:
        """Which delivery stands for the round, and how it was read."""
        v, d = self.version, self.delivery
        return {
            "round_key": v.round_key, "delivery_id": v.delivery_id, "delivery_seq": v.delivery_seq, "sha256": v.sha256,
            "file_name": d.file_name if d else None, "received_at": str(d.received_at) if d else None,
            "codebook": self.book.codebook, "normalized_id": v.normalized_id, "notes": self.notes,
        }  # fmt: skip
