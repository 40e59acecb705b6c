"""The text of a draft: YAML with a comment on each line that a person has to judge.

Writing belongs here; every text of the file is quoted, so that no header can be anything but a text.
"""

from __future__ import annotations

import json
import re

from warehouse.codebooks.folding import fold
from warehouse.codebooks.model import Measure
from warehouse.codebooks.similar import POSSIBLE
from warehouse.codebooks.suggest import Draft, DraftColumn
from warehouse.codebooks.suggest_families import flags_of, years_of

GRAIN = {"rms": "respondent", "bma": "informant", "baseline": "site"}


def quoted(text: str) -> str:
    """A text as YAML, whatever is in it."""
    return re.sub(
        "[\u007f-\u009f\u2028\u2029\ufeff]",
        lambda m: f"\\u{ord(m.group()):04x}",
        json.dumps(text.strip(), ensure_ascii=False),
    )


def draft_yaml(draft: Draft) -> str:
    """The whole draft, or the lines to add to the codebook that is known already."""
    return _additions(draft) if draft.known else _codebook(draft)


def _additions(draft: Draft) -> str:
    book = draft.known
    assert book is not None
    lines = [
        f"# To add to codebook {book.codebook} (operations/{book.operation}/codebooks), after a look at each line."
    ]
    if not draft.columns:
        return "\n".join([*lines, "# Nothing: it knows every column of this file.", ""])
    for column in draft.columns:
        if column.near and column.near.score >= POSSIBLE and column.column_class != "identifier":
            lines.append(f"# {_comment(column)}")
            lines.append(f"# at field {column.near.column.field}, add to its labels:")
            lines.append(f"labels: [{quoted(column.label)}]")
        else:
            lines += [_line(column).strip()] if column.column_class == "identifier" else [_ignored(column).strip()]
    return "\n".join([*lines, ""])


def _codebook(draft: Draft) -> str:
    years, plain = years_of(draft.columns)
    flags = flags_of(plain)
    plain = [c for c in plain if all(c not in family for family in flags.values())]
    live = [c for c in plain if c.decided or c.column_class == "identifier"]
    maybe = [c for c in plain if c not in live and (c.near or c.seen.whole or c.seen.type in ("choice", "share"))]
    rest = [c for c in plain if c not in live and c not in maybe]
    names = {c.name for c in live}
    body = [
        f"# DRAFT from {quoted(draft.file_name)}. Read every line; what says TODO is for a person to decide.",
        f"# Header: {draft.header.why}.",
        f"codebook: {draft.operation}-{draft.component}",
        f"operation: {draft.operation}",
        f"component: {draft.component}",
        f"row_grain: {GRAIN[draft.component]}   # site: rows of a place add up; informant: they are reconciled; respondent: a survey",
        *(["unique: uuid"] if "uuid" in names else []),
        *_round_number(draft, names),
        *_places(draft, names),
        "sheets:",
        *(line for name in draft.others for line in _other_sheet(name)),
        f"  - name: {draft.component}",
        f"    patterns: [{quoted(_pattern(draft))}]",
        *([f"    header_rows: {draft.header.rows}"] if draft.header.rows > 1 else []),
        "    columns:"
        if live
        else "    columns: []   # TODO no field is certain: decide which of the lines below hold",
        *_live_lines(live),
        *years,
        *(line for column in maybe for line in _maybe(column)),
        *_ignored_lines(rest, flags),
        *_code_lists(live, draft),
    ]
    return "\n".join(body) + "\n"


def _comment(column: DraftColumn) -> str:
    parts = [f"column {column.index + 1}"]
    if column.near:
        parts.append(f"score {column.near.score} with {quoted(column.near.label)} of {column.near.source}")
    parts.append(f"seen: {column.seen.seen}")
    return ", ".join([*parts, *([f"TODO {column.reason}"] if column.reason else [])])


def _live_lines(live: list[DraftColumn]) -> list[str]:
    required = _required(live)
    used: dict[str, int] = {}
    lines = []
    for column in live:
        used[column.name] = used.get(column.name, 0) + 1
        again = f"_{used[column.name]}" if used[column.name] > 1 else ""
        lines.append(_line(column, required=column.name in required and not again, suffix=again))
    return lines


def _required(live: list[DraftColumn]) -> set[str]:
    """The first place field and the first total: without them a file is not of this layout."""
    places = sorted(c.name for c in live if re.fullmatch(r"admin[1-4]_(name|code)", c.name))
    totals = [c.name for c in live if c.near and c.near.column.measure and c.near.column.measure.dimension == "total"]
    return {*places[:2], *totals[:1]}


def _line(column: DraftColumn, *, required: bool = False, suffix: str = "") -> str:
    known = column.near.column if column.near and column.decided else None
    said = [f"field: {column.name}{suffix}", f"labels: [{quoted(column.label)}]"]
    kind = known.type if known else column.seen.type
    if column.column_class == "identifier":
        kind = "text"
    if kind == "choice" and not column.seen.options:
        kind = "text"
    if kind != "text":
        said.append(f"type: {kind}")
    if kind == "choice":
        said.append(f"options: {column.name}")
    if kind == "share":
        said.append(f"scale: {column.seen.scale or 100}")
    if column.column_class != "plain":
        said.append(f"column_class: {column.column_class}")
    if known and known.measure and column.column_class != "identifier":
        said.append(f"measure: {_measure(known.measure)}")
    if required:
        said.append("required: true")
    return f"      - {{{', '.join(said)}}}   # {_comment(column)}"


