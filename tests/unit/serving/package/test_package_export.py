"""Handing out: equal releases give equal bytes, nothing is overwritten unasked, and a release is never changed by it."""

from __future__ import annotations

import hashlib
import os
import zipfile
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.unit.serving.package.release import make_release
from warehouse.errors import MtmError, UsageError
from warehouse.serving.package import opened, write_package
from warehouse.serving.package.about import about
from warehouse.serving.package.export import Asked, export
from warehouse.serving.package.tables import tables
from warehouse.serving.package.workbook_beside import workbook_begun
from warehouse.serving.source import ReleaseSource


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> ReleaseSource:
    """The same release made anew, with its package inside."""
    made = make_release(tmp_path_factory.mktemp("again") / "r000042")
    write_package(made, made.folder)
    return made


def test_equal_releases_give_equal_packages_that_are_whole_by_themselves(package: Path, again: ReleaseSource) -> None:
    made = again.folder / "package"
    assert hashes(made) == hashes(package)
    name = "parquet/mart_reasons.parquet"
    assert os.path.samefile(made / name, again.folder / name)  # no room taken inside of the release
    assert not any(p.is_symlink() for p in made.rglob("*"))
    assert (package / name).stat().st_nlink == 1  # elsewhere a copy: a link could change the release
    assert sorted(p.name for p in made.iterdir()) == [
        "CITATION.cff", "README.ky.md", "README.md", "README.ru.md", "csv", "datapackage.json", "dcat.jsonld", "mtm.xlsx", "parquet", "sdmx",
    ]  # fmt: skip


def test_each_format_is_written_where_it_was_asked_for(release: ReleaseSource, package: Path, tmp_path: Path) -> None:
    two = ("dim_round", "mart_reasons")
    assert [p.name for p in export(release, Asked("csv", two, tmp_path / "c"))] == ["dim_round.csv", "mart_reasons.csv"]
    assert (tmp_path / "c/dim_round.csv").read_bytes() == (package / "csv/dim_round.csv").read_bytes()
    assert len(export(release, Asked("parquet", two, tmp_path / "p"))) == 2
    assert [p.name for p in export(release, Asked("sdmx", (), tmp_path / "s"))] == ["headlines.csv", "structure.xml"]
    export(release, Asked("xlsx", two, tmp_path / "x.xlsx", lang="ru"))
    assert zipfile.is_zipfile(tmp_path / "x.xlsx")
    export(release, Asked("frictionless", two, tmp_path / "f"))
    from frictionless import validate

    assert validate(str(tmp_path / "f" / "datapackage.json")).valid
    assert not list(tmp_path.glob(".mtm-export-*"))


def test_the_whole_is_one_file_of_equal_bytes(package: Path, again: ReleaseSource, tmp_path: Path) -> None:
    first, second = (export(again, Asked("package", (), tmp_path / name))[0] for name in ("a.zip", "b.zip"))
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert archive.testzip() is None
        names = {n.removeprefix("mtm-v0-v1-v2-r000042/") for n in archive.namelist()}
    assert names == set(hashes(package))
    export(again, Asked("dcat", (), tmp_path / "d.jsonld"))
    assert (tmp_path / "d.jsonld").read_bytes() == (package / "dcat.jsonld").read_bytes()


@pytest.mark.parametrize(("asked", "code"), [
    (Asked("csv", ("mart_nope",)), "unknown_mart"), (Asked("package", ("dim_round",)), "whole_release_only"),
    (Asked("csv", (), Path("full")), "already_there"), (Asked("xlsx", (), Path("file")), "already_there"),
    (Asked("xlsx", (), Path("full"), force=True), "wrong_place"), (Asked("csv", (), Path("file"), force=True), "wrong_place"),
    (Asked("package", (), Path("all.tar")), "wrong_ending"), (Asked("xlsx", (), Path("new")), "wrong_ending"),
])  # fmt: skip
def test_what_is_refused(
    release: ReleaseSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: Asked, code: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    for path in (tmp_path / "full" / "mine", tmp_path / "file"):
        path.write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError) as error:
        export(release, asked)
    assert error.value.code == code
    assert hashes(tmp_path) == dict.fromkeys(("file", "full/mine"), hashlib.sha256(b"mine").hexdigest())


def test_force_overwrites_files_and_empties_no_folder(release: ReleaseSource, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine", encoding="utf-8")
    (tmp_path / "dim_round.csv").write_text("old", encoding="utf-8")
    export(release, Asked("csv", ("dim_round",), tmp_path, force=True))
    assert (tmp_path / "mine").read_text() == "mine" and (tmp_path / "dim_round.csv").read_text() != "old"


def begun(release: ReleaseSource, con: Any, path: Path) -> AbstractContextManager[None]:
    """A workbook that is being written beside."""
    return workbook_begun(con, about(release, con), tables(con), path)


def test_a_workbook_that_fails_is_one_plain_line(release: ReleaseSource, tmp_path: Path) -> None:
    with opened(release) as con, pytest.raises(MtmError) as error, begun(release, con, tmp_path / "gone" / "mtm.xlsx"):
        pass
    assert error.value.code == "workbook_failed" and str(tmp_path) not in str(error.value)


def test_a_workbook_is_given_up_where_other_work_fails(release: ReleaseSource, tmp_path: Path) -> None:
    with (
        opened(release) as con,
        pytest.raises(ValueError, match="other work"),
        begun(release, con, tmp_path / "mtm.xlsx"),
    ):
        raise ValueError("other work")
    assert not list(tmp_path.iterdir())
