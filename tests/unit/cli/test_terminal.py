"""Colours, progress, letters and completion, as a terminal, a pipe and a shell meet them."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from warehouse.cli import cli, main, progress, style
from warehouse.cli.letters import make_legible
from warehouse.cli.output import print_csv, print_error, print_json, print_table
from warehouse.errors import MtmError
from warehouse.progress import tell
from warehouse.settings import PROJECT


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    yield
    style.choose("auto")
    progress.silence(False)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Terminal]:
    """Makes both streams one terminal of 80 columns (from the test itself: before it, pytest puts its own back)."""

    def make() -> Terminal:
        stream = Terminal()
        monkeypatch.setattr(sys, "stdout", stream)
        monkeypatch.setattr(sys, "stderr", stream)
        return stream

    for name, value in (("TERM", "xterm"), ("COLUMNS", "80")):
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_COLOR", raising=False)
    return make


def test_colours_mean_something_and_the_word_stands_there_too(terminal: Callable[[], Terminal]) -> None:
    stream = terminal()
    print_table(["round", "state"], [("kgz-bma-r01", "published"), ("kgz-bma-r02", "refused: 3 checks")])
    print_error(MtmError("no room"), as_json=False)
    seen = stream.getvalue()
    assert "\x1b[32mpublished" in seen and "\x1b[31m\x1b[1mrefused: 3 checks" in seen and "\x1b[31m\x1b[1mmtm:" in seen


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_colours_are_switched_off_by_the_environment(
    terminal: Callable[[], Terminal], monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    stream = terminal()
    print_table(["state"], [("refused",)])
    print_error(MtmError("no room"), as_json=False)
    assert "\x1b" not in stream.getvalue() and "refused" in stream.getvalue()


@pytest.mark.parametrize("words", [["--no-color", "help"], ["help", "--color", "never"], ["help", "--no-color"]])
def test_colours_are_switched_off_before_or_after_the_command(
    terminal: Callable[[], Terminal], words: list[str]
) -> None:
    stream = terminal()
    cli.main([*words, "rounds"], standalone_mode=False)
    assert "\x1b" not in stream.getvalue() and "A round" in stream.getvalue()


def test_in_a_pipe_there_are_colours_only_when_asked_for() -> None:
    assert "\x1b" not in CliRunner().invoke(cli, ["help", "rounds"]).output
    assert "\x1b[1m" in CliRunner().invoke(cli, ["--color", "always", "help", "rounds"]).output


def test_a_terminal_has_one_living_line_that_leaves_nothing_behind(
    terminal: Callable[[], Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "AFTER", 0.05)
    monkeypatch.setattr(progress._Shown, "every", 0.02)
    stream = terminal()
    with progress.watching("looking"):
        tell("building the marts", "kgz-bma-r01", 2, 8)
        time.sleep(0.3)
        click.echo("an answer")
        time.sleep(0.1)
    seen = stream.getvalue()
    assert "kgz-bma-r01 · building the marts (2 of 8) · 0 s" in seen
    assert "\r\x1b[2Kan answer\n" in seen and seen.endswith("\r\x1b[2K")
    assert sys.stdout is stream


def test_a_pipe_gets_one_plain_line_for_each_round(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "AFTER", 0.05)
    monkeypatch.setattr(progress._Shown, "every", 0.02)
    with progress.watching("looking"):
        for number, key in enumerate(("r01", "r02"), 1):
            for stage in ("normalizing", "building"):
                tell(stage, key, number, 2)
                time.sleep(0.15)
    seen = capsys.readouterr()
    assert seen.err.splitlines() == ["   r01 … (1 of 2)", "   r02 … (2 of 2)"] and not seen.out


def test_quiet_and_json_say_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "AFTER", 0.0)
    monkeypatch.setattr(progress._Shown, "every", 0.01)

    def work(as_json: bool = False) -> None:
        time.sleep(0.1)
        progress.note("half way")

    progress.watched(work, lambda: "working")(as_json=True)
    assert capsys.readouterr().err == ""
    progress.silence(False)
    progress.watched(work, lambda: "working")()
    assert capsys.readouterr().err.splitlines() == ["   working …", "half way"]


@pytest.mark.parametrize("error", [OSError("no room"), ValueError("closed")])
def test_progress_that_nobody_reads_stops_in_silence(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    monkeypatch.setattr(progress, "AFTER", 0.0)
    monkeypatch.setattr(progress._Shown, "every", 0.01)
    failed: list[object] = []
    monkeypatch.setattr(threading, "excepthook", failed.append)
    tried: list[str] = []

    def broken(text: str) -> None:
        tried.append(text)
        raise error

    monkeypatch.setattr(progress, "say", broken)
    with progress.watching("looking"):
        time.sleep(0.1)
    assert tried == ["   looking …"] and not failed


def test_letters_that_an_encoding_has_not_break_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in ("stdout", "stderr"):
        monkeypatch.setattr(sys, stream, io.TextIOWrapper(io.BytesIO(), encoding="cp1251", write_through=True))
    make_legible()
    print_table(["place → next"], [("Өзгөн ң …",)])
    print_json({"place": "Өзгөн"})
    with pytest.raises(MtmError, match="PYTHONUTF8"):
        print_csv(["place"], [("Өзгөн",)])
    told = sys.stdout.buffer.getvalue().decode("cp1251")  # type: ignore[attr-defined]
    assert told.startswith("place -> next\nОзгон н …\n") and json.loads(told[told.index("{") :]) == {"place": "Өзгөн"}


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folders of a home with rounds and releases, as far as completion looks at them."""
    monkeypatch.setenv("MTM_HOME", str(tmp_path))
    for name in (
        "vault/deliveries/kgz-bma-r01",
        "vault/deliveries/kgz-bma-r02",
        "published/releases/r000009",
        "published/releases/r000010",
    ):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "published" / "tags.json").write_text('{"2025-annual": "r000009"}')
    return tmp_path


