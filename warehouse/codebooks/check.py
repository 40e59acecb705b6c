"""Checking an operation's files: every problem of every file, with its line.

Which files there are and what joins them belongs here; what can be wrong with a codebook is in `check_book.py`
and `check_links.py`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from warehouse.codebooks.check_book import check_columns, check_options, check_rounds, entries
from warehouse.codebooks.check_files import Checked, Problem
from warehouse.codebooks.check_links import check_links
from warehouse.codebooks.check_named import check_named
from warehouse.codebooks.folding import fold
from warehouse.codebooks.model import Codebook
from warehouse.collection.checks.settings import Collection
from warehouse.errors import MtmError
from warehouse.frame import frame_of
from warehouse.gazetteer.tiles import Tiles
from warehouse.indicators.check import check_indicators, readable_books
from warehouse.ingestion import Ingestion
from warehouse.operations import Aliases, Gate, Indicators, Operation, Programme, Published, Rounds
from warehouse.parts import Parts
from warehouse.settings import PROJECT
from warehouse.survey.stated import Surveys

FILES: dict[str, type[BaseModel]] = {
    "operation.yml": Programme,
    "rounds.yml": Rounds,
    "aliases.yml": Aliases,
    "indicators.yml": Indicators,
    "published.yml": Published,
    "gate.yml": Gate,
    "parts.yml": Parts,
    "survey.yml": Surveys,
    "tiles.yml": Tiles,
    "collection.yml": Collection,
}
PLACE_COLUMNS = ["place_code", "place_level", "parent_code", "place_name_en", "place_name_ru", "place_name_ky"]
ROUND_KEY = re.compile(r"([a-z]{2,8})-(bma|rms|baseline)-r(\d{2,})")


def check_paths(paths: Iterable[Path]) -> tuple[list[Problem], int]:
    """All problems of operation folders and single files, and how many files were looked at."""
    problems: list[Problem] = []
    count = 0
    for path in paths:
        found, seen = check_operation(path) if path.is_dir() else (check_file(path), 1)
        problems += found
        count += seen
    return problems, count


def check_operation(folder: Path) -> tuple[list[Problem], int]:
    """All problems of one operation's folder, and how many files it has."""
    code = folder.name
    files = [folder / name for name in FILES if (folder / name).exists() or name == "operation.yml"]
    books = sorted((folder / "codebooks").glob("*.yml"))
    lists = sorted((folder / "gazetteer").glob("*.csv"))
    problems = [
        p for path in [*files, *books] for p in check_file(path, f"{code}/{path.relative_to(folder).as_posix()}")
    ]
    places = [row for path in lists for row in _rows(path)]
    for path in lists:
        problems += _check_places(
            path, f"{code}/gazetteer/{path.name}", {row.get("place_code", "") for _, row in places}
        )
    problems += _check_joined(folder, books, bool(places))
    problems += check_indicators(folder)
    frames = [folder / "frame.csv"] if (folder / "frame.csv").exists() else []
    problems += [
        p for _ in frames if (folder / "operation.yml").exists() for p in _check_frame(folder, f"{code}/frame.csv")
    ]
    return sorted(set(problems)), len(files) + len(books) + len(lists) + len(frames)


def _check_frame(folder: Path, shown: str) -> list[Problem]:
    """What is wrong with the frame: the first row that can't be used."""
    try:
        frame_of(Operation(folder), None)
    except MtmError as error:
        line = str(error.where).rpartition("row ")[2]
        return [Problem(shown, int(line) if line.isdigit() else 1, "", error.what, error.expected or "")]
    return []


def check_file(path: Path, shown: str = "") -> list[Problem]:
    """All problems of one YAML file, by the model that its name or its contents say."""
    if not path.exists():
        return [Problem(shown or path.name, 1, "", "there is no such file", "the file")]
    file = Checked.read(path, shown)
    if file.data is None:
        return file.problems
    if not isinstance(file.data, dict):
        file.add((), "the file holds no keys", "keys with values")
        return file.problems
    model = FILES.get(path.name, Codebook if "codebook" in file.data or path.parent.name == "codebooks" else None)
    if model is None:
        file.add((), "nobody reads a file of this name", f"{', '.join(FILES)}, or a codebook")
        return file.problems
    file.parse(model)
    if model is Programme and isinstance(file.data, dict):
        file.parse(Ingestion, "ingestion")
    if model is Codebook:
        check_book(file)
    return sorted(set(file.problems))


def check_book(file: Checked) -> None:
    """Everything beyond the schema that can be wrong with a codebook."""
    for loc, raw in [((), file.data), *entries(file.data, "controls")]:
        if isinstance(raw, dict) and isinstance(raw.get("rounds"), str):
            check_rounds(file, (*loc, "rounds"), raw["rounds"])
    for loc, raw in entries(file.data, "sheets"):
        if isinstance(raw, dict):
            check_columns(file, loc)
    check_options(file)
    check_links(file)


