"""An operation as its files say it (`operations/<op>/`): programme, rounds, places, published figures, gate.

The shape of these files and their loading belong here; codebooks and indicators have rooms of their own.
"""

from __future__ import annotations

import csv
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from warehouse.codebooks.model import Codebook
from warehouse.errors import MtmError, UsageError
from warehouse.indicators.load import indicators_of
from warehouse.indicators.model import Indicator, Indicators
from warehouse.operation_files import Component, Names, Others, Strict, Title, read_yaml
from warehouse.operation_look import fingerprint
from warehouse.published import Published, PublishedFigure
from warehouse.settings import operations_dirs
from warehouse.survey.stated import StatedSurvey, surveys_of

Severity = Literal["block", "review", "note"]
__all__ = [
    "DEFAULT_LICENCE", "Aliases", "Component", "Gate", "Indicator", "Indicators", "Names", "Operation", "PlaceAlias",
    "Programme", "Publication", "Published", "PublishedFigure", "Publisher", "Round", "Rounds", "Strict", "Threshold",
    "all_operations", "find_round", "load_operation", "read_yaml", "readable_operations",
]  # fmt: skip


class Publication(Strict):
    """What may be seen outside, and from which size on."""

    finest_published_level: int = 2
    small_cell_threshold: int = 5
    suppress_from_level: int = 4
    survey_minimum_n: int = 10
    width_people: int = 10
    width_share: float = 0.2
    sensitive_parts: list[str] = []


class InWords(Strict):
    """`in_words`: what `operation.yml` says in English, in the two other languages."""

    programme: Others = Others()
    credit_line: Others = Others()
    licence: Others = Others()


DEFAULT_LICENCE = "as stated by the owner of the data"


class Publisher(Strict):
    """Who publishes the figures, as the open data package names them; `email` is that of an office, never a person's."""

    name: str = ""
    url: str | None = None
    email: str | None = None


class Programme(Strict):
    """`operation.yml`."""

    operation: str
    name: Names
    country_iso3: str
    programme: str
    credit_line: str
    licence: str = DEFAULT_LICENCE
    licence_url: str | None = None
    publisher: Publisher = Publisher()
    level_names: dict[int, Names] = {}
    require_registered_rounds: bool = False
    publication: Publication = Publication()
    retention_days: int | None = None  # raw files are purged after these days (mtm purge --expired); null: kept
    notes: str = ""
    in_words: InWords = InWords()
    ingestion: dict[str, Any] = {}  # schedule and due dates; checked by warehouse/ingestion.py, on its own


class Round(Strict):
    """One numbered edition of a component (`rounds.yml`)."""

    component: Component
    number: int
    title: Title | None = None  # in English, or {en, ru, ky}
    fieldwork_start: date | None = None
    fieldwork_end: date | None = None
    due: date | None = None  # the day on which the whole round should be there
    window_start: date | None = None
    window_end: date | None = None
    planned_communities: int | None = None
    planned_interviews: int | None = None
    geography_vintage: str | None = None
    is_synthetic: bool = False
    is_registered: bool = True
    source: Title | None = None  # likewise


class PlaceAlias(Strict):
    """Other spellings of one place, reviewed by a person."""

    place_code: str
    names: list[str]
    note: str = ""


class Aliases(Strict):
    """The file `aliases.yml`. `words` are left out when names are compared; `kinds` (city: [city, г., ш.]) tell apart."""

    aliases: list[PlaceAlias] = []
    words: list[str] = []
    kinds: dict[str, list[str]] = {}


class Threshold(Strict):
    """One gate threshold: its value, since when, and why (`gate.yml`)."""

    check: str
    severity: Severity
    value: float
    since: date
    reason: str


class Rounds(Strict):
    """The file `rounds.yml`."""

    rounds: list[Round] = []


class Gate(Strict):
    """The file `gate.yml`."""

    thresholds: list[Threshold] = Field(default=[])