def completed(*words: str) -> list[str]:
    found = ShellComplete(cli, {}, "mtm", "_MTM_COMPLETE").get_completions(list(words[:-1]), words[-1])
    return [item.value for item in found]


@pytest.mark.usefixtures("filled")
def test_names_are_completed() -> None:
    assert completed("rel") == ["releases"]
    assert completed("findings", "kgz") == ["kgz-bma-r01", "kgz-bma-r02"]
    assert completed("run", "kgz-bma-r01", "kgz") == ["kgz-bma-r02"]
    assert completed("rollback", "") == ["r000010", "r000009", "2025-annual", "current", "latest-candidate"]
    assert completed("purge", "--round", "kgz-bma-r02") == ["kgz-bma-r02"]
    assert completed("query", "--release", "2025") == ["2025-annual"]
    assert completed("diff", "r00001") == ["r000010"]
    assert set(completed("receive", "--operation", "")) == {"kgz", "mli", "mwi", "nga"}
    assert completed("show", "--lang", "") == ["en", "ru", "ky"]
    assert "mart_headlines" in completed("trace", "mart_h") and "returns_by_year" in completed(
        "indicators", "show", "return"
    )
    assert completed("status", "--w") == ["--watch"]
    assert "environment" in completed("help", "env")


def test_without_a_home_completion_is_silent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MTM_HOME", str(tmp_path / "none"))
    assert [completed("findings", ""), completed("rollback", ""), completed("diff", "")] == [[], [], []]
    (tmp_path / "none" / "published" / "releases" / "r000001").mkdir(parents=True)
    (tmp_path / "none" / "published" / "tags.json").write_text("not json")
    assert completed("rollback", "") == ["r000001", "current", "latest-candidate"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not at hand")
def test_bash_completes_in_good_time(filled: Path) -> None:
    script = """eval "$(mtm completion bash)"; COMP_WORDS=(mtm findings kgz-); COMP_CWORD=2; _mtm_completion mtm; echo "${COMPREPLY[@]}"
    python -X importtime -c 'import warehouse.cli' 2>&1 | grep -cE ' (polars|duckdb|pydantic|yaml|rich)$'"""
    environment = {**os.environ, "PATH": f"{PROJECT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "--norc", "-c", script], env=environment, capture_output=True, text=True, cwd=PROJECT
    )
    assert done.stdout.splitlines() == ["kgz-bma-r01 kgz-bma-r02", "0"], done.stderr
    for shell in ("zsh", "fish"):
        assert "_MTM_COMPLETE" in CliRunner().invoke(cli, ["completion", shell]).output


def test_what_the_system_refuses_is_told_with_its_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("MTM_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(SystemExit) as ended:
        main(["receive", str(tmp_path / "file")])
    told = capsys.readouterr().err
    assert ended.value.code == 1 and "system_refuses" in told and "Not a directory" in told and "unexpected" not in told


def test_ctrl_c_is_answered(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stop(**_: object) -> None:
        raise click.exceptions.Abort

    monkeypatch.setattr(cli, "main", stop)
    with pytest.raises(SystemExit) as ended:
        main(["status"])
    assert ended.value.code == 1 and capsys.readouterr().err == "mtm: stopped\n"


def test_a_reader_that_has_had_enough_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([sys.executable, "-c", "from warehouse.cli import main; main(['completion', 'bash'])"], stdout=writing, stderr=subprocess.PIPE, cwd=PROJECT, check=False)  # fmt: skip
    os.close(writing)
    assert done.returncode == 0 and not done.stderr
