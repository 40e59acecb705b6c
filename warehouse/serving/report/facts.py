"""What a report knows: a round of a release, and the rows of its marts, each asked once for all languages.

Asking the marts belongs here; saying what the rows mean belongs to the sections.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from warehouse.errors import UsageError
from warehouse.gazetteer.tiles import renamed, tiles_of
from warehouse.serving.report.cells import key_of

if TYPE_CHECKING:
    from warehouse.gazetteer.tiles import Tiles
    from warehouse.serving.source import Asker, ReleaseSource
    from warehouse.serving.words import Tongue

Row = dict[str, Any]


@dataclass
class Facts:
    """A round of a release. `round` is its row of dim_round, `operation` that of dim_operation."""

    source: ReleaseSource
    asker: Asker
    round: Row
    operation: Row
    _asked: dict[tuple[str, tuple[Any, ...]], list[Row]] = field(default_factory=dict)

    @property
    def round_key(self) -> str:
        """Such as kgz-bma-r04."""
        return str(self.round["round_key"])

    @property
    def component(self) -> str:
        """`bma`, `rms` or `baseline`."""
        return str(self.round["component"])

    @property
    def is_survey(self) -> bool:
        """Whether people were asked about themselves: its figures are estimates of a sample."""
        return bool(self.round["row_grain"] == "respondent")

    @property
    def is_synthetic(self) -> bool:
        """Whether the data of the round is made, not collected."""
        return bool(self.round["is_synthetic"])

    def ask(self, sql: str, *parameters: Any) -> list[Row]:
        """The answer to a query, asked once. It must name its order. Places are called as on the tile map."""
        key = (sql, parameters)
        if key not in self._asked:
            self._asked[key] = [renamed(row, self.tiles) for row in self.asker.rows(sql, list(parameters))]
        return self._asked[key]

    @cached_property
    def tiles(self) -> Tiles | None:
        """The tile map of the operation, where it has one."""
        return tiles_of(str(self.round["operation"]))

    @cached_property
    def tables(self) -> frozenset[str]:
        """The marts that the release has: one of before may lack some, and its reports leave out what rests on them."""
        rows = self.asker.rows("SELECT table_name FROM duckdb_tables() ORDER BY table_name")
        return frozenset(str(row["table_name"]) for row in rows)

    def has(self, *names: str) -> bool:
        """Whether the release has these marts."""
        return self.tables.issuperset(names)

    def mart(self, name: str, where: str = "true", *parameters: Any, order: str = "") -> list[Row]:
        """Whole rows of a mart of this round, by `order` and then by the key of the mart."""
        if not self.has(name):
            return []
        by = ", ".join([*([order] if order else []), *key_of(name)])
        sql = f"SELECT * FROM {name} WHERE round_key = ? AND ({where}) ORDER BY {by}"
        return self.ask(sql, self.round_key, *parameters)

    @cached_property
    def categories(self) -> list[Row]:
        """The population categories that the round counts (rows of dim_population_category), in order."""
        if not self.has("dim_population_category", "mart_population"):
            return []
        return self.ask(
            "SELECT * FROM dim_population_category WHERE population_category IN "
            "(SELECT population_category FROM mart_population WHERE round_key = ? AND value_status <> 'not_asked') "
            "ORDER BY sort_order",
            self.round_key,
        )

    @cached_property
    def levels(self) -> list[int]:
        """The place levels below the country of which the round has figures that are published, coarsest first.

        A level of one place alone tells what the country tells: it is left out where a finer one has more.
        """
        mart = "mart_round_coverage"
        if not self.has(mart):
            return []
        rows = self.ask(
            f"SELECT place_level, count(*) AS places FROM {mart} WHERE round_key = ? AND place_level > 0 GROUP BY ALL "
            "ORDER BY place_level",
            self.round_key,
        )
        several = [row for row in rows if row["places"] > 1]
        return [int(row["place_level"]) for row in (several or rows[:1])]

    @cached_property
    def main_level(self) -> int | None:
        """The coarsest of these levels that sets places beside each other; where each has one place alone, the coarsest."""
        rows = self.ask(
            "SELECT place_level FROM mart_round_coverage WHERE round_key = ? AND place_level > 0 "
            "GROUP BY place_level HAVING count(*) > 1 ORDER BY place_level",
            self.round_key,
        ) if self.levels else []  # fmt: skip
        return int(rows[0]["place_level"]) if rows else min(self.levels, default=None)

    @cached_property
    def previous(self) -> Row | None:
        """The round before it, of the same operation and component, in this release."""
        found = self.ask(
            "SELECT * FROM dim_round WHERE operation = ? AND component = ? AND round_number < ? ORDER BY round_number DESC, round_key",
            self.round["operation"], self.round["component"], self.round["round_number"],
        )  # fmt: skip
        return found[0] if found else None

    def level_name(self, level: int, t: Tongue) -> str:
        """What a place of a level is called in the operation: `oblast or city`; in English where nobody says it otherwise."""
        names = self._level_names.get(level)
        return (getattr(names, t.lang, None) or names.en) if names else t.say("place of level {level}", level=level)

    @cached_property
    def _level_names(self) -> dict[int, Any]:
        from warehouse.operations import load_operation

        try:
            return dict(load_operation(str(self.round["operation"])).programme.level_names)
        except UsageError:  # the release outlives the files of its operation
            return {}


def facts_of(source: ReleaseSource, asker: Asker, round_key: str) -> Facts:
    """The facts of a round. Raises UsageError (exit 2) where the release has no such round."""
    found = asker.row("SELECT * FROM dim_round WHERE round_key = ? ORDER BY round_key", [round_key])
    if found is None:
        known = [str(row["round_key"]) for row in asker.rows("SELECT round_key FROM dim_round ORDER BY round_key")]
        raise UsageError(
            f"release {source.release_id} has no round {round_key}",
            expected="one of " + ", ".join(known),
            todo="mtm releases says which release brought which round",
            code="unknown_round",
        )
    operation = asker.row("SELECT * FROM dim_operation WHERE operation = ? ORDER BY operation", [found["operation"]])
    return Facts(source, asker, found, operation or {})
