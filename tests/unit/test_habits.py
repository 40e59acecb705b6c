"""Habits of the house that are no matter of style: what must not be committed, sizes, names, and that every check calls the same tools."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from tests.unit.test_conventions import every_module, modules, name, parsed
from warehouse.settings import PROJECT

LONGEST = 50  # lines of a function
USUAL = 10  # lines of a function, on average
MAKEFILE = (PROJECT / "Makefile").read_text(encoding="utf-8")
HOOKS = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]


@pytest.fixture(scope="module")
def check_files() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_files", PROJECT / ".ci" / "check_files.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_nothing_in_the_tree_should_not_be_there(check_files: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_files.main([]) == 0, capsys.readouterr().out


BAD = {
    "conflict.md": ("one\n" + "<" * 7 + " HEAD\n", "a merge marker, line 2"),
    "id_rsa": ("-----BEGIN OPENSSH " + "PRIVATE KEY-----\n", "a private key, line 1"),
    "settings.yml": ("key: AKIA" + "A1B2C3D4E5F6G7H8\n", "a key of a service, line 1"),
    "alerts.yml": ("u: https://hooks.slack.com/" + f"services/T{'0' * 8}/B{'0' * 8}/{'x' * 24}\n", "the address of a chat's webhook, line 1"),
    "docs/page.md": ("postgresql://publisher:" + "hunter2@db.example.org/mtm\n", "a password in an address, line 1"),
    "notes.md": ("see /" + "home/jdoe/rounds\n", "a path of somebody's machine, line 1"),
    "lock.toml": ('registry = "https:' + '//mirror.example.org/simple"\n', "the address of another package index than the public one"),
    "large.csv": ("x" * 600_000, "larger than 500 KB"),
    "round3.xlsx": ("", "a file of data: rounds live in MTM_HOME, tests make theirs"),
}  # fmt: skip


@pytest.mark.parametrize("file", BAD)
def test_what_must_not_be_committed_is_found(file: str, check_files: ModuleType, tmp_path: Path) -> None:
    text, what = BAD[file]
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    assert check_files.found(tmp_path, file) == [what]


def test_what_is_found_is_not_repeated(
    check_files: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "page.md").write_text("sftp://pull:" + "hunter2@files.example.org/in\n")
    assert check_files.main(["page.md"], tmp_path) == 1
    assert capsys.readouterr().out == "page.md: a password in an address, line 1\n"


def test_functions_are_short() -> None:
    lengths = {}
    for path in every_module():
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                said = len((ast.get_docstring(node) or "").splitlines())
                lengths[f"{name(path)}:{node.name}:{node.lineno}"] = (node.end_lineno or 0) - node.lineno + 1 - said
    assert {where: lines for where, lines in lengths.items() if lines > LONGEST} == {}
    assert sum(lengths.values()) / len(lengths) <= USUAL


def test_nothing_is_printed_into_the_answer_of_a_command() -> None:
    """Answers go through click, in `warehouse/cli`; progress goes to standard error."""
    for path in (*modules("warehouse"), *modules("expectations")):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
                to = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
                assert to.get("file") == "sys.stderr", f"{name(path)}:{node.lineno} prints"


def test_only_the_line_imports_dagster() -> None:
    for path in sorted((PROJECT / "bi").rglob("*.py")):
        assert not re.search(r"^\s*(?:import|from) (?:dagster|orchestration)\b", path.read_text(), re.MULTILINE), path


def test_a_test_file_has_a_name_of_its_own() -> None:
    names = Counter(path.name for path in (PROJECT / "tests").rglob("test_*.py"))
    assert [file for file, times in names.items() if times > 1] == []


def test_every_check_calls_a_tool_of_the_lock_and_none_is_fetched() -> None:
    assert [repo["repo"] for repo in HOOKS] == ["local"]
    hooks = HOOKS[0]["hooks"]
    assert {hook["language"] for hook in hooks} == {"system"}
    locked = (PROJECT / "uv.lock").read_text(encoding="utf-8")
    for hook in hooks:
        tool = re.match(r"\.venv/bin/([a-z-]+)", hook["entry"])
        assert tool and (tool[1] == "python" or f'name = "{tool[1]}"' in locked), hook["id"]
    entries = " ".join(hook["entry"] for hook in hooks)
    assert all(tool in entries for tool in ("ruff format", "ruff check", "mypy", "sqlfluff", "yamllint", "check_files"))
    assert "pre-commit run --all-files" in MAKEFILE and "pre-commit install" in MAKEFILE


def test_the_server_calls_the_same_commands() -> None:
    path = PROJECT / ".github" / "workflows" / "ci.yml"
    done = subprocess.run(
        [Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", path],
        capture_output=True, text=True, env=os.environ | {"NO_COLOR": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    flow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert flow["permissions"] == {"contents": "read"}
    runs = [step["run"] for job in flow["jobs"].values() for step in job["steps"] if "run" in step]
    targets = {command.split()[1] for command in runs if command.startswith("make ")}
    assert targets == {"lint", "test"} and ".ci/run" in runs
    assert targets <= set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    stated = re.search(r'requires-python = ">=3\.(\d+),<3\.(\d+)"', (PROJECT / "pyproject.toml").read_text())
    assert stated
    versions = [f"3.{minor}" for minor in range(int(stated[1]), int(stated[2]))]
    assert flow["jobs"]["test"]["strategy"]["matrix"]["python"] == versions, json.dumps(versions)


def test_what_help_says_of_exit_codes_is_text() -> None:
    """A comma in a YAML mapping of one line makes two keys of one sentence."""
    said = yaml.safe_load((PROJECT / "warehouse" / "cli" / "words" / "commands.yml").read_text(encoding="utf-8"))
    for command, entry in said.items():
        for code, text in (entry.get("exits") or {}).items():
            assert isinstance(code, int) and isinstance(text, str), f"{command}: {code}: {text}"
