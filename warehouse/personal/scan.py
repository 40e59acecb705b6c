"""The search for personal values in everything that lies outside of the vault and the build side, before a flip and on demand.

Which files are searched for which values belongs here, and what is said of it: files, columns and counts, never a value.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.deliveries.vault import Delivery, Vault
from warehouse.errors import MtmError
from warehouse.personal.contents import contents, marts_cells
from warehouse.personal.search import AT_ONCE, CELL, Needles
from warehouse.personal.shapes import HIDDEN, shown
from warehouse.personal.values import nobodys, personal_values_of, remembered
from warehouse.settings import Home

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from warehouse.releases.candidate import Candidate

DATABASE, SCHEMA, PARQUET = "mtm.duckdb", "marts", "parquet"  # as `releases/serving.py` writes them
TOGETHER = 1 << 16  # bytes: a table has hundreds of columns, and most hold a few short texts
CODE = "personal_data_found"
DELIVERED = ("vault", "build", "inbox", "sample")  # what was delivered lies there, and the microdata made of it


@dataclass
class Scan:
    """What was searched and what was found. `hits`: file and column -> number of times that any value stands there."""

    values: int = 0
    files: int = 0
    bytes: int = 0
    hits: dict[str, int] = field(default_factory=dict)
    whose: dict[str, dict[str, int]] = field(default_factory=dict, repr=False)  # by value: never leaves the memory

    def add(self, place: str, found: dict[str, int]) -> None:
        """Count what was found at a place."""
        if found:
            self.hits[place] = self.hits.get(place, 0) + sum(found.values())
            known = self.whose.setdefault(place, {})
            known.update({value: known.get(value, 0) + n for value, n in found.items()})

    def join(self, other: Scan) -> None:
        """The search of the same files for other values."""
        self.values, self.files, self.bytes = self.values + other.values, other.files, other.bytes
        for place, found in other.whose.items():
            self.add(place, found)

    def of(self, values: frozenset[str]) -> dict[str, int]:
        """The hits of some of the values."""
        counted = {place: sum(n for v, n in found.items() if v in values) for place, found in self.whose.items()}
        return {place: n for place, n in counted.items() if n}

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON: without values."""
        return {"values": self.values, "files": self.files, "bytes": self.bytes, "hits": self.hits}


def scan_release(home: Home, candidate: Candidate, staging: Path) -> dict[str, Any]:
    """Search all that is about to be published, logs, Dagster's storage, dbt's folders and Data Docs for the values of the
    rounds that this candidate builds. Raises MtmError (`personal_data_found`) where one stands there; else says what was searched, in counts."""
    values = values_built(home, candidate.building)
    begun = datetime.fromisoformat(candidate.created_at).replace(tzinfo=UTC).timestamp()
    marks = _marks(home)
    result = _search(home.root, values, _of_run(home, candidate, staging, begun), marks, _twins(staging))
    if result.hits:
        raise found_error(result, "it is not published: take these values out of the delivery, or class their column"
                          " identifier in its codebook; mtm scan shows where they stand")  # fmt: skip
    _save_marks(home, marks)
    return {"values": result.values, "files": result.files, "bytes": result.bytes}


def values_built(home: Home, building: Iterable[Any]) -> frozenset[str]:
    """The personal values of normalized rounds, with those of their earlier deliveries that are kept."""
    values: set[str] = set()
    for normalized in building:
        values |= personal_values_of(home, normalized.delivery)
        earlier = (remembered(home, d) for d in Vault(home).deliveries(normalized.round_key))
        values |= {v for kept in earlier if kept for v in kept}
    return frozenset(values)


def search_marts(con: DuckDBPyConnection, values: frozenset[str]) -> Scan:
    """Search the cells of schema `marts` of an open database."""
    result = Scan()
    for needles in _needles(values):
        part = Scan(values=len(needles.values))
        _add(part, needles, ((f"{table}.{column}", data) for table, column, data in marts_cells(con)))
        result.join(part)
    result.files = con.execute("SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'marts'").fetchall()[0][0]
    return result


def scan_home(home: Home) -> Scan:
    """Search everything outside of the vault and the build side, and Data Docs and dbt's folders, for the values of all
    deliveries of the vault."""
    return search_home(home, {v for d in every_delivery(home) for v in personal_values_of(home, d)})


def search_home(home: Home, values: Iterable[str], *, whole: bool = False) -> Scan:
    """Search the published side for values; `whole`: the vault and the build side too."""
    files = _below(home.root) if whole else [*_outside(home), *_built(home)]
    return _search(home.root, values, files, None)


def every_delivery(home: Home) -> list[Delivery]:
    """All deliveries of the vault, each file once."""
    vault = Vault(home)
    return list({d.sha256: d for key in vault.rounds() for d in vault.deliveries(key)}.values())


def found_error(result: Scan, todo: str) -> MtmError:
    """The error that names files and columns with their counts."""
    told = [f"{where}: {n}" for where, n in sorted(result.hits.items(), key=lambda h: (-h[1], h[0]))[:9]]
    return MtmError(
        f"personal data were found outside of the vault, {sum(result.hits.values())} times",
        where="; ".join(told) + (" and more" if len(result.hits) > 9 else ""),
        expected="no value of a person",
        todo=todo,
        code=CODE,
    )


def _search(
    root: Path,
    values: Iterable[str],
    files: Iterable[Path],
    marks: dict[str, dict[str, int]] | None,
    elsewhere: dict[Path, frozenset[str]] = {},  # noqa: B006 never written to
) -> Scan:
    """`marks`: of SQLite files, how far they were searched before; None searches them whole. `elsewhere`: of DuckDB files
    the tables whose rows stand in another of the files too."""
    result, paths, before = Scan(), list(_each_once(files)), deepcopy(marks)
    for number, needles in enumerate(_needles(frozenset(values))):
        result.join(_searched(root, needles, paths, deepcopy(before) if number else marks, elsewhere))
    return result