def _measure(measure: Measure) -> str:
    said = measure.model_dump(exclude_defaults=True)
    return "{" + ", ".join(f"{key}: {quoted(str(value))}" for key, value in said.items()) + "}"


def _maybe(column: DraftColumn) -> list[str]:
    """A line that a person may take: commented out, so that the column stays a finding until then."""
    lines = [f"      # TODO {_comment(column)}"]
    if column.near:
        measure = column.near.column.measure
        more = f", type: {column.near.column.type}" if column.near.column.type != "text" else ""
        more += f", measure: {_measure(measure)}" if measure else ""
        return [*lines, f"      # - {{field: {column.near.column.field}, labels: [{quoted(column.label)}]{more}}}"]
    kind = column.seen.type
    more = ", measure: {category: …, dimension: …, item: …}" if kind == "count" else ""
    more += f", scale: {column.seen.scale}" if kind == "share" else ""
    more += ", options: …" if kind == "choice" else ""
    return [*lines, f"      # - {{field: {column.name}, labels: [{quoted(column.label)}], type: {kind}{more}}}"]


def _ignored_lines(rest: list[DraftColumn], flags: dict[str, list[DraftColumn]]) -> list[str]:
    if not rest and not flags:
        return []
    lines = ["    ignored:   # TODO known and not used: is there anything to keep?", *map(_ignored, rest)]
    for question, family in flags.items():
        why = f"{len(family)} columns of 0 and 1: a question with several answers (type: choices)"
        lines.append(f"      - {quoted(_literal(question) + '/*')}   # {why}")
    return lines


def _literal(label: str) -> str:
    """A label as a glob that matches itself only."""
    return label.strip().replace("[", "[[]").replace("*", "[*]").replace("?", "[?]")


def _ignored(column: DraftColumn) -> str:
    return f"      - {quoted(_literal(column.label))}   # {_comment(column)}"


def _round_number(draft: Draft, names: set[str]) -> list[str]:
    lines = ["round_number:   # all that are found must agree"]
    if "round_number" in names:
        column = next(c for c in draft.columns if c.name == "round_number")
        code = "" if column.seen.whole else ", pattern: '(\\d+)\\D*$'"
        lines.append(
            f"  - {{field: round_number{code}}}" + ("   # TODO which digits of the code are the round?" if code else "")
        )
    lines.append(
        "  - {file_name: '(?:round|ronde|раунд|\\br)[ _-]*0*(\\d{1,3})(?!\\d)'}   # TODO is the number in the file's name?"
    )
    if "snapshot_date" in names:
        lines.append(
            "  - {date_field: snapshot_date, fallback: true}   # year and month stand in where no number is given"
        )
    return lines


def _places(draft: Draft, names: set[str]) -> list[str]:
    filled = {c.name for c in draft.columns if not c.seen.empty}
    whole = {c.name for c in draft.columns if c.seen.complete}
    named = []
    for n in range(1, 5):
        fields = [f"{key}_field: admin{n}_{key}" for key in ("name", "code") if f"admin{n}_{key}" in names & filled]
        always = all(f"admin{n}_{key}" in whole for key in ("name", "code") if f"admin{n}_{key}" in names & filled)
        if fields:
            named.append(
                (
                    n,
                    ", ".join(fields) + ("" if always else ", required: false"),
                    "" if always else "   # TODO not always filled in",
                )
            )
    all_names = all(f"admin{n}_name" in names for n, _, _ in named)
    scheme = "gazetteer" if draft.has_gazetteer or not all_names else "names"
    why = "codes and names of gazetteer/*.csv" if scheme == "gazetteer" else "names within their parent"
    head = ["places:", f"  scheme: {scheme}   # TODO {why}: is it so?"]
    if not named:
        return [*head, "  levels: []   # TODO no column is certainly a place: name_field and code_field of each level"]
    return [*head, "  levels:", *(f"    - {{level: {n}, {fields}}}{todo}" for n, fields, todo in named)]


def _pattern(draft: Draft) -> str:
    name = fold(draft.header.raw.name)
    if name == fold(draft.file_name) or not name:
        return "*"  # text files: the sheet is called like the file
    return re.sub(r"[\[\]?*]|\d+", "*", name)


def _other_sheet(name: str) -> list[str]:
    pattern = re.sub(r"[\[\]?*]", "?", fold(name))
    return [
        f"  - {{name: {quoted(name)}, patterns: [{quoted(pattern)}], role: ignore}}   # TODO a repeat sheet (role: repeat), or notes?"
    ]


def _code_lists(live: list[DraftColumn], draft: Draft) -> list[str]:
    lists = [
        c
        for c in live
        if c.seen.options and c.near and c.near.column.type == "choice" and c.column_class != "identifier"
    ]
    if not lists:
        return []
    lines = ["code_lists:   # TODO give each option a code that stays the same in all rounds"]
    for column in lists:
        lines.append(f"  {column.name}:")
        lines += [
            f"    - {{code: {quoted(_slug(option, i))}, labels: [{quoted(option)}]}}"
            for i, option in enumerate(_distinct(column), 1)
        ]
    return lines


def _distinct(column: DraftColumn) -> list[str]:
    return list({fold(option): option for option in column.seen.options}.values())


def _slug(option: str, number: int) -> str:
    return re.sub(r"[^a-z0-9]+", "_", fold(option)).strip("_") or f"option_{number}"
