"""What persons decided about delivered places that no rule could settle: `place_decisions.yml`.

The file's shape, reading and writing belong here; a decision is looked up in `resolve.py`, only where the rules end.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from warehouse.codebooks.folding import in_rounds
from warehouse.errors import MtmError
from warehouse.gazetteer.codes import fold_code
from warehouse.gazetteer.names import plain
from warehouse.operations import read_yaml

FILE = "place_decisions.yml"
Key = tuple[int, str, str, str]


class Decision(BaseModel):
    """One delivered place and what it is, who said so, when and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    level: int
    parent: str = ""  # code of the place that the row lies in, as far as it was certain; blank at the top
    code: str = ""  # as delivered; blank where the rows carry none
    name: str = ""  # as delivered
    place: str | None = None  # the place that is meant
    not_a_place: bool = False  # or: the rows name no place, and are rejected by rule
    rounds: str | None = None  # "3-4": only in these rounds; null: in all
    vintage: str | None = None  # only where rounds use this vintage; null: any
    by: str = Field(min_length=2)
    when: date  # (not `on`: YAML reads that as true)
    why: str = Field(min_length=3)

    @model_validator(mode="after")
    def one_answer(self) -> Decision:
        """Either a place or not one; and something delivered to decide about."""
        if bool(self.place) == self.not_a_place:
            raise ValueError("a decision names a place, or says not_a_place: true")
        if not self.code.strip() and not self.name.strip():
            raise ValueError("a decision is about a delivered code or name")
        return self

    @property
    def key(self) -> Key:
        """What is compared with a delivered place."""
        return key_of(self.level, self.parent, self.code, self.name)

    def holds(self, number: int | None, vintage: str | None) -> bool:
        """Whether it applies to a round of this number on this vintage."""
        return in_rounds(self.rounds, number) and (self.vintage is None or vintage is None or self.vintage == vintage)


class Decisions(BaseModel):
    """The file `place_decisions.yml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    decisions: list[Decision] = []


Outcome = Literal["added", "replaced", "unchanged"]


def key_of(level: int, parent: str | None, code: str, name: str) -> Key:
    """A delivered place as a key: spaces, case and dashes aside; spellings stay apart."""
    return (level, parent or "", fold_code(code), plain(name))


def read_decisions(folder: Path) -> list[Decision]:
    """The decisions of one folder; none where there is no file."""
    return read_yaml(folder / FILE, Decisions).decisions


def clashes(decisions: Iterable[Decision]) -> list[tuple[Decision, Decision]]:
    """Pairs that say two things about one delivered place in rounds or vintages that overlap, or can't be told apart."""
    by_key: dict[Key, list[Decision]] = {}
    found = []
    for decision in decisions:
        for earlier in by_key.setdefault(decision.key, []):
            differs = (earlier.place, earlier.not_a_place) != (decision.place, decision.not_a_place)
            if differs and earlier.rounds in (None, decision.rounds) and earlier.vintage in (None, decision.vintage):
                found.append((earlier, decision))
        by_key[decision.key].append(decision)
    return found


def write_decisions(folder: Path, new: list[Decision]) -> dict[Outcome, int]:
    """Put decisions into a folder's file, the newer one in the place of the older; whole or not at all."""
    kept = {(d.key, d.rounds, d.vintage): d for d in read_decisions(folder)}
    counts: dict[Outcome, int] = {"added": 0, "replaced": 0, "unchanged": 0}
    for decision in new:
        slot = (decision.key, decision.rounds, decision.vintage)
        old = kept.get(slot)
        same = old is not None and old.model_copy(update={"when": decision.when}) == decision
        counts["unchanged" if same else "replaced" if old else "added"] += 1
        if not same:
            kept[slot] = decision
    rows = [d.model_dump(mode="json", exclude_defaults=True) for d in kept.values()]
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(folder / FILE, yaml.safe_dump({"decisions": rows}, allow_unicode=True, sort_keys=False, width=120))
    return counts


def write_atomic(path: Path, text: str) -> None:
    """A file whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise MtmError(
            f"the file can't be written: {error.strerror}", where=str(path), todo="check space and permissions",
            code="not_written",
        ) from None  # fmt: skip