def _searched(
    root: Path,
    needles: Needles,
    files: Iterable[Path],
    marks: dict[str, dict[str, int]] | None,
    elsewhere: dict[Path, frozenset[str]],
) -> Scan:
    result = Scan(values=len(needles.values))
    for path in files:
        name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
        since = None if marks is None else marks.setdefault(name, {})
        if found := needles.told_in(name.encode("utf-8", "surrogatepass")):
            name = f"{Path(name).parent.as_posix()}/{HIDDEN}"  # its name is the leak
            result.add(name, found)
        try:
            place = _shown(name)
            parts = contents(path, since, elsewhere.get(path, frozenset()))
            _add(result, needles, ((f"{place} {where}".strip(), data) for where, data in parts))
            result.files += 1
        except FileNotFoundError:
            continue  # it was a temporary file
        except Exception as error:  # a file that can't be opened is no clean file
            raise MtmError(f"a file could not be searched for personal data ({type(error).__name__})", where=_shown(name),
                           todo="run again; mtm scan tells whether it is readable", code="not_searched") from None  # fmt: skip
    return result


def _add(result: Scan, needles: Needles, parts: Iterable[tuple[str, bytes]]) -> None:
    """Search parts, small ones many at once: where anything stands in them, one by one, to tell in which."""
    held: list[tuple[str, bytes]] = []
    size = 0
    for place, data in parts:
        held.append((place, data))
        size += len(data)
        if size >= TOGETHER:
            _add_together(result, needles, held)
            held, size = [], 0
    _add_together(result, needles, held)


def _add_together(result: Scan, needles: Needles, held: list[tuple[str, bytes]]) -> None:
    result.bytes += sum(len(data) for _, data in held)
    if len(held) > 1 and not needles.found_in(CELL.join(data for _, data in held)):  # no part goes on in the next
        return
    for place, data in held:
        result.add(place, needles.told_in(data))


def _twins(staging: Path) -> dict[Path, frozenset[str]]:
    """The marts of the database that lie beside it as Parquet: the audit holds them equal, value by value, before any flip."""
    return {staging / DATABASE: frozenset(f"{SCHEMA}.{p.stem}" for p in (staging / PARQUET).glob("*.parquet"))}


def _each_once(files: Iterable[Path]) -> Iterator[Path]:
    """Without what is another of them by a second name (a release's package holds links to its Parquet files)."""
    seen: set[tuple[int, int]] = set()
    for path in files:
        try:
            status = path.stat()
        except FileNotFoundError:
            continue  # it was a temporary file
        if status.st_nlink > 1 and (status.st_dev, status.st_ino) in seen:
            continue
        seen.add((status.st_dev, status.st_ino))
        yield path


def _needles(values: frozenset[str]) -> Iterator[Needles]:
    """The patterns to look for, some values at a time. The gate and the release look for the same, one after the other:
    where all are in one part it is made once."""
    persons = _persons(values)
    if len(persons) <= AT_ONCE:
        yield _all_needles(persons)
    else:
        yield from Needles.in_parts(persons)


@lru_cache(maxsize=1)
def _persons(values: frozenset[str]) -> frozenset[str]:
    return values - nobodys(values)


@lru_cache(maxsize=1)
def _all_needles(persons: frozenset[str]) -> Needles:
    return Needles.made_of(persons)


def _shown(name: str) -> str:
    return "/".join(shown(part) for part in name.split("/"))


def _of_run(home: Home, candidate: Candidate, staging: Path, begun: float) -> Iterator[Path]:
    """The staging folder whole, and of all else what changed since the candidate was begun."""
    yield from _files(staging)
    docs = home.gate_docs / candidate.normalized.round_key / candidate.normalized.normalized_id
    yield from _files(docs)
    for path in (*_files(home.dagster), *_files(home.build / "dbt"), *_loose(home)):
        if path.stat().st_mtime >= begun - 1:
            yield path


def _outside(home: Home) -> Iterator[Path]:
    """Every file of the home but the vault, the build side and what lies there to be delivered."""
    for child in sorted(home.root.iterdir()) if home.root.exists() else ():
        if child.name not in DELIVERED:
            yield from _files(child) if child.is_dir() and not child.is_symlink() else [child]


def _built(home: Home) -> Iterator[Path]:
    """What is shown from the build side: Data Docs, and dbt's folders."""
    yield from _files(home.gate_docs)
    yield from _files(home.build / "dbt")


def _loose(home: Home) -> Iterator[Path]:
    """Files of the home itself, and logs."""
    yield from (p for p in sorted(home.root.iterdir()) if p.is_file() and not p.is_symlink())
    yield from _files(home.root / "logs")


def _below(folder: Path) -> Iterator[Path]:
    yield from _files(folder)


def _files(folder: Path) -> Iterator[Path]:
    for base, folders, names in os.walk(folder):  # never follows a symlink: `current` is a release again
        folders.sort()
        yield from (p for n in sorted(names) if (p := Path(base) / n).is_file() and not p.is_symlink())


def _marks(home: Home) -> dict[str, dict[str, int]]:
    path = home.build / "personal" / "searched.json"
    try:
        marks: dict[str, dict[str, int]] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        marks = {}
    return marks


def _save_marks(home: Home, marks: dict[str, dict[str, int]]) -> None:
    path = home.build / "personal" / "searched.json"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}")
    temporary.write_text(json.dumps({name: rows for name, rows in marks.items() if rows}), encoding="utf-8")
    os.replace(temporary, path)
