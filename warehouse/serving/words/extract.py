"""Which messages the code and the templates say: every literal of `say` and `count` in Python, `_` and `trans` in Jinja2.

Finding messages belongs here. A message that is no literal can't be found, so it is an error that names file and line.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import MtmError
from warehouse.serving.words import HERE

SERVING = HERE.parent
PROJECT = SERVING.parents[1]
ROOMS = (SERVING, PROJECT / "warehouse" / "collection" / "page")  # what people are handed, and the page for the field
TEMPLATES = (".j2", ".html", ".jinja")
OTHER_WORDS = ("field_report",)  # rooms that keep their words in a file of their own


@dataclass(frozen=True)
class Found:
    """A message where it stands: one text, or the two forms of a count. `file` is told from the project's folder."""

    forms: tuple[str, ...]
    file: str
    line: int


def messages(*roots: Path) -> list[Found]:
    """Every message below folders (those that say anything to people), by file and line."""
    return [m for root in roots or ROOMS for m in _below(root)]


def _below(root: Path) -> Iterator[Found]:
    files = sorted(p for p in root.rglob("*") if p.is_file() and p.relative_to(root).parts[0] not in OTHER_WORDS)
    for path in files:
        yield from _of_file(path)


def _of_file(path: Path) -> Iterator[Found]:
    file = str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else path.name
    if path.suffix == ".py" and path.parent != HERE:
        yield from of_python(path.read_text(encoding="utf-8"), file)
    elif path.suffix in TEMPLATES:
        yield from of_template(path, file)


def of_python(source: str, file: str) -> Iterator[Found]:
    """The literals of `….say("…")` and `….count("…", "…", n)`; `.count` of one argument is that of lists and texts."""
    for node in ast.walk(ast.parse(source, file)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        wanted = 1 if name == "say" else 2 if name == "count" and len(node.args) > 2 else 0
        if wanted and node.args:
            yield Found(tuple(_literal(a, file) for a in node.args[:wanted]), file, node.lineno)


def _literal(node: ast.expr, file: str) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise MtmError(
        "a message is not a literal text, so it would never be translated",
        where=f"{file}, line {node.lineno}",
        expected='say("…") or count("…", "…", n) with the texts written out',
        todo="write the whole message where it is said, one call for each",
        code="message_not_literal",
    )


def of_template(path: Path, file: str) -> Iterator[Found]:
    """The messages of a Jinja2 template."""
    from jinja2.ext import babel_extract

    options = {"silent": "false", "encoding": "utf-8"}
    with path.open("rb") as opened:
        for line, _, message, _ in babel_extract(opened, ["_", "gettext", "ngettext"], [], options):
            texts = message if isinstance(message, tuple) else (message,)
            yield Found(tuple(t for t in texts if t), file, line)