def _check_joined(folder: Path, books: list[Path], has_places: bool) -> list[Problem]:
    """What the files of an operation say of each other."""
    problems: list[Problem] = []
    code = folder.name
    files = {name: Checked.read(folder / name, f"{code}/{name}") for name in FILES if (folder / name).exists()}
    said = (files["operation.yml"].data or {}) if "operation.yml" in files else {}
    code = str(said.get("operation", code)) if isinstance(said, dict) else code
    names: dict[str, str] = {}
    for path in books:
        file = Checked.read(path, f"{folder.name}/codebooks/{path.name}")
        data = file.data if isinstance(file.data, dict) else {}
        if data.get("operation", code) != code:
            file.add(("operation",), f"the codebook is of operation {data['operation']!r}", code)
        if (name := str(data.get("codebook"))) in names:
            file.add(("codebook",), f"codebook {name} stands in {names[name]} too", "a name of its own")
        names[name] = path.name
        if not has_places and isinstance(data.get("places"), dict) and data["places"].get("scheme") == "gazetteer":
            file.add(("places", "scheme"), "the operation has no gazetteer", "gazetteer/*.csv, or scheme: names")
        problems += [p for p in file.problems if p.key in ("operation", "codebook", "places.scheme")]
    read = readable_books(folder)
    for name, file in files.items():
        before = len(file.problems)
        _check_contents(name, file, code)
        if read is not None:
            check_named(name, file, read)
        problems += file.problems[before:]
    return problems


def _check_contents(name: str, file: Checked, code: str) -> None:
    """Rounds, figures and thresholds that stand twice, run backwards, or name what is not there."""
    seen: dict[Any, int] = {}
    key = {
        "rounds.yml": "rounds",
        "published.yml": "figures",
        "gate.yml": "thresholds",
        "indicators.yml": "indicators",
    }.get(name)
    for loc, raw in entries(file.data, key) if key else ():
        if not isinstance(raw, dict):
            continue
        same = {"rounds": ("component", "number"), "figures": ("round_key", "figure_code"), "thresholds": ("check",),
                "indicators": ("code",)}[key or ""]  # fmt: skip
        identity = tuple(str(raw.get(part)) for part in same)
        if identity in seen:
            file.add(loc, f"{' '.join(identity)} stands twice (also in line {seen[identity]})", "each once")
        seen.setdefault(identity, file.line(loc))
        for first, last in (("fieldwork_start", "fieldwork_end"), ("window_start", "window_end")):
            if raw.get(first) and raw.get(last) and str(raw[first]) > str(raw[last]):
                file.add((*loc, last), f"{last} lies before {first}", "the later day")
        if key == "figures":
            match = ROUND_KEY.fullmatch(str(raw.get("round_key", "")))
            if match is None or match.group(1) != code:
                file.add((*loc, "round_key"), "this is no round of the operation", f"{code}-bma-r01")
        if key == "thresholds" and raw.get("check") not in _common_checks():
            file.add(
                (*loc, "check"),
                f"the gate has no threshold {raw.get('check')}",
                "a check of operations/common/gate.yml",
            )


def _common_checks() -> set[str]:
    from warehouse.operations import read_yaml

    return {t.check for t in read_yaml(PROJECT / "operations" / "common" / "gate.yml", Gate).thresholds}


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        return [(reader.line_num, row) for row in reader]


def _check_places(path: Path, shown: str, codes: set[str]) -> list[Problem]:
    """Columns of a gazetteer file, codes that stand twice in one vintage, parents that are not there."""
    rows = _rows(path)
    lacking = [name for name in PLACE_COLUMNS if rows and name not in rows[0][1]]
    found = [Problem(shown, 1, name, "the column is missing", ", ".join(PLACE_COLUMNS)) for name in lacking]
    if lacking:
        return found
    seen: dict[tuple[str, str], int] = {}
    for line, row in rows:
        identity = (row["place_code"], row.get("geography_vintage") or "")
        if not row["place_code"] or not fold(row["place_name_en"] or ""):
            found.append(Problem(shown, line, "place_code", "a place needs a code and an English name", "both"))
        if identity in seen:
            found.append(
                Problem(
                    shown,
                    line,
                    "place_code",
                    f"the code stands in line {seen[identity]} too",
                    "each code once in a vintage",
                )
            )
        seen.setdefault(identity, line)
        if not (row["place_level"] or "").isdigit():
            found.append(Problem(shown, line, "place_level", "the level is no whole number", "0 (country) to 4"))
        elif (row["place_level"] == "0") != (not row["parent_code"]) or (
            row["parent_code"] and row["parent_code"] not in codes
        ):
            found.append(
                Problem(
                    shown,
                    line,
                    "parent_code",
                    "the parent is not in the list",
                    "a place_code of a wider level; none for the country",
                )
            )
    return found
