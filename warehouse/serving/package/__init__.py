"""The open data package of a release: CSV, XLSX, Parquet, and what describes them, in one folder that is whole by itself.

Which files there are and in which order they are made belongs here; each is made by a module of its own.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.releases.contents import attach
from warehouse.releases.serving import DATABASE, SCHEMA

if TYPE_CHECKING:
    import duckdb

    from warehouse.serving.package.about import About
    from warehouse.serving.package.tables import Table
    from warehouse.serving.source import ReleaseSource

FOLDER = "package"
WORKBOOK = "mtm.xlsx"
RELEASE = f"release.{SCHEMA}"  # where the marts of a release are in a connection of `opened`


def write_package(source: ReleaseSource, folder: Path) -> Path:
    """Write `package/` into `folder` (the release's own, or any other) and return it. Equal releases give equal files."""
    with package_begun(source, folder) as target:
        return target


@contextmanager
def package_begun(source: ReleaseSource, folder: Path) -> Iterator[Path]:
    """The same, while other work is done: the workbook, which takes the longest, is written by a thread beside.

    What describes the whole (its hashes stand in `dcat.jsonld`) is written at the end.
    """
    from warehouse.serving.package.about import about
    from warehouse.serving.package.dcat import FILE, dcat
    from warehouse.serving.package.tables import tables
    from warehouse.serving.package.workbook_beside import workbook_begun

    target = folder / FOLDER
    target.mkdir(parents=True)
    with opened(source) as con:
        told, found = about(source, con), tables(con)
        with workbook_begun(con, told, found, target / WORKBOOK):
            _write_tables(source, con, told, found, target)
            yield target
    write_json(target / FILE, dcat(told, {t.name: t.title.en for t in found}, target))


def _write_tables(
    source: ReleaseSource, con: duckdb.DuckDBPyConnection, told: About, tables: list[Table], target: Path
) -> None:
    from warehouse.serving.package import citation, descriptor
    from warehouse.serving.package.csv_files import write_csvs
    from warehouse.serving.package.readme import readme, readme_name
    from warehouse.serving.words import LANGUAGES

    write_csvs(con, tables, target / "csv")
    link_parquet(source, tables, target / "parquet")
    left_out = write_sdmx(told, con, target / "sdmx")
    for lang in LANGUAGES:
        (target / readme_name(lang)).write_text(readme(told, tables, con, lang, left_out), encoding="utf-8")
    (target / citation.FILE).write_text(citation.citation_cff(told), encoding="utf-8")
    write_json(target / descriptor.FILE, descriptor.descriptor(told, tables, target))


@contextmanager
def opened(source: ReleaseSource) -> Iterator[duckdb.DuckDBPyConnection]:
    """The release's database, read-only, in a connection that may write files; `marts` is in its path."""
    import duckdb

    with duckdb.connect(":memory:") as con:
        attach(con, source.folder / DATABASE, "release")
        con.execute(f"USE {RELEASE}")
        con.execute("SET preserve_insertion_order = true")
        yield con


def link_parquet(source: ReleaseSource, tables: list[Table], folder: Path) -> None:
    """The release's Parquet files: hard links inside of the release (the same bytes, no room), copies anywhere else.

    What stands outside is its owner's to change: a link there would change the release.
    """
    folder.mkdir(parents=True, exist_ok=True)
    inside = folder.resolve().is_relative_to(source.folder.resolve())
    for table in tables:
        of = source.folder / "parquet" / f"{table.name}.parquet"
        if not (inside and _linked(of, folder / of.name)):
            shutil.copyfile(of, folder / of.name)


def _linked(of: Path, to: Path) -> bool:
    try:
        os.link(of, to)
    except OSError:  # a disk that has no links
        return False
    return True


def write_sdmx(told: About, con: duckdb.DuckDBPyConnection, folder: Path) -> list[str]:
    """The headline series and their structure, where the release has them. Returns the rounds that are left out."""
    from warehouse.serving.package.sdmx import sdmx_csv, series
    from warehouse.serving.package.sdmx_structure import structure_xml

    found = series(con)
    if found is None:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "headlines.csv").write_text(sdmx_csv(found), encoding="utf-8")
    (folder / "structure.xml").write_bytes(structure_xml(told, found))
    return found.left_out


def write_json(path: Path, data: object) -> None:
    """JSON as people can read it."""
    from warehouse.serving.package.indented import indented

    path.write_text(indented(data) + "\n", encoding="utf-8")
