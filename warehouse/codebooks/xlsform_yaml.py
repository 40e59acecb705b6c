"""A form as the start of a codebook: YAML with a comment on what a person has to judge.

Which type, class and place in the file a question gets belongs here; reading the form does not (`xlsform.py`).
"""

from __future__ import annotations

import re
from collections import Counter

from warehouse.codebooks.concepts import concepts
from warehouse.codebooks.folding import fold, fold_label
from warehouse.codebooks.personal import looks_personal
from warehouse.codebooks.similar import best
from warehouse.codebooks.suggest_yaml import GRAIN, quoted
from warehouse.codebooks.xlsform import Choice, Form, Question, Repeat

CERTAIN = 92  # a question is the common field of this likeness
TYPES = {
    "integer": "number", "decimal": "number", "range": "number", "date": "date", "today": "date", "dateTime": "datetime",
    "select one": "choice", "select all that apply": "choices", "text": "text", "select one from file": "text",
    "select all that apply from file": "text",
}  # fmt: skip
POSITIONS = ("geopoint", "geotrace", "geoshape", "start-geopoint")
DEVICE = ("deviceid", "phonenumber", "username", "email", "simserial", "subscriberid", "barcode")
KOBO = """      # What KoboToolbox adds
      - {field: uuid, labels: ["_uuid"], type: code}
      - {field: submission_id, labels: ["_id"], type: code}
      - {field: submitted_at, labels: ["_submission_time"], type: datetime}
      - {field: form_version, labels: ["__version__", "_version_"], type: code}
      - {field: index, labels: ["_index"], type: count}
      - {field: submitted_by, labels: ["_submitted_by"], column_class: identifier}"""
KOBO_IGNORED = ["_validation_status", "_status", "_notes", "_tags", "meta/*", "start", "end", "audit"]


def form_yaml(form: Form, name: str, operation: str, component: str) -> str:
    """The draft of a codebook for exports of this form."""
    return _Writer(form, component).text(name, operation)


