"""The help: every command teaches by an example, fits 80 columns, and names only what there is."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from warehouse.cli import GROUPS, cli
from warehouse.cli.told import commands, topics, variables
from warehouse.settings import PROJECT

ROOMS = ("warehouse", "orchestration", "expectations", "dbt_project")
VARIABLE = re.compile(r"""["'](MTM_[A-Z0-9_]+)["']""")  # a name in quotes is one that is read or set


def every(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        here = f"{path} {name}".strip()
        yield here, command
        if isinstance(command, click.Group):
            yield from every(command, here)


COMMANDS = dict(every(cli))


def help_of(path: str) -> str:
    done = CliRunner().invoke(cli, [*path.split(), "--help"], terminal_width=80, prog_name="mtm")
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("path", COMMANDS)
def test_a_command_teaches_by_an_example_and_fits_80_columns(path: str) -> None:
    text = help_of(path)
    assert re.search(rf"(?m)^ .*\bmtm {path}\b", text.split("\n", 1)[1]), f"{path} has no example"
    assert max(map(len, text.splitlines())) <= 80, max(text.splitlines(), key=len)


def test_the_list_of_commands_has_one_whole_line_each() -> None:
    lines = help_of("").splitlines()
    assert max(map(len, lines)) <= 80
    for command in (c for members in GROUPS.values() for c in members):
        (line,) = [x for x in lines if re.match(rf"  {command.name}\s{{2,}}\S", x)]
        assert not line.endswith("..."), line


def test_examples_name_commands_and_options_that_there_are() -> None:
    for path, told in commands().items():
        if path.split()[0] not in cli.commands:
            continue
        assert path in COMMANDS, path
        for example in (x for x in told.example if x.startswith("mtm ")):
            words = shlex.split(example)[1:]
            here = next(h for n in (3, 2, 1) if (h := " ".join(words[:n])) in COMMANDS)
            known = {name for param in COMMANDS[here].params for name in param.opts}
            assert {w for w in words if w.startswith("--")} <= known, example


def test_every_topic_can_be_read_at_80_columns_and_names_pages_that_there_are() -> None:
    for name, topic in topics().items():
        done = CliRunner().invoke(cli, ["help", name])
        assert done.exit_code == 0 and topic.title in done.output
        assert max(map(len, done.output.splitlines())) <= 80, name
        assert all((PROJECT / page).is_file() for page in re.findall(r"docs/[\w-]+\.md", topic.text)), name


def test_every_variable_that_the_code_reads_is_listed() -> None:
    listed = {v.name for v in variables()}
    files = [p for room in ROOMS for p in (PROJECT / room).rglob("*") if p.suffix in (".py", ".yml", ".sql")]
    used = {name for p in files for name in VARIABLE.findall(p.read_text(encoding="utf-8"))}
    used |= set(re.findall(r"MTM_[A-Z_]+", (PROJECT / "Makefile").read_text(encoding="utf-8")))
    assert {"MTM_HOME", "MTM_KEEP_RELEASES", "MTM_SFTP_PASSWORD"} <= used  # the search finds them
    assert used <= listed, used - listed
    text = CliRunner().invoke(cli, ["help", "environment"]).output
    assert all(name in text for name in listed) and max(map(len, text.splitlines())) <= 80


def test_a_misspelt_word_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    from warehouse.cli import main

    for words, near in ((["relases"], "releases"), (["help", "releses"], "releases"), (["run", "--holt"], "--hold")):
        with pytest.raises(SystemExit) as ended:
            main(words)
        error = capsys.readouterr().err
        assert ended.value.code == 2 and near in error and len(error.strip().splitlines()) == 1, error


def test_a_wrong_round_is_answered_with_the_nearest(home, workbook, toy) -> None:  # type: ignore[no-untyped-def]
    from warehouse.deliveries.vault import Vault
    from warehouse.errors import UsageError

    for number in (1, 2):
        (home.vault / "deliveries" / f"toy-baseline-r0{number}").mkdir(parents=True)
        (home.vault / "deliveries" / f"toy-baseline-r0{number}" / "0001-ab.json").write_text("{}")
    with pytest.raises(UsageError, match=r"perhaps toy-baseline-r0\d"):
        Vault(home).current("toy-baseline-r3")


def test_mtm_alone_says_how_to_begin_where_nothing_was_delivered(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("MTM_HOME", str(tmp_path / "none"))
    done = CliRunner().invoke(cli, [])
    assert done.exit_code == 0 and "mtm demo" in done.output and "mtm receive FILE" in done.output
    assert not (tmp_path / "none").exists()
    (tmp_path / "none" / "vault" / "deliveries" / "kgz-bma-r01").mkdir(parents=True)
    assert "Take in and run" in CliRunner().invoke(cli, []).output
