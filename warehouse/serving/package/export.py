"""A release in one format, for somebody who asks for it: `mtm export`.

What each format is, where it is written and what is never overwritten belongs here; files are made by the rest of the room.
Where the release has its package, its files are handed out as they were published; else they are made from its database.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.errors import MtmError, UsageError
from warehouse.serving.package import FOLDER, WORKBOOK, link_parquet, opened, write_json, write_package, write_sdmx

if TYPE_CHECKING:
    import duckdb

    from warehouse.serving.package.about import About
    from warehouse.serving.package.tables import Table
    from warehouse.serving.source import ReleaseSource

FORMATS = ("csv", "xlsx", "parquet", "sdmx", "dcat", "frictionless", "package")
ENDINGS = {"xlsx": ".xlsx", "dcat": ".dcat.jsonld", "package": ".zip"}  # one file; the others are folders
WHOLE = {"sdmx", "dcat", "package"}  # of the release, not of single marts


@dataclass(frozen=True)
class Asked:
    """What was asked for. `marts`: these only; none: all. `lang`: of the names in a workbook's sheets of figures."""

    form: str
    marts: tuple[str, ...] = ()
    out: Path | None = None
    force: bool = False
    lang: str = "en"


def export(source: ReleaseSource, asked: Asked) -> list[Path]:
    """Write it; the files that were written. Raises UsageError where nothing may be written, or a mart is not there."""
    if asked.marts and asked.form in WHOLE:
        raise UsageError(f"{asked.form} is made of the whole release", where="--mart", expected="no --mart",
                         todo="leave it out, or ask for csv, xlsx, parquet or frictionless", code="whole_release_only")  # fmt: skip
    with opened(source) as con:
        told, tables = _asked(source, con, asked)
        target = asked.out or Path(f"{told.name}{ENDINGS.get(asked.form, '-' + asked.form)}")
        _free(target, asked)
        try:
            if asked.form in ENDINGS:
                return [_file(source, told, asked, target)]
            return _folder(source, con, told, tables, asked, target)
        except OSError as error:
            raise MtmError(f"the export could not be written: {error.strerror or type(error).__name__}", where=target.name,
                           expected="room, and a folder that can be written", todo="name another place with --out",
                           code="not_written") from error  # fmt: skip


def _asked(source: ReleaseSource, con: duckdb.DuckDBPyConnection, asked: Asked) -> tuple[About, list[Table]]:
    from warehouse.serving.package.about import about
    from warehouse.serving.package.tables import tables

    found = tables(con)
    known = {t.name for t in found}
    if unknown := sorted(set(asked.marts) - known):
        raise UsageError(f"{source.release_id} has no mart {unknown[0][:64]}", where="--mart", expected=f"one of {', '.join(sorted(known))}",
                         todo='mtm query "SHOW TABLES" shows them', code="unknown_mart")  # fmt: skip
    return about(source, con), [t for t in found if not asked.marts or t.name in asked.marts]


def _free(target: Path, asked: Asked) -> None:
    """Nothing that stands there is lost unasked; a folder is never emptied."""
    one = asked.form in ENDINGS
    if (one and target.is_dir()) or (not one and target.exists() and not target.is_dir()):
        raise UsageError(f"{target.name} is {'a folder' if one else 'a file'}", where="--out",
                         expected="a file" if one else "a folder", todo="name another place", code="wrong_place")  # fmt: skip
    taken = target.exists() if one else target.is_dir() and any(target.iterdir())
    if taken and not asked.force:
        raise UsageError(f"{target.name} is there already", where="--out", expected="a new name",
                         todo="name another place, or overwrite with --force", code="already_there")  # fmt: skip
    if one and target.suffix.lower() != f".{ENDINGS[asked.form].rpartition('.')[2]}":
        raise UsageError(f"{target.name} does not end on {ENDINGS[asked.form]}", where="--out", expected=f"a name that ends on {ENDINGS[asked.form]}",
                         todo="name the file so", code="wrong_ending")  # fmt: skip


def _file(source: ReleaseSource, told: About, asked: Asked, target: Path) -> Path:
    """One file: written beside its place, then moved there, so that it is whole or not there."""
    from warehouse.serving.package.archive import write_zip
    from warehouse.serving.package.dcat import FILE
    from warehouse.serving.package.workbook import write_workbook

    with _scratch(target) as scratch:
        made = scratch / target.name
        if asked.form == "xlsx" and (asked.marts or asked.lang != "en" or not (source.folder / FOLDER).is_dir()):
            write_workbook(source, made, lang=asked.lang, only=list(asked.marts) or None)
        else:
            package = source.folder / FOLDER
            package = package if package.is_dir() else write_package(source, scratch)
            kept: dict[str, Callable[[], object]] = {
                "xlsx": lambda: shutil.copyfile(package / WORKBOOK, made),
                "dcat": lambda: shutil.copyfile(package / FILE, made),
                "package": lambda: write_zip(package, made, told.name, told.day),
            }
            kept[asked.form]()
        os.replace(made, target)
    return target


def _folder(
    source: ReleaseSource, con: duckdb.DuckDBPyConnection, told: About, tables: list[Table], asked: Asked, target: Path
) -> list[Path]:
    from warehouse.serving.package.csv_files import write_csvs
    from warehouse.serving.package.descriptor import FILE, descriptor

    with _scratch(target) as scratch:
        made = scratch / "made"
        made.mkdir()
        if asked.form == "csv":
            write_csvs(con, tables, made)
        elif asked.form == "parquet":
            link_parquet(source, tables, made)
        elif asked.form == "sdmx":
            write_sdmx(told, con, made)
        else:
            write_csvs(con, tables, made / "csv")
            write_json(made / FILE, descriptor(told, tables, made))
        files = sorted(p for p in made.rglob("*") if p.is_file())
        if not files:
            raise UsageError(f"{source.release_id} has no headline figures", expected="a release with mart_headlines",
                             todo="mtm export csv hands out what it has", code="nothing_to_export")  # fmt: skip
        return [_moved(file, target / file.relative_to(made)) for file in files]


def _moved(file: Path, to: Path) -> Path:
    to.parent.mkdir(parents=True, exist_ok=True)
    os.replace(file, to)
    return to


@contextmanager
def _scratch(target: Path) -> Iterator[Path]:
    """A folder on the same disk as the target, gone afterwards."""
    target.absolute().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".mtm-export-", dir=target.absolute().parent) as scratch:
        yield Path(scratch)
