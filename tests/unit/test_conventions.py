"""Conventions that hold the house together: imports go down, nothing heavy at import, every module says what belongs in it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from warehouse.settings import PROJECT

ROOMS = ("warehouse", "expectations", "orchestration")
FORBIDDEN = {
    "warehouse": {"dagster", "dagster_dbt", "great_expectations", "expectations", "orchestration"},
    "expectations": {"dagster", "dagster_dbt", "orchestration"},
    "orchestration": set(),
}
# The command line starts the line, which is the Dagster job: these modules import it inside a function, nobody else does.
STARTS_THE_LINE = {
    "warehouse/cli/rounds.py",
    "warehouse/cli/operate.py",
    "warehouse/cli/migrate.py",
    "warehouse/cli/shown.py",
}
HEAVY = {
    "great_expectations",
    "dbt",
    "dagster_dbt",
    "pandas",
    "matplotlib",
    "altair",
    "python_calamine",
    "xlsxwriter",
    "pycountry",
    "pyspark",
    "pysail",
}
DAGSTER_ROOM = {"dagster_dbt"}


def modules(room: str) -> list[Path]:
    return sorted((PROJECT / room).rglob("*.py"))


def every_module() -> list[Path]:
    return [path for room in ROOMS for path in modules(room)]


def imported(tree: ast.AST, *, top_only: bool) -> Iterator[str]:
    nodes = tree.body if top_only and isinstance(tree, ast.Module) else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


@pytest.mark.parametrize("room", ROOMS)
def test_imports_go_down(room: str) -> None:
    for path in modules(room):
        allowed = {"orchestration"} if name(path) in STARTS_THE_LINE else set()
        upward = set(imported(parsed(path), top_only=False)) & FORBIDDEN[room]
        assert upward <= allowed, f"{name(path)} imports {upward - allowed}"
        assert not set(imported(parsed(path), top_only=True)) & FORBIDDEN[room], (
            f"{name(path)} imports upward at its top"
        )


@pytest.mark.parametrize("path", every_module(), ids=name)
def test_a_module_says_what_belongs_in_it_and_imports_nothing_heavy(path: Path) -> None:
    tree = parsed(path)
    text = path.read_text(encoding="utf-8")
    if text.strip():
        assert len(ast.get_docstring(tree) or "") > 40, f"{name(path)} does not say what belongs in it"
    heavy = set(imported(tree, top_only=True)) & HEAVY
    assert not heavy - (DAGSTER_ROOM if name(path).startswith("orchestration") else set()), (
        f"{name(path)} imports {heavy}"
    )
    assert text.count("\n") <= 300, f"{name(path)} has grown past 300 lines: two rooms?"


def test_no_path_of_a_machine_is_written_down() -> None:
    here = str(PROJECT.parent) + "/"
    files = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    for file in filter(None, files):
        path = PROJECT / file
        if path.suffix in {".png", ".lock"} or not path.is_file():
            continue
        assert here not in path.read_text(encoding="utf-8", errors="ignore"), f"{file} names a folder of this machine"


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    code = "import sys, warehouse.cli; print([m for m in ('polars', 'duckdb', 'dagster', 'dbt', 'great_expectations') if m in sys.modules])"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert seen.stdout.strip() == "[]"