class _Writer:
    """Writes one form. `fields`: place of a question in the form to its field."""

    def __init__(self, form: Form, component: str) -> None:
        self.form, self.component = form, component
        self.fields = _fields(form.questions)
        self.by_name = {q.name: (self.fields[i], q) for i, q in enumerate(form.questions)}
        self.lists = _lists(form.questions)
        counts = Counter(h for q in form.questions for h in {fold_label(header) for header in q.headers()})
        self.once = {header for header, count in counts.items() if count == 1}

    def text(self, name: str, operation: str) -> str:
        """The YAML."""
        names, form = set(self.fields.values()), self.form
        asked = [i for i, q in enumerate(form.questions) if q.type in TYPES or q.type in POSITIONS or q.type in DEVICE]
        other = [q for i, q in enumerate(form.questions) if i not in asked and q.name not in KOBO_IGNORED]
        version = f", version {quoted(form.version)}" if form.version else ""
        lines = [
            f"# DRAFT from form {quoted(name)}{version}. Read every line; what says TODO is for a person to decide.",
            "# Headers are those of exports with names or with labels, with or without groups.",
            f"codebook: {operation}-{self.component}",
            f"operation: {operation}",
            f"component: {self.component}",
            f"row_grain: {GRAIN[self.component]}",
            "unique: uuid",
            "round_number:",
            *(["  - {field: round_number}"] if "round_number" in names else []),
            "  - {file_name: '(?:round|раунд|\\br)[ _-]*0*(\\d{1,3})(?!\\d)'}   # TODO is the number in the file's name?",
            *self._drop(),
            *_places(names),
            "sheets:",
            f"  - name: {self.component}",
            '    patterns: ["*"]   # TODO the sheet is called as the form is: its title',
            "    row_key: index",
            "    columns:",
            *(line for i in asked for line in self._question(i)),
            KOBO,
            "    ignored:",
            *(f"      - {quoted(text)}" for text in KOBO_IGNORED),
            *(f"      - {quoted(_glob(text))}   # {q.type}" for q in other for text in q.headers()),
            *(line for repeat in form.repeats for line in _repeat(repeat)),
            *_code_lists(self.lists),
        ]
        return "\n".join(lines) + "\n"

    def _drop(self) -> list[str]:
        """Who did not consent is left out by rule, where the form asks."""
        field, q = next(((f, q) for f, q in self.by_name.values() if f == "consent"), ("", None))
        if q is not None and "no" in {c.code for c in q.choices}:
            return ["drop:", f"  - {{reason: no_consent, field: {field}, equals: ['no']}}"]
        return []

    def _question(self, index: int) -> list[str]:
        q, name = self.form.questions[index], self.fields[index]
        headers = [h for h in q.headers() if fold_label(h) in self.once]
        if not headers:
            return [f"      # TODO question {quoted(q.name)} has no header of its own: rename it in the form"]
        notes = [*q.notes, *([f"named {q.name} in the form"] if name != q.name else [])]
        kind, said = self._type(q, notes)
        group = _class(q, name, kind, notes)
        relevant = self._relevant(q, notes)
        said = [
            f"field: {name}", f"labels: [{', '.join(map(quoted, headers))}]", *said,
            *([f"column_class: {group}"] if group != "plain" else []), *([f"relevant: {{{relevant}}}"] if relevant else []),
        ]  # fmt: skip
        comment = f"   # {'; '.join(notes)}" if notes else ""
        return [f"      - {{{', '.join(said)}}}{comment}", *(_position(q, name) if q.type in POSITIONS else [])]

    def _type(self, q: Question, notes: list[str]) -> tuple[str, list[str]]:
        kind = TYPES.get(q.type, "text")
        if q.type == "integer" and self.component != "rms":
            kind = "count"
            notes.append("TODO measure: {category: …}, if it counts people or households")
        if kind == "choice" and _countries(q.choices):
            return "country", ["type: country"]
        if kind in ("choice", "choices"):
            options = next((key for key, choices in self.lists.items() if q.choices and choices == list(q.choices)), "")
            if not options:
                notes.append("TODO the form has no options for it")
                return "text", []
            return kind, [f"type: {kind}", f"options: {options}"]
        if "from file" in q.type:
            notes.append("TODO its options are in a file beside the form")
        return kind, [f"type: {kind}"] if kind != "text" else []

    def _relevant(self, q: Question, notes: list[str]) -> str:
        """Skip logic as field to options; what names no option of a question of the main sheet is noted."""
        parts = []
        for name, codes in q.relevant.items():
            field, gate = self.by_name.get(name, ("", None))
            if gate is not None and set(codes) <= {c.code for c in gate.choices}:
                parts.append(f"{field}: [{', '.join(map(quoted, codes))}]")
            else:
                notes.append(f"asked only if {name} is {', '.join(codes)}")
        return ", ".join(parts)


def _glob(text: str) -> str:
    return text.replace("[", "[[]").replace("*", "[*]").replace("?", "[?]")


def _fields(questions: list[Question]) -> dict[int, str]:
    """The field of each question: the common one where that is certain, its own name otherwise; none stands twice."""
    common = [c.column for c in concepts().concepts if not c.measure]
    scored: list[tuple[int, int, str]] = []
    for i, q in enumerate(questions):
        found = [n for text in [q.name, *q.labels.values()] if (n := best(text, common, least=CERTAIN))]
        if found and q.type not in ("note", "calculate"):
            near = max(found, key=lambda n: n.score)
            scored.append((near.score, -i, near.column.field))
    taken = {"uuid", "submission_id", "submitted_at", "form_version", "index", "submitted_by"}
    fields: dict[int, str] = {}
    for _, minus, field in sorted(scored, reverse=True):
        if field not in taken:
            fields[-minus] = field
            taken.add(field)
    for i, q in enumerate(questions):
        if i not in fields:
            own = next(name for name in [q.name, *(f"{q.name}_{k}" for k in range(2, 10**6))] if name not in taken)
            fields[i] = own
            taken.add(own)
    return fields


