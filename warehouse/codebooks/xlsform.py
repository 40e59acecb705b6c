"""An XLSForm as questions: names and labels in all languages, groups, repeats, options, simple skip logic.

Reading the form belongs here (with pyxform); writing it as a codebook does not (`xlsform_yaml.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from warehouse.deliveries.readers.open import read_file
from warehouse.errors import MtmError

TAGS = re.compile(r"<[^>]+>")
REFERENCE = re.compile(r"\$\{\s*([\w.-]+)\s*\}")
TERM = re.compile(
    r"""\s*\(?\s*(?:selected\(\s*\$\{\s*([\w.-]+)\s*\}\s*,\s*['"]([^'"]+)['"]\s*\)|\$\{\s*([\w.-]+)\s*\}\s*=\s*['"]([^'"]+)['"])\s*\)?\s*"""
)
GROUPS, REPEATS = {"group"}, {"repeat"}


@dataclass(frozen=True)
class Choice:
    """An option: its code and its labels in all languages."""

    code: str
    labels: tuple[str, ...]


@dataclass
class Question:
    """A question as an export names it."""

    name: str
    type: str
    path: tuple[str, ...]  # names of the groups around it
    labels: dict[str, str]  # language to label
    group_labels: dict[str, tuple[str, ...]]  # language to labels of the groups
    list_name: str = ""
    choices: tuple[Choice, ...] = ()
    relevant: dict[str, list[str]] = field(default_factory=dict)  # as far as it is simple
    notes: list[str] = field(default_factory=list)

    def headers(self) -> list[str]:
        """Every header that an export may give it: names and labels, with and without groups."""
        found = [self.name, "/".join([*self.path, self.name])]
        for language, label in self.labels.items():
            found += [label, "/".join([*self.group_labels.get(language, ()), label])]
        return list(dict.fromkeys(h for h in found if h))


@dataclass
class Repeat:
    """A repeat: a sheet of its own, whose name an export cuts at 31 characters."""

    name: str
    labels: dict[str, str]
    questions: list[Question] = field(default_factory=list)

    def sheet_names(self) -> list[str]:
        """The names that its sheet may have."""
        names = [self.name, *self.labels.values()]
        return list(dict.fromkeys(re.sub(r"[\[\]*?:\\/]", "", name)[:31] for name in names if name))


@dataclass
class Form:
    """A form: questions of the main sheet, and repeats."""

    title: str
    version: str
    questions: list[Question]
    repeats: list[Repeat]
    warnings: list[str]


def read_form(path: Path) -> Form:
    """The form of an XLSForm file. Raises UnreadableDelivery where the file is hostile, MtmError where it is no form."""
    read_file(path)  # the same tests as for any workbook, before another library opens it
    from pyxform.errors import PyXFormError  # type: ignore[import-untyped]
    from pyxform.xls2json import parse_file_to_json  # type: ignore[import-untyped]

    warnings: list[str] = []
    try:
        survey = parse_file_to_json(str(path), warnings=warnings)
    except PyXFormError as error:
        raise _no_form(path, " ".join(str(error).split())[:300]) from None
    except Exception as error:  # pyxform has no error of its own for everything that a workbook may hold
        raise _no_form(path, type(error).__name__) from None
    form = Form(str(survey.get("title", "")), str(survey.get("version", "")), [], [], warnings)
    _walk(survey.get("children", []), form, _Around())
    if not form.questions:
        raise _no_form(path, "it asks nothing")
    return form


def _no_form(path: Path, why: str) -> MtmError:
    return MtmError(
        f"the file is no XLSForm: {why}", where=path.name, expected="a workbook with the sheets survey and choices",
        todo="correct the form (it must pass the check of KoboToolbox or ODK) and import it again", code="bad_form",
    )  # fmt: skip


@dataclass(frozen=True)
class _Around:
    """What stands around a question: group names, their labels by language, their conditions, the repeat."""

    path: tuple[str, ...] = ()
    labels: tuple[tuple[str, dict[str, str]], ...] = ()
    conditions: tuple[str, ...] = ()
    repeat: Repeat | None = None

    def inside(self, node: dict[str, Any], repeat: Repeat | None) -> _Around:
        """With one more group."""
        return _Around(
            (*self.path, node["name"]), (*self.labels, (node["name"], _labels(node))), (*self.conditions, *_conditions(node)),
            repeat or self.repeat,
        )  # fmt: skip


def _walk(nodes: list[dict[str, Any]], form: Form, around: _Around) -> None:
    for node in nodes:
        kind = str(node.get("type", ""))
        if kind in GROUPS and node.get("name") != "meta":
            _walk(node.get("children", []), form, around.inside(node, None))
        elif kind in REPEATS:
            repeat = Repeat(node["name"], _labels(node))
            form.repeats.append(repeat)
            _walk(node.get("children", []), form, around.inside(node, repeat))
        elif kind not in GROUPS:
            (around.repeat.questions if around.repeat else form.questions).append(_question(node, kind, around))


def _question(node: dict[str, Any], kind: str, around: _Around) -> Question:
    labels = _labels(node)
    groups = {language: tuple(said.get(language) or name for name, said in around.labels) for language in labels}
    question = Question(
        node["name"], kind, around.path, labels, groups, str(node.get("list_name") or node.get("itemset") or "")
    )
    question.choices = tuple(
        Choice(str(c["name"]), tuple(dict.fromkeys(_labels(c).values())))
        for c in node.get("choices") or []
        if c.get("name")
    )
    for condition in [*around.conditions, *_conditions(node)]:
        simple = simple_condition(condition)
        if simple is None or simple[0] in question.relevant:
            question.notes.append(f"asked only if {' '.join(condition.split())[:120]}")
        else:
            question.relevant[simple[0]] = simple[1]
    return question


def _labels(node: dict[str, Any]) -> dict[str, str]:
    label = node.get("label")
    said = label if isinstance(label, dict) else {"": label} if isinstance(label, str) else {}
    return {language: " ".join(TAGS.sub(" ", text).split()) for language, text in said.items() if isinstance(text, str)}


def _conditions(node: dict[str, Any]) -> list[str]:
    bind = node.get("bind")
    condition = bind.get("relevant") if isinstance(bind, dict) else None
    parts = re.split(r"\s+and\s+", condition) if isinstance(condition, str) and " or " not in condition else [condition]
    return [part for part in parts if isinstance(part, str) and part.strip()]


def simple_condition(text: str) -> tuple[str, list[str]] | None:
    """`${q} = 'a'`, `selected(${q}, 'a')`, or several of one question joined with or; None for anything else."""
    found = [TERM.fullmatch(part) for part in re.split(r"\s+or\s+", text)]
    if not all(found):
        return None
    pairs = [(m.group(1) or m.group(3), m.group(2) or m.group(4)) for m in found if m]
    names = {name for name, _ in pairs}
    return (pairs[0][0], list(dict.fromkeys(code for _, code in pairs))) if len(names) == 1 else None


def every_question(form: Form) -> Iterator[Question]:
    """All questions, those of repeats too."""
    yield from form.questions
    for repeat in form.repeats:
        yield from repeat.questions
