"""What a codebook file may say (`operations/<op>/codebooks/*.yml`), validated by pydantic.

The shape of the file belongs here; finding the codebook of a delivery and applying it do not.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from warehouse.codebooks.overlap import label_clash, option_clash


class Strict(BaseModel):
    """A part of a codebook: an unknown key is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Measure(Strict):
    """What a count column counts. `{item}`, `{sex}`, `{age}`, `{category}` take a pattern's named group."""

    category: str
    unit: Literal["individuals", "households", "share"] = "individuals"  # share: of the category's total
    dimension: str = "total"
    item: str | None = None
    sex: str = "all"
    age_group: str = "all"


class Column(Strict):
    """One field and the labels under which deliveries carry it."""

    field: str
    labels: list[str] = []  # whole header texts, any language; compared after folding
    pattern: str | None = None  # or a regular expression over the folded header, with named groups
    type: Literal[
        "text", "code", "count", "number", "share", "date", "datetime", "boolean", "choice", "choices", "country"
    ] = "text"
    column_class: Literal["plain", "quasi", "sensitive", "identifier"] = "plain"
    required: bool = False
    options: str | None = None  # a code list of this codebook, for choice and choices
    measure: Measure | None = None
    rounds: str | None = None  # "1-2": only in these rounds; null: in all
    versions: str | None = None  # glob over the form version: only there; null: in all
    scale: Literal[1, 100] | None = None  # of a share: what the whole is in the delivery (0.33 of 1, 33 of 100)
    missing: list[str] = []  # further words for missing, in this column only
    relevant: dict[str, list[str]] | None = None  # skip logic: asked only where field has one of these options


class RepeatMeasure(Strict):
    """A sheet in long form (a repeat sheet, or a main sheet): which columns hold category, item and value."""

    category_field: str | None = None
    category: str | None = None
    dimension: str
    item_field: str | None = None
    sex_field: str | None = None
    age_field: str | None = None
    value_field: str
    unit: Literal["individuals", "households"] = "individuals"


class Group(Strict):
    """Columns that repeat side by side (`Country 1`, `Number 1`, `Country 2` …): an item and its value each time.

    `{n}` in a label stands for the number of the repetition, 1 to `count`.
    """

    name: str
    count: int
    item_labels: list[str]
    item_type: Literal["text", "country", "choice"] = "text"
    options: str | None = None
    value_labels: list[str]
    measure: Measure  # `item` is taken from the item column
    rounds: str | None = None

    def entries(self) -> list[tuple[str, list[str], str | None, str | None]]:
        """Its labels as fields (item, value) with their rounds; a label without `{n}` belongs to the first repetition."""
        numbered = [
            (kind, n, [x.replace("{n}", str(n)) for x in labels if n == 1 or "{n}" in x])
            for kind, labels in (("item", self.item_labels), ("value", self.value_labels))
            for n in range(1, self.count + 1)
        ]
        return [(f"{self.name}_{n}_{kind}", labels, self.rounds, None) for kind, n, labels in numbered]


class Control(Strict):
    """A total that is declared, by the delivery itself or by who sent it: the sum of the rows must be equal to it.

    Either `value` stands here, or `sheet` and `label` say where the delivery carries it: the cell to the right of the
    label (or below it), on a sheet with role control or ignore.
    """

    measure: Measure | Literal["rows"]  # what is added up: the totals of a category, or the rows themselves
    rounds: str | None = None
    value: int | None = None
    sheet: str | None = None  # glob over the folded sheet name
    label: str | None = None
    at: Literal["right", "below"] = "right"
    source: str = ""


class Sheet(Strict):
    """A sheet of the delivery, found by its name (glob over the folded name) and its headers."""

    name: str
    patterns: list[str] = ["*"]
    role: Literal["main", "repeat", "ignore", "control"] = "main"
    required: bool = True  # of a main or repeat sheet: false where a delivery may lack it
    header_row: int | Literal["find"] = "find"  # 1-based; find: the first row that carries the required labels
    header_rows: int = 1  # more: joined with "/" after filling merged cells to the right
    parent: str | None = None
    row_key: str | None = None  # field that identifies a row for its children (KoboToolbox: _index)
    parent_key: str | None = None  # field of a repeat row that names its parent (KoboToolbox: _parent_index)
    measure: RepeatMeasure | None = None
    columns: list[Column] = []
    groups: list[Group] = []
    ignored: list[str] = []  # labels or globs that are known and not used


