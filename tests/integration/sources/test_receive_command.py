"""`mtm receive` with files, folders, URLs and names of sources, mixed; what goes wrong does not stop the rest."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.sources.web_server import File, Web
from warehouse.cli import main
from warehouse.deliveries.vault import Vault
from warehouse.settings import Home


@pytest.fixture
def mtm(home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Runs a command; gives exit code, standard output and standard error."""
    monkeypatch.setenv("MTM_HOME", str(home.root))

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


@pytest.fixture
def folder(tmp_path: Path, rows_file: Callable[..., bytes]) -> Path:
    place = tmp_path / "delivered"
    place.mkdir()
    (place / "round1.xlsx").write_bytes(rows_file(1))
    (place / "round1_corrected.xlsx").write_bytes(rows_file(1, people=50))
    (place / "~$round1.xlsx").write_bytes(b"x")
    (place / "older").mkdir()
    return place


def test_a_folder_twice_is_nothing_new(mtm: Callable[..., Any], folder: Path, vault: Vault) -> None:
    code, out, err = mtm("receive", str(folder))
    assert code == 0 and "delivery 1 of" in out and "delivery 2 of" in out and "1 folders below" in err
    code, out, _ = mtm("receive", str(folder))
    assert code == 0 and "it was delivery 1" in out and "it is delivery 2" in out
    assert len(vault.deliveries("toy-baseline-r01")) == 2
    code, out, _ = mtm("receive", str(folder / "round1.xlsx"))
    assert "delivery 3 of" in out and "stood before as delivery 1" in out


def test_files_urls_and_sources_are_mixed_and_the_bad_ones_do_not_stop_the_rest(mtm: Callable[..., Any], folder: Path, web: Web, toy: Path, rows_file: Callable[..., bytes], vault: Vault) -> None:  # fmt: skip
    (toy / "sources.yml").write_text(f'sources: [{{name: share, url: "{web.url}/round3.xlsx", round: 3}}]')
    web.routes |= {"/round2.xlsx": File(rows_file(2)), "/round3.xlsx": File(rows_file(3))}
    (folder / "broken.xlsx").write_bytes(b"PK\x03\x04")
    code, _, err = mtm("receive", str(folder / "broken.xlsx"), f"{web.url}/none.xlsx", f"{web.url}/round2.xlsx", "share")  # fmt: skip
    assert code == 4
    assert "broken.xlsx: refused" in err and "none.xlsx: not received" in err
    assert vault.rounds() == ["toy-baseline-r02", "toy-baseline-r03"]
    assert vault.current("toy-baseline-r03").source_name == "toy/share"


def test_json_answers(mtm: Callable[..., Any], folder: Path, web: Web) -> None:
    code, out, _ = mtm("receive", "--json", str(folder / "round1.xlsx"), f"{web.url}/none.xlsx?sig=s1gned")
    first, second = json.loads(out)
    assert code == 1 and first["is_new"] and first["delivery_seq"] == 1 and first["why"]
    assert second["code"] == "source_not_found" and "s1gned" not in out


@pytest.mark.parametrize("arguments", [["no/such/file.xlsx"], ["nosource"], ["--source", "nosource"], [], ["kobo+http://kf.example.org/aToy"], ["zip::s3://b/x"]])  # fmt: skip
def test_usage_errors(mtm: Callable[..., Any], arguments: list[str]) -> None:
    code, _, err = mtm("receive", *arguments)
    assert code == 2 and err.count("\n") == 1


def test_a_name_that_is_a_file_too_is_not_guessed(mtm: Callable[..., Any], toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    (toy / "sources.yml").write_text('sources: [{name: share, url: "http://127.0.0.1:9/x"}]')
    monkeypatch.chdir(tmp_path)
    (tmp_path / "share").write_bytes(b"x")
    code, _, err = mtm("receive", "share")
    assert code == 2 and "--source share" in err
    assert "not a table" not in err


def test_near_names_are_told(mtm: Callable[..., Any], toy: Path) -> None:
    (toy / "sources.yml").write_text('sources: [{name: kobo-baseline, url: "s3://b/x"}]')
    assert "sources are: kobo-baseline" in mtm("receive", "kobo-baselin")[2]
