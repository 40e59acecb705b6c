"""The plan of a round (`plan.csv`): how many communities, or which, and how many interviews are to be made in each place.

Reading the file, what is wrong with it, and adding its places up to those above belong here; progress is reckoned in marts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import Field, ValidationError, field_validator

from warehouse.errors import MtmError
from warehouse.gazetteer.store import gazetteer_rows
from warehouse.operation_files import Component, Strict
from warehouse.operations import Operation, Round
from warehouse.settings import Home

COLUMNS = ["component", "round", "place_code", "parent_code", "place_name", "communities", "interviews"]


class PlanRow(Strict):
    """One place of a round's plan; places do not lie in each other. A single community has `communities` 1.

    `parent_code` and `place_name` are needed only of a place that the gazetteer does not have.
    """

    component: Component
    round: int = Field(ge=1)
    place_code: str = Field(min_length=1)
    parent_code: str = ""
    place_name: str = ""
    communities: int | None = Field(default=None, ge=0)
    interviews: int | None = Field(default=None, ge=0)

    @field_validator("communities", "interviews", mode="before")
    @classmethod
    def _blank(cls, value: Any) -> Any:
        return None if value == "" else value


@dataclass(frozen=True)
class Planned:
    """What is planned at a place, with all that lies in it; None where the plan does not say."""

    communities: int | None
    interviews: int | None


def plan_of(operation: Operation, component: str, number: int) -> list[PlanRow]:
    """The plan of a round, in the order of the file; empty where none is written. Raises MtmError that names the row."""
    rows = list(_rows(operation))
    found = [row for _, row in rows if (row.component, row.round) == (component, number)]
    seen: set[str] = set()
    for at, row in rows:
        if (row.component, row.round) == (component, number) and row.place_code in seen:
            raise _bad(operation, at, f"{row.place_code} stands twice in the round's plan", "each place once a round")
        seen |= {row.place_code} if (row.component, row.round) == (component, number) else set()
    return found


def planned_places(operation: Operation, known: Round, home: Home | None) -> dict[str, Planned]:
    """Every place of a round's plan and every place above it: what is planned there in all."""
    rows = plan_of(operation, known.component, known.number)
    if not rows:
        return {}
    parents = parents_of(operation, known, home) | {r.place_code: r.parent_code for r in rows if r.parent_code}
    planned = {row.place_code for row in rows}
    sums: dict[str, list[int | None]] = defaultdict(lambda: [None, None])
    for row in rows:
        above = list(_above(parents, row.place_code))
        if planned & set(above[1:]):
            raise _bad(
                operation,
                0,
                f"{row.place_code} lies in another place of the plan: counted twice",
                "places side by side",
            )
        for code in above:
            for i, number in enumerate((row.communities, row.interviews)):
                if number is not None:
                    sums[code][i] = (sums[code][i] or 0) + number
    found = {code: Planned(*numbers) for code, numbers in sums.items()}
    _agrees(operation, known, found, parents)
    return found


def parents_of(operation: Operation, known: Round, home: Home | None) -> dict[str, str]:
    """Place code to the code above it, on the round's vintage."""
    rows = gazetteer_rows(operation, home)
    return {
        r["place_code"]: r["parent_code"] for r in rows if known.geography_vintage in (None, r.get("geography_vintage"))
    }


def _agrees(operation: Operation, known: Round, found: dict[str, Planned], parents: dict[str, str]) -> None:
    """The sum of the plan is what rounds.yml says, where both say it."""
    whole = [p for code, p in found.items() if not parents.get(code)]
    for field in ("communities", "interviews"):
        told, numbers = getattr(known, f"planned_{field}"), [getattr(p, field) for p in whole]
        total = sum(n for n in numbers if n is not None)
        if told is not None and any(n is not None for n in numbers) and total != told:
            raise MtmError(
                f"plan.csv and rounds.yml disagree on {known.component} round {known.number}: {total} and {told} {field}",
                where=str(operation.folder / "plan.csv"), expected="one plan of a round",
                todo=f"correct planned_{field} in rounds.yml, or the plan", code="bad_operation_file",
            )  # fmt: skip


def _above(parents: dict[str, str], code: str) -> Iterator[str]:
    """The place and those above it; a circle of parents ends."""
    seen: set[str] = set()
    while code and code not in seen:
        seen.add(code)
        yield code
        code = parents.get(code, "")


def _rows(operation: Operation) -> Iterable[tuple[int, PlanRow]]:
    for number, cells in enumerate(operation.plan, 2):
        try:
            yield number, PlanRow.model_validate({c: (v or "").strip() for c, v in cells.items() if isinstance(c, str)})
        except ValidationError as error:
            told = error.errors()[0]
            column = str(told["loc"][0]) if told["loc"] else "row"
            raise _bad(operation, number, f"{column}: {told['msg']}", f"the columns {', '.join(COLUMNS)}") from None


def _bad(operation: Operation, number: int, what: str, expected: str) -> MtmError:
    where = str(operation.folder / "plan.csv") + (f", row {number}" if number else "")
    return MtmError(
        f"plan.csv can't be used: {what}", where=where, expected=expected,
        todo="correct the row; docs/adding-a-country.md shows the columns", code="bad_operation_file",
    )  # fmt: skip