class Operation:
    """One operation, read lazily from its folder."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds `operation.yml` and its neighbours."""
        self.folder = folder
        self.programme = read_yaml(folder / "operation.yml", Programme)
        self.code = self.programme.operation

    @cached_property
    def rounds(self) -> list[Round]:
        """The registered rounds."""
        return read_yaml(self.folder / "rounds.yml", Rounds).rounds

    @cached_property
    def indicators(self) -> list[Indicator]:
        """What the operation measures: the common catalogue as far as its codebooks tell it, and its own."""
        return indicators_of(self.folder, self.codebooks)

    @cached_property
    def surveys(self) -> dict[str, StatedSurvey]:
        """What is stated of the surveys' design and weights, by component."""
        return surveys_of(self.folder)

    @cached_property
    def publications(self) -> Published:
        """What was published elsewhere, and in which documents."""
        return read_yaml(self.folder / "published.yml", Published)

    @property
    def published(self) -> list[PublishedFigure]:
        """Figures that were published elsewhere, to compare with."""
        return self.publications.figures

    @cached_property
    def thresholds(self) -> dict[str, Threshold]:
        """Gate thresholds by check code: the common ones, overridden by the operation's."""
        common = read_yaml(self.folder.parent / "common" / "gate.yml", Gate).thresholds
        own = read_yaml(self.folder / "gate.yml", Gate).thresholds
        return {t.check: t for t in [*_default_thresholds(), *common, *own]}

    @cached_property
    def codebooks(self) -> list[Codebook]:
        """All codebooks, by file name."""
        return [read_yaml(path, Codebook) for path in sorted((self.folder / "codebooks").glob("*.yml"))]

    @cached_property
    def aliases(self) -> Aliases:
        """Reviewed spellings of places."""
        return read_yaml(self.folder / "aliases.yml", Aliases)

    @cached_property
    def gazetteer(self) -> list[dict[str, str]]:
        """The rows of `gazetteer/*.csv` (columns of reference.place), as text."""
        rows: list[dict[str, str]] = []
        for path in sorted((self.folder / "gazetteer").glob("*.csv")):
            with path.open(encoding="utf-8", newline="") as file:
                rows += list(csv.DictReader(file))
        return rows

    @cached_property
    def plan(self) -> list[dict[str, str]]:
        """The rows of `plan.csv`: component, round, place_code, parent_code, place_name, communities, interviews."""
        path = self.folder / "plan.csv"
        if not path.exists():
            return []
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    @cached_property
    def frame(self) -> list[dict[str, str]]:
        """The rows of `frame.csv`: geography_vintage, place_code, communities, frame_year, frame_source."""
        path = self.folder / "frame.csv"
        if not path.exists():
            return []
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def round(self, component: str, number: int) -> Round:
        """The registered round, or one that is known by its delivery only."""
        for known in self.rounds:
            if (known.component, known.number) == (component, number):
                return known
        return Round.model_validate({"component": component, "number": number, "is_registered": False})


def _default_thresholds() -> list[Threshold]:
    """The thresholds of the project's own `operations/common`, also for operations in other folders."""
    return read_yaml(operations_dirs()[-1] / "common" / "gate.yml", Gate).thresholds


def all_operations() -> list[Operation]:
    """Every operation in the operations folders; the first folder that has a code wins. Read again when a file changes.

    Raises MtmError where the `operation.yml` of any of them can't be used.
    """
    found, problems = readable_operations()
    if problems:
        raise problems[0]
    return found


def readable_operations() -> tuple[list[Operation], list[MtmError]]:
    """The operations that can be used, and what is wrong with the `operation.yml` of the others."""
    found, problems = _known()
    return list(found.values()), problems


def _known() -> tuple[dict[str, Operation], list[MtmError]]:
    return _operations(tuple(operations_dirs()), fingerprint())


@lru_cache(maxsize=4)
def _operations(folders: tuple[Path, ...], fingerprint: int) -> tuple[dict[str, Operation], list[MtmError]]:
    found: dict[str, Operation] = {}
    problems: list[MtmError] = []
    for base in folders:
        for path in sorted(base.glob("*/operation.yml")):
            try:
                operation = Operation(path.parent)
            except MtmError as error:
                problems.append(error)
            else:
                found.setdefault(operation.code, operation)
    return found, problems


def find_round(round_key: str) -> tuple[Operation, Round]:
    """The operation and the round that a key such as `kgz-bma-r03` names."""
    code, component, number = round_key.split("-")
    operation = load_operation(code)
    return operation, operation.round(component, int(number[1:]))


def load_operation(code: str) -> Operation:
    """The operation with this code. Raises UsageError (exit 2) where there is none, MtmError where its file can't be used."""
    operations, problems = _known()
    if code not in operations and problems:  # it may be the one that can't be read
        raise problems[0]
    if code not in operations:
        raise UsageError(
            f"there is no operation {code!r}",
            expected=f"one of {', '.join(sorted(operations))}",
            todo="add operations/<code>/operation.yml (docs/adding-a-country.md)",
            code="unknown_operation",
        )
    return operations[code]