class Option(Strict):
    """One answer: its code and the texts under which deliveries carry it."""

    code: str
    labels: list[str] = []
    rounds: str | None = None
    versions: str | None = None  # glob over the form version: the option holds only there


class PlaceLevel(Strict):
    """Which fields of a row name the place at a level."""

    level: int
    code_field: str | None = None
    name_field: str | None = None
    required: bool = True
    more_codes: list[str] = []  # fields of other code systems: they find no place, but a code at two places is told


class Places(Strict):
    """How a row's place is found: by the operation's gazetteer, or by names within their parent."""

    scheme: Literal["gazetteer", "names"]
    levels: list[PlaceLevel]


class RoundNumber(Strict):
    """Where the round's number stands. All that are found must agree."""

    field: str | None = None
    pattern: str | None = (
        None  # with field: regular expression over its folded texts, one group; null: the first digits
    )
    sheet_text: str | None = None  # regular expression over the texts of ignored sheets, one group
    file_name: str | None = None  # regular expression over the folded file name, one group
    select: bool = (
        False  # with field: the file holds several rounds; the declared one is taken, rows of others are left out
    )
    date_field: str | None = None  # year and month of this date, as 201712
    fallback: bool = False  # used only where no other rule finds a number


class Drop(Strict):
    """Rows that are not part of the round by rule: rejected with this reason, counted, not held against it."""

    reason: str
    field: str
    equals: list[str]  # folded texts or option codes


class Keep(Strict):
    """Of a file that holds several operations, countries or levels: only rows with these values are of the round.

    The others are left out by rule and counted; a row that is blank here, or nearly says one of the values, is not certain.
    """

    field: str
    equals: list[str]  # folded texts


class Codebook(Strict):
    """The layout family of one component of one operation."""

    codebook: str
    operation: str
    component: Literal["bma", "rms", "baseline"]
    version: int = 1
    rounds: str | None = None
    row_grain: Literal["informant", "site", "respondent"]
    round_number: list[RoundNumber]
    places: Places
    sheets: list[Sheet]
    code_lists: dict[str, list[Option]] = {}
    controls: list[Control] = []
    expected_places: list[str] = []  # names or codes of level-1 places that a whole round covers; empty: not known
    window_text: str | None = None  # regular expression over notes sheets, two groups: first and last day of the window
    missing: list[str] = ["", "-", "—", "n/a", "na", "null", "nat", "none", "н/д", "нет данных", "not available"]
    unique: str | None = None  # field that may not repeat in a round (KoboToolbox: _uuid)
    keep: list[Keep] = []
    drop: list[Drop] = []
    age_bands: list[str] = ["18-29", "30-44", "45-59", "60+"]  # of respondents, in years
    partial_file_name: str | None = None  # regular expression: the file says itself that it is a part of a round
    notes: str = Field(default="", description="what a reader should know of this layout, with sources")

    @model_validator(mode="after")
    def holds_together(self) -> Codebook:
        """At least one main sheet; named code lists exist; no label fits two fields, no answer two options."""
        if not self.mains:
            raise ValueError(f"codebook {self.codebook}: expected at least one sheet with role main")
        named = {c.options for sheet in self.sheets for c in sheet.columns if c.options}
        named |= {g.options for sheet in self.sheets for g in sheet.groups if g.options}
        if named - set(self.code_lists):
            raise ValueError(f"codebook {self.codebook}: unknown code lists {sorted(named - set(self.code_lists))}")
        for sheet in self.sheets:
            entries = [(c.field, c.labels, c.rounds, c.versions) for c in sheet.columns]
            entries += [e for g in sheet.groups for e in g.entries()]
            if clash := label_clash(entries):
                raise ValueError(f"codebook {self.codebook}, sheet {sheet.name}: {clash}")
        for name, options in self.code_lists.items():
            if clash := option_clash([(o.code, o.labels, o.rounds, o.versions) for o in options]):
                raise ValueError(f"codebook {self.codebook}, code list {name}: {clash}")
        return self

    @property
    def mains(self) -> list[Sheet]:
        """The main sheets: one as a rule, several where a delivery has a sheet per category."""
        return [sheet for sheet in self.sheets if sheet.role == "main"]

    @property
    def main(self) -> Sheet:
        """The first main sheet."""
        return self.mains[0]
