"""The files that the site hands out: downloads of a release with size and sha256, its reports, its Data Docs.

Copying out of a release, or making what an older release lacks, belongs here. Files are copied, never linked: a site is
moved and changed by others, a release never is. Nothing but a release's folder is read.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from warehouse.deliveries.disk import file_hash
from warehouse.settings import PROJECT

if TYPE_CHECKING:
    from warehouse.serving.site.catalogue import Catalogue, Listed
    from warehouse.serving.source import ReleaseSource

REPORT = re.compile(r"(?P<round>[a-z]{2,8}-[a-z]+-r\d+)\.(?P<lang>en|ru|ky)\.html")
EARLIEST = (1980, 1, 1, 0, 0, 0)  # of a file in a ZIP: equal contents, equal bytes
PACKAGE, REPORTS, GATE = "package", "reports", "gate"
DATABASE, PARQUET_ZIP, PACKAGE_ZIP = "mtm.duckdb", "parquet.zip", "package.zip"


@dataclass(frozen=True)
class Download:
    """One file that the site hands out: `url` from the site's root."""

    name: str
    url: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Report:
    """A round's report in one language, as the release `release_id` brought it."""

    round_key: str
    lang: str
    release_id: str
    url: str


@dataclass
class Files:
    """What was put into the site, by release; `made`: folder → what it was made from, for the next time."""

    downloads: dict[str, list[Download]]
    package: dict[str, list[Download]]
    parquet: dict[str, dict[str, Download]]
    reports: list[Report]
    gate: dict[str, str]
    made: dict[str, str]

    def report(self, round_key: str, lang: str) -> Report | None:
        """The report of a round in a language."""
        return next((r for r in self.reports if (r.round_key, r.lang) == (round_key, lang)), None)


@dataclass(frozen=True)
class Before:
    """The site that stood before: what was made for it is taken over where nothing that makes it has changed."""

    folder: Path
    made: dict[str, str]

    def takes_over(self, name: str, key: str, site: Path) -> bool:
        """Copy a made folder; False where it has to be made."""
        if self.made.get(name) != key or not (self.folder / name).is_dir():
            return False
        shutil.copytree(self.folder / name, site / name)
        return True


def put(site: Path, c: Catalogue, before: Before, *, every: bool) -> Files:
    """Put downloads, reports and Data Docs into the site. `every`: the whole files of older releases too."""
    files = Files({}, {}, {}, [], {}, {})
    for release in (r for r in c.releases if r.is_open):
        if _is_gated(c, release):
            files.gate[release.release_id] = _gate(site, release)
        if (release.state == "served" or every) and c.is_whole(release):
            _downloads(site, c, release, before, files)
    for version in c.served.rounds:
        bringer = c.bringer(version) or c.served
        if c.is_told(version.round_key):
            _reports(site, c, bringer, version.round_key, before, files)
    return files


def _is_gated(c: Catalogue, release: Listed) -> bool:
    folder = release.folder
    return folder is not None and (folder / GATE / "index.html").is_file() and all(c.is_told(k) for k in release.brought)


def _gate(site: Path, release: Listed) -> str:
    """The Data Docs of the verdict; they load nothing. Returns their address."""
    assert release.folder
    _copy_tree(release.folder / GATE, site / GATE / release.release_id)
    return f"{GATE}/{release.release_id}/index.html"


def _downloads(site: Path, c: Catalogue, release: Listed, before: Before, files: Files) -> None:
    assert release.folder
    base = f"files/{release.release_id}"
    target = site / base
    target.mkdir(parents=True, exist_ok=True)
    _copy_tree(release.folder / "parquet", target / "parquet")
    shutil.copyfile(release.folder / DATABASE, target / DATABASE)
    _zip(target / "parquet", target / PARQUET_ZIP, f"mtm-{release.release_id}-parquet")
    files.parquet[release.release_id] = {
        p.stem: _download(site, p) for p in sorted((target / "parquet").glob("*.parquet"))
    }
    names = [PARQUET_ZIP, DATABASE]
    if _package(site, c, release, f"{base}/{PACKAGE}", before, files):
        _zip(target / PACKAGE, target / PACKAGE_ZIP, f"mtm-{release.release_id}")
        names.insert(0, PACKAGE_ZIP)
        inside = sorted(p for p in (target / PACKAGE).rglob("*") if p.is_file())
        files.package[release.release_id] = [_download(site, p, target / PACKAGE) for p in inside]
    files.downloads[release.release_id] = [_download(site, target / name) for name in names]


