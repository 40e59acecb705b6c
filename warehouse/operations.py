"""An operation as its files say it (`operations/<op>/`): programme, rounds, indicators, published figures, gate.

The shape of these files and their loading belong here; codebooks have a room of their own (`codebooks/`).
"""

from __future__ import annotations

import csv
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from warehouse.codebooks.model import Codebook
from warehouse.errors import MtmError, UsageError
from warehouse.settings import operations_dirs

Component = Literal["bma", "rms", "baseline"]
Severity = Literal["block", "review", "note"]
Model = TypeVar("Model", bound=BaseModel)
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where the wheel has it: ten times faster


class Strict(BaseModel):
    """A part of an operation's files: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Names(Strict):
    """A name in the three languages; where one is missing the English one stands in."""

    en: str
    ru: str | None = None
    ky: str | None = None

    def row(self, stem: str) -> dict[str, str]:
        """`{stem}_en`, `_ru`, `_ky` for a reference table."""
        return {f"{stem}_en": self.en, f"{stem}_ru": self.ru or self.en, f"{stem}_ky": self.ky or self.en}


class Publication(Strict):
    """What may be seen outside, and from which size on."""

    finest_published_level: int = 2
    small_cell_threshold: int = 5
    suppress_from_level: int = 4
    survey_minimum_n: int = 10


class Programme(Strict):
    """`operation.yml`."""

    operation: str
    name: Names
    country_iso3: str
    programme: str
    credit_line: str
    licence: str
    level_names: dict[int, Names] = {}
    require_registered_rounds: bool = False
    publication: Publication = Publication()
    notes: str = ""


class Round(Strict):
    """One numbered edition of a component (`rounds.yml`)."""

    component: Component
    number: int
    title: str = ""
    fieldwork_start: date | None = None
    fieldwork_end: date | None = None
    window_start: date | None = None
    window_end: date | None = None
    planned_communities: int | None = None
    geography_vintage: str | None = None
    is_synthetic: bool = False
    is_registered: bool = True
    source: str = ""


class IndicatorOption(Strict):
    """One answer of an indicator."""

    code: str
    name: Names


class Comparability(Strict):
    """Some rounds of an indicator (`rounds: "1-3"`, `"4-"`, `"2"`): one series, comparable among themselves."""

    rounds: str
    series: str = "1"
    limited: bool = False
    reason: Names | None = None

    def holds(self, number: int) -> bool:
        """Whether the round is among them."""
        first, dash, last = self.rounds.partition("-")
        return int(first) <= number <= (int(last or 10**6) if dash else int(first))


class Indicator(Strict):
    """One indicator of the survey (`indicators.yml`)."""

    code: str
    component: Component
    name: Names
    definition: str
    denominator: str
    unit: str = "share"
    kind: Literal["single", "multiple", "number"] = "single"
    question: str
    options: list[IndicatorOption] = []
    comparability: list[Comparability] = []

    def standing(self, number: int) -> Comparability:
        """The series that a round stands in; without a word all rounds are one series."""
        return next((c for c in self.comparability if c.holds(number)), Comparability(rounds=str(number)))


class Document(Strict):
    """One publication that figures were taken from (`documents` of `published.yml`)."""

    code: str
    kind: Literal["report", "press_release", "news", "press", "note"]
    title: str
    published_on: date | None = None
    url: str = ""


class PublishedFigure(Strict):
    """One figure that was published, as a number or as words, with where it was (`figures` of `published.yml`)."""

    round_key: str
    figure_code: str
    name: str
    value: float | None = None
    text: str | None = None
    decimals: int = 0
    unit: str
    source: str
    also_in: list[str] = []
    as_of: date | None = None
    claim: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> PublishedFigure:
        if self.value is None and self.text is None:
            raise ValueError(f"{self.figure_code} of {self.round_key} needs a value or a text")
        return self


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


class Indicators(Strict):
    """The file `indicators.yml`."""

    indicators: list[Indicator] = []


class Published(Strict):
    """The file `published.yml`. Without `documents` a source is free text."""

    figures: list[PublishedFigure] = []
    documents: list[Document] = []

    @model_validator(mode="after")
    def _sources_are_known(self) -> Published:
        known = {d.code for d in self.documents}
        named = {code for f in self.figures for code in [f.source, *f.also_in]}
        if known and not named <= known:
            raise ValueError(f"{sorted(named - known)[0]!r} is none of the documents")
        return self

    def document(self, source: str) -> Document | None:
        """The document that a figure's source names; None where the source is free text."""
        return next((d for d in self.documents if d.code == source), None)


class Gate(Strict):
    """The file `gate.yml`."""

    thresholds: list[Threshold] = Field(default=[])


def read_yaml(path: Path, model: type[Model]) -> Model:
    """One validated file; a mistake in it names the file and the key (exit 1)."""
    try:
        data: Any = yaml.load(path.read_bytes(), Loader=LOADER) if path.exists() else {}
        return model.model_validate(data or {})
    except (yaml.YAMLError, ValidationError) as error:
        problem = _first_problem(error)
        raise MtmError(
            f"{path.name} can't be used: {problem}",
            where=str(path),
            expected=f"the keys of {model.__name__}",
            todo="correct the file; docs/adding-a-country.md shows each key",
            code="bad_operation_file",
        ) from None


def _first_problem(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(p) for p in first['loc'])}: {first['msg']}"
    return str(error).splitlines()[0]


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
        """The survey's indicators."""
        return read_yaml(self.folder / "indicators.yml", Indicators).indicators

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
    """Every operation in the operations folders; the first folder that has a code wins. Read again when a file changes."""
    return list(_operations(tuple(operations_dirs()), _fingerprint()).values())


@lru_cache(maxsize=4)
def _operations(folders: tuple[Path, ...], fingerprint: int) -> dict[str, Operation]:
    found: dict[str, Operation] = {}
    for base in folders:
        for path in sorted(base.glob("*/operation.yml")):
            operation = Operation(path.parent)
            found.setdefault(operation.code, operation)
    return found


def _fingerprint() -> int:
    """Changes when any file of any operation does (name, size, time)."""
    files = [p for base in operations_dirs() for glob in ("**/*.yml", "**/*.csv") for p in base.glob(glob)]
    return hash(tuple((str(p), (stat := p.stat()).st_mtime_ns, stat.st_size) for p in sorted(files)))


def find_round(round_key: str) -> tuple[Operation, Round]:
    """The operation and the round that a key such as `kgz-bma-r03` names."""
    code, component, number = round_key.split("-")
    operation = load_operation(code)
    return operation, operation.round(component, int(number[1:]))


def load_operation(code: str) -> Operation:
    """The operation with this code. Raises UsageError (exit 2) where there is none."""
    operations = {operation.code: operation for operation in all_operations()}
    if code not in operations:
        raise UsageError(
            f"there is no operation {code!r}",
            expected=f"one of {', '.join(sorted(operations))}",
            todo="add operations/<code>/operation.yml (docs/adding-a-country.md)",
            code="unknown_operation",
        )
    return operations[code]