def _position(q: Question, name: str) -> list[str]:
    """The four columns that an export adds to a position."""
    texts = [q.name, *q.labels.values()]
    return [
        f"      - {{field: {name}_{part}, labels: [{', '.join(quoted(f'_{text}_{part}') for text in dict.fromkeys(texts))}], "
        "column_class: identifier}"
        for part in ("latitude", "longitude", "altitude", "precision")
    ]


def _class(q: Question, name: str, kind: str, notes: list[str]) -> str:
    if q.type in POSITIONS or q.type in DEVICE:
        return "identifier"
    concept = next((c for c in concepts().concepts if c.field == name), None)
    if concept is not None and concept.column_class != "plain":
        return concept.column_class
    if any(looks_personal(text) for text in [q.name, *q.labels.values()]):
        if kind == "text":
            return "identifier"
        notes.append("TODO the label sounds personal: plain, sensitive or identifier?")
        return "sensitive"
    if q.type == "text" and concept is None:
        notes.append("TODO a free text is dropped: plain, if nobody can be named in it")
        return "identifier"
    return "plain"


def _countries(choices: tuple[Choice, ...]) -> bool:
    from warehouse.normalize.countries import country_names

    known = country_names()
    hits = sum(any(len(text) > 3 and fold(text) in known for text in choice.labels) for choice in choices)
    return len(choices) >= 3 and hits >= 0.8 * len(choices)


def _places(names: set[str]) -> list[str]:
    levels = []
    for n in range(1, 5):
        fields = [f"{key}_field: admin{n}_{key}" for key in ("name", "code") if f"admin{n}_{key}" in names]
        levels += [f"    - {{level: {n}, {', '.join(fields)}}}"] if fields else []
    if not levels:
        return ["places:", "  scheme: names", "  levels: []   # TODO which questions name the place?"]
    return ["places:", "  scheme: names   # TODO or gazetteer", "  levels:", *levels]


def _repeat(repeat: Repeat) -> list[str]:
    """A repeat: known and not used, and the lines that would count it."""
    sheets = ", ".join(quoted(_glob(fold(text))) for text in repeat.sheet_names())
    counts = [q for q in repeat.questions if q.type == "integer"]
    items = [q for q in repeat.questions if q.type in ("select one", "text")]
    lines = [
        f"  - {{name: {quoted(repeat.name)}, patterns: [{sheets}], role: ignore}}   # TODO a repeat sheet; to count it: role: repeat and",
        '    # parent_key: parent_index    with columns {field: parent_index, labels: ["_parent_index"]} and',
    ]
    for q in [*counts, *items]:
        lines.append(
            f"    # - {{field: {q.name}, labels: [{', '.join(map(quoted, q.headers()))}], type: {'count' if q in counts else 'text'}}}"
        )
    if counts:
        more = f", item_field: {items[0].name}" if items else ""
        lines.append(f"    # measure: {{category: …, dimension: …{more}, value_field: {counts[0].name}}}")
    return lines


def _lists(questions: list[Question]) -> dict[str, list[Choice]]:
    """Code lists by name; a list that stands for two sets of options (a filter of the form) gets a second name."""
    lists: dict[str, list[Choice]] = {}
    for q in questions:
        if not q.choices or _countries(q.choices):
            continue
        name, n = re.sub(r"\W+", "_", q.list_name or q.name), 2
        while name in lists and lists[name] != list(q.choices):
            name, n = f"{re.sub(r'[^a-z0-9_]+', '_', q.list_name or q.name)}_{n}", n + 1
        lists[name] = list(q.choices)
    return lists


def _code_lists(lists: dict[str, list[Choice]]) -> list[str]:
    lines = ["code_lists:"] if lists else []
    for name, choices in lists.items():
        counts = Counter(text for c in choices for text in {fold(t) for t in [c.code, *c.labels]})
        lines.append(f"  {name}:")
        for choice in choices:
            labels = [text for text in choice.labels if counts[fold(text)] == 1]
            twice = (
                "   # TODO a label stands at two options"
                if len(labels) < len(choice.labels) - (choice.code in choice.labels)
                else ""
            )
            lines.append(f"    - {{code: {quoted(choice.code)}, labels: [{', '.join(map(quoted, labels))}]}}{twice}")
    return lines
