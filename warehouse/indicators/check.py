"""What is wrong with the indicators of an operation: every problem with file, line and key.

Comparing `indicators.yml` with the common catalogue, the codebooks and the marts belongs here; the schema is in `model.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from warehouse.codebooks.check_files import Checked, Problem
from warehouse.codebooks.model import Codebook
from warehouse.errors import MtmError
from warehouse.indicators.load import FILE, common_entries, indicators_of, joined
from warehouse.indicators.marts import Mart, marts
from warehouse.indicators.model import Entry, Indicator, Indicators
from warehouse.indicators.told import Told
from warehouse.operation_files import read_yaml


def check_indicators(folder: Path) -> list[Problem]:
    """Every problem of the operation's own `indicators.yml`; none where another check says already that a file can't be read."""
    file = Checked.read(folder / FILE, f"{folder.name}/{FILE}") if (folder / FILE).exists() else None
    books = readable_books(folder)
    if file is None or books is None or not isinstance(file.data, dict):
        return []
    try:
        Indicators.model_validate(file.data)
        found = indicators_of(folder, books)
    except ValidationError:
        return []  # told by the file's schema
    except MtmError as error:
        what = error.what.partition(": ")[2]
        codes = [str(raw.get("code")) for raw in file.data.get("indicators") or []]
        at = [n for n, code in enumerate(codes) if what.startswith((f"{code}.", f"{code}:"))]
        file.add(("indicators", *at[:1]), what, "the keys of an indicator")
        return file.problems
    _check_without(file)
    for number, raw in enumerate(file.data.get("indicators") or []):
        for indicator in (i for i in found if i.code == raw["code"]):
            _check_one(file, ("indicators", number), indicator, Told.of(books))
    return sorted(set(file.problems))


def check_common() -> list[Problem]:
    """Every problem of the common catalogue: what it says of marts, and languages that are missing."""
    from warehouse.indicators.load import common_file

    path = common_file()
    file = Checked.read(path, f"common/{FILE}")
    file.parse(Indicators)
    if file.problems:
        return file.problems
    for number, entry in enumerate(common_entries()):
        _check_place(file, ("indicators", number), entry.mart, entry.column)
        for key in ("name", "definition", "denominator"):
            names = getattr(entry, key)
            if names and not (names.ru and names.ky):
                file.add(("indicators", number, key), f"{entry.code} lacks a language", "en, ru and ky")
    return sorted(set(file.problems))


def not_used(folder: Path, books: list[Codebook]) -> dict[str, str]:
    """Common survey indicators whose question the operation asks with options that they do not name, and why."""
    told = Told.of(books)
    own = read_yaml(folder / FILE, Indicators)
    said = {e.code for e in own.indicators} | set(own.without)
    found: dict[str, str] = {}
    for entry in (e for e in common_entries() if e.code not in said and e.question):
        indicator = _whole(entry)
        if told.has_question(indicator) and (unknown := told.unknown_options(indicator)):
            found[entry.code] = (
                f"the codebook has option {sorted(unknown)[0]}, which the common indicator does not name"
            )
    return found


def _whole(entry: Entry) -> Indicator:
    return Indicator.model_validate({**joined(entry, Entry(code=entry.code)), "component": "rms"})


def readable_books(folder: Path) -> list[Codebook] | None:
    """The operation's codebooks; None where one of them can't be read, which another check says."""
    try:
        return [read_yaml(path, Codebook) for path in sorted((folder / "codebooks").glob("*.yml"))]
    except MtmError:
        return None


def _check_without(file: Checked) -> None:
    known = {e.code for e in common_entries()}
    for number, code in enumerate(file.data.get("without") or []):
        if code not in known:
            file.add(
                ("without", number),
                f"there is no common indicator {code}",
                "a code of operations/common/indicators.yml",
            )


def _check_one(file: Checked, loc: tuple[str | int, ...], indicator: Indicator, told: Told) -> None:
    code = indicator.code
    if indicator.is_survey and indicator.component in told.components:
        if not told.has_question(indicator):
            file.add(
                (*loc, "question"),
                f"{code}: no {indicator.component} codebook has the field {indicator.question}",
                "a field of the codebook",
            )
        for what, expected in _options(indicator, told):
            file.add((*loc, "options"), f"{code}: {what}", expected)
    _check_place(file, loc, indicator.mart, indicator.column)


def _options(indicator: Indicator, told: Told) -> Iterator[tuple[str, str]]:
    codes, listed = told.codes(indicator), {o.code for o in indicator.options}
    for option in sorted(listed - codes) if codes else []:
        yield f"the codebook has no option {option}", f"one of {', '.join(sorted(codes))}"
    for option in sorted(told.unknown_options(indicator)):
        yield (
            f"option {option} of the codebook is not listed",
            "every option: an answer outside the list stops the round",
        )


def _check_place(file: Checked, loc: tuple[str | int, ...], mart: str | None, column: str | None) -> None:
    """The mart and the column that the indicator names are there."""
    if mart is None:
        return
    found: Mart | None = marts().get(mart)
    said: dict[str, Any] = {c.name: c for c in found.columns} if found else {}
    if found is None:
        file.add((*loc, "mart"), f"there is no mart {mart}", "a model of dbt_project/models/marts")
    elif column is not None and column not in said:
        file.add((*loc, "column"), f"{mart} has no column {column}", f"one of {', '.join(said)}")