def _package(site: Path, c: Catalogue, release: Listed, name: str, before: Before, files: Files) -> bool:
    assert release.folder
    if (release.folder / PACKAGE).is_dir():
        _copy_tree(release.folder / PACKAGE, site / name)
        return True
    return _made(site, name, _key(release, ""), before, files, _writer("package", "write_package"), c.opened(release))


def _reports(site: Path, c: Catalogue, release: Listed, round_key: str, before: Before, files: Files) -> None:
    """The report of a round: from the release that brought it, else made from the marts of that release."""
    assert release.folder
    name = f"{REPORTS}/{round_key}"
    kept = sorted((release.folder / REPORTS).glob(f"{round_key}.*.html"))
    if kept:
        (site / name).mkdir(parents=True)
        for path in kept:
            shutil.copyfile(path, site / name / path.name)
    else:
        source = replace(c.opened(release), brought=[round_key])
        if not _made(site, name, _key(release, round_key), before, files, _writer("report", "write_reports"), source):
            return
    for path in sorted((site / name).rglob("*.html")):
        if (found := REPORT.fullmatch(path.name)) and found["round"] == round_key:
            url = path.relative_to(site).as_posix()
            files.reports.append(Report(round_key, found["lang"], release.release_id, url))


Writer = Callable[["ReleaseSource", Path], Any]


def _made(site: Path, name: str, key: str, before: Before, files: Files, write: Writer | None, source: ReleaseSource) -> bool:
    """Make what a release lacks, or take it over from the site before."""
    if write is None:
        return False
    if not before.takes_over(name, key, site):
        with TemporaryDirectory(dir=site.parent) as scratch:
            write(source, Path(scratch))
            made = [p for p in Path(scratch).iterdir() if p.is_dir()]  # `reports` or `package`
            if len(made) != 1:
                return False
            _copy_tree(made[0], site / name)
    files.made[name] = key
    return True


def _writer(module: str, function: str) -> Writer | None:
    """What makes reports and packages, where this installation has it."""
    from importlib import import_module

    try:
        return getattr(import_module(f"warehouse.serving.{module}"), function, None)
    except ModuleNotFoundError:
        return None


def _key(release: Listed, more: str) -> str:
    """What a made folder depends on: the contents of the release, the code and words of serving, the operations' files."""
    told = f"{release.release_id} {release.content_hash} {release.published_at} {more} {serving_hash()}"
    return hashlib.sha256(told.encode()).hexdigest()


@cache
def serving_hash() -> str:
    """The hash of all files that reports and packages are made by."""
    folders = (PROJECT / "warehouse/serving", PROJECT / "warehouse/indicators", PROJECT / "operations")
    paths = sorted(p for f in folders for p in f.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.relative_to(PROJECT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _download(site: Path, path: Path, under: Path | None = None) -> Download:
    name = path.relative_to(under).as_posix() if under else path.name
    return Download(name, path.relative_to(site).as_posix(), path.stat().st_size, file_hash(path))


def _copy_tree(source: Path, target: Path) -> None:
    """Copy files' contents, not their permissions: releases are read-only, a site can be replaced."""
    for path in sorted(p for p in source.rglob("*") if p.is_file() and not p.is_symlink()):
        to = target / path.relative_to(source)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, to)


def _zip(folder: Path, target: Path, top: str) -> None:
    """A folder as ZIP, its files in order and with one date."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            entry = zipfile.ZipInfo(f"{top}/{path.relative_to(folder).as_posix()}", EARLIEST)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, path.read_bytes())
