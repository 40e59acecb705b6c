"""The cells of the count marts as an attacker takes them down: their keys, what is shown of them, and where else they stand.

Names of marts and columns belong here; what adds up to what is told in `sums.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

Cell = tuple[str, str, str]  # table (total, people, or a dimension), item, place


class Said(NamedTuple):
    """True counts of a cell, and how wide they must stay."""

    people: int | None
    households: int | None
    width: float = 10.0
    share: float = 0.2


@dataclass
class Cells:
    """What the marts say of one round and category."""

    order: list[Cell] = field(default_factory=list)
    shown: dict[Cell, tuple[int | None, int | None]] = field(default_factory=dict)
    hidden: dict[Cell, bool] = field(default_factory=dict)
    mart: dict[Cell, str] = field(default_factory=dict)
    parent: dict[str, str | None] = field(default_factory=dict)

    def add(self, mart: str, row: tuple[Any, ...]) -> None:
        """A row of a mart. Rows of countries stand in the same table in two marts: the first one counts."""
        table, item, place, parent, people, households, hidden = row
        cell = (str(table), str(item), str(place))
        if cell not in self.shown:
            self.order.append(cell)
        self.shown[cell], self.hidden[cell], self.mart[cell] = (people, households), bool(hidden), mart
        self.parent[cell[2]] = self.parent.get(cell[2]) or (None if parent is None else str(parent))

    def tell(self, cell: Cell, people: float | None) -> None:
        """A withheld count that another column gives away is known."""
        if people is not None and self.hidden.get(cell) and self.shown[cell][0] is None:
            self.shown[cell] = (round(people), self.shown[cell][1])


# Mart → category, table, item, households.
CELLS = {
    "mart_population": ("population_category", "if(sex = 'all' AND age_group = 'all', 'total', 'people')", "sex || '|' || age_group", "households"),
    "mart_returns_by_year": ("'returned'", "'year'", "return_year::VARCHAR", "NULL"),
    "mart_departures_by_year": ("'emigrant'", "'year'", "departure_year::VARCHAR", "NULL"),
    "mart_country_links": ("population_category", "'country'", "country_iso3", "NULL"),
    "mart_internal_origins": ("population_category", "'origin'", "origin_code", "households"),
    "mart_reasons": ("population_category", "'reason'", "reason_code", "households"),
    "mart_population_breakdown": ("population_category", "dimension", "item", "households"),
}  # fmt: skip

_OF = "WHERE round_key = ? AND population_category = ?"
# Other columns in which the total of a place stands, or from which it is reckoned by one multiplication or subtraction.
DIRECT = {
    "mart_population": f"SELECT place_code, round(per_1000_residents * residents / 1000) FROM {{schema}}mart_population {_OF} AND per_1000_residents IS NOT NULL",
    "mart_population_by_vintage": f"SELECT place_code, individuals FROM {{schema}}mart_population_by_vintage {_OF} AND is_own_vintage",
    "mart_place_ranks": f"SELECT place_code, individuals FROM {{schema}}mart_place_ranks {_OF}",
    "mart_population_breakdown": f"SELECT place_code, category_total FROM {{schema}}mart_population_breakdown {_OF}",
    "mart_reasons": f"SELECT place_code, category_total FROM {{schema}}mart_reasons {_OF}",
    "mart_internal_origins": f"SELECT place_code, category_total FROM {{schema}}mart_internal_origins {_OF}",
    "mart_returns_by_year": "SELECT place_code, category_total FROM {schema}mart_returns_by_year WHERE round_key = ? AND 'returned' = ?",
    "mart_departures_by_year": "SELECT place_code, category_total FROM {schema}mart_departures_by_year WHERE round_key = ? AND 'emigrant' = ?",
    "mart_round_change": (
        "SELECT place_code, coalesce(current_individuals, previous_individuals + total_difference, common_current_individuals + new_individuals) "
        f"FROM {{schema}}mart_round_change {_OF}"
    ),
    "mart_release_vintages": f"SELECT place_code, individuals FROM {{schema}}mart_release_vintages {_OF} AND figure_code = 'total' AND is_latest",
}  # fmt: skip

TRUE = """
SELECT round_key, population_category, table_code, item, place_code, individuals, households, width_people, width_share
FROM {schema}int_count_cell ORDER BY ALL
"""
