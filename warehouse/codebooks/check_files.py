"""Problems of an operation's files, with file, line and key; YAML files read so that every problem can be placed.

Reading files and placing problems belong here; what is wrong with their contents is in the other `check_*` modules.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

Loc = tuple[str | int, ...]
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong: where, what, and what was expected."""

    file: str
    line: int
    key: str
    what: str
    expected: str = ""

    def as_dict(self) -> dict[str, str | int]:
        """For `--json`."""
        return asdict(self)


@dataclass
class Checked:
    """One YAML file: its data, where each key stands, and the problems found so far."""

    path: Path
    shown: str  # the file's name in messages
    data: Any = None
    problems: list[Problem] = field(default_factory=list)
    _root: yaml.Node | None = None

    @classmethod
    def read(cls, path: Path, shown: str = "") -> Checked:
        """Read a file; broken YAML is a problem at its line."""
        file = cls(path, shown or path.name)
        try:
            text = path.read_text(encoding="utf-8")
            file._root = yaml.compose(text, Loader=LOADER)
            file.data = yaml.load(text, Loader=LOADER) or {}
            file._duplicate_keys(file._root, ())
        except (yaml.YAMLError, ValueError, OSError) as error:
            mark = getattr(error, "problem_mark", None)
            said = getattr(error, "problem", None) or str(error).splitlines()[0]
            file.problems.append(Problem(file.shown, mark.line + 1 if mark else 1, "", f"this is no YAML: {said}"))
            file.data = None
        return file

    def add(self, loc: Loc, what: str, expected: str = "") -> None:
        """A problem at a key (`("sheets", 0, "columns", 3, "type")`)."""
        self.problems.append(Problem(self.shown, self.line(loc), _shown(loc), what, expected))

    def line(self, loc: Loc) -> int:
        """The 1-based line of a key, or of the nearest key above it."""
        node, line = self._root, 1
        for part in loc:
            found = _child(node, part)
            if found is None:
                break
            node, line = found[0], found[1]
        return line

    def parse(self, model: type[BaseModel], *section: str) -> BaseModel | None:
        """The file (or a section of it) by its schema; every error of the schema becomes a problem."""
        data = self.data
        for key in section:
            data = data.get(key) or {}
        if data is None:
            return None
        try:
            return model.model_validate(data)
        except ValidationError as error:
            for one in error.errors():
                loc = (*section, *one["loc"])
                self.add(loc, *_said(one["type"], one["msg"], one.get("input"), one.get("ctx") or {}))
            return None

    def _duplicate_keys(self, node: yaml.Node | None, loc: Loc) -> None:
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                name = str(key.value)
                if name in seen:
                    what = "the key stands twice: the first one is not read"
                    self.problems.append(
                        Problem(self.shown, key.start_mark.line + 1, _shown((*loc, name)), what, "each key once")
                    )
                seen.add(name)
                self._duplicate_keys(value, (*loc, name))
        elif isinstance(node, yaml.SequenceNode):
            for i, value in enumerate(node.value):
                self._duplicate_keys(value, (*loc, i))


def _child(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if str(key.value) == str(part):
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        value = node.value[part]
        return value, value.start_mark.line + 1
    return None


def _shown(loc: Loc) -> str:
    """`sheets[0].columns[3].type`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return text.lstrip(".")


def _said(kind: str, message: str, value: Any, context: dict[str, Any]) -> tuple[str, str]:
    """What and expected, in plain words."""
    if kind == "extra_forbidden":
        return "the key is not known", "a key of docs/adding-a-country.md"
    if kind == "missing":
        return "the key is missing", "a value"
    if kind == "string_type":
        hint = " (in quotes: YAML reads yes, no, numbers and dates as something else)" if value is not None else ""
        return "the value is not a text", f"a text{hint}"
    if kind == "literal_error":
        return "the value is not one of those that are known", str(context.get("expected", ""))
    return message.removeprefix("Value error, "), ""
