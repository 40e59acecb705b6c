"""The PDF needs a Chromium: found by its name, run safely, and missed with a plain error. And the command that asks for it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.unit.serving.report.small_release import ROUND, small_release
from warehouse.cli.report import report
from warehouse.errors import MtmError, UsageError
from warehouse.serving.report.pdf import chromium, pdf


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    made = small_release(tmp_path)
    monkeypatch.setattr("warehouse.serving.source.published", lambda home, name=None: made)
    monkeypatch.chdir(tmp_path)
    return CliRunner()


def test_without_a_chromium_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("MTM_CHROMIUM", raising=False)
    with pytest.raises(MtmError) as none:
        chromium()
    assert none.value.code == "no_chromium" and "MTM_CHROMIUM" in str(none.value)
    monkeypatch.setenv("MTM_CHROMIUM", str(tmp_path / "nothing"))
    with pytest.raises(MtmError, match="there is no Chromium at MTM_CHROMIUM"):
        chromium()


def test_a_browser_that_makes_no_pdf_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    monkeypatch.setenv("MTM_CHROMIUM", str(program))
    with pytest.raises(MtmError) as failed:
        pdf("<p>x</p>")
    assert failed.value.code == "pdf_failed"


def test_a_chromium_prints_the_pages_with_their_running_heads() -> None:
    try:
        chromium()
    except MtmError as none:
        pytest.skip(str(none))
    from pypdf import PdfReader

    pages = PdfReader(io.BytesIO(pdf("<html lang=en><title>T</title><p>Эмигранттар өлкөсү</p>"))).pages
    assert len(pages) == 1 and "Эмигранттарөлкөсү" in pages[0].extract_text().replace(" ", "")


def test_the_command_writes_the_page_and_answers(asked: CliRunner, tmp_path: Path) -> None:
    done = asked.invoke(report, [ROUND, "--lang", "ky", "--json"], catch_exceptions=False)
    told = json.loads(done.stdout)
    assert told["report"] == f"{ROUND}.ky.html" and told["release_id"] == "r000001" and told["language"] == "ky"
    assert (tmp_path / told["report"]).stat().st_size == told["bytes"]
    done = asked.invoke(report, [ROUND, "--out", str(tmp_path)], catch_exceptions=False)
    assert (tmp_path / f"{ROUND}.en.html").is_file() and "r000001" in done.output
    asked.invoke(report, [ROUND, "--out", "made/here/"], catch_exceptions=False)
    assert (tmp_path / "made" / "here" / f"{ROUND}.en.html").is_file()


@pytest.mark.parametrize("out,more,code", [("x.doc", [], "report_format"), ("x.html", ["--pdf"], "report_format"),
                                           ("x", [], "report_format"), ("nowhere/x.html", [], "not_writable")])  # fmt: skip
def test_a_name_that_can_not_be_is_refused(asked: CliRunner, out: str, more: list[str], code: str) -> None:
    done = asked.invoke(report, [ROUND, "--out", out, *more])
    assert isinstance(done.exception, UsageError) and done.exception.code == code
