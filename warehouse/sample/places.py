"""The communities of the synthetic rounds: real units of levels 1 and 2, settlements generated or from a SOATE list.

Only places belong here; what is counted in them does not. A generated code carries `-G`, a generated name says so.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from warehouse.errors import MtmError
from warehouse.operations import Operation
from warehouse.sample.figures import OPERATION, Figures, apportion

Names = tuple[str, str, str]  # English, Russian, Kyrgyz
CITIES = ("city", "independent city")
VINTAGE = "cod-2018"  # as rounds.yml says of them
PER_AIMAK = 4  # settlements that a generated aiyl aimak holds


@dataclass(frozen=True)
class Place:
    """A place of any level."""

    code: str
    names: Names


@dataclass(frozen=True)
class Community:
    """A settlement or city quarter and its parents; level 2 and 3 are missing where the city has none."""

    admin1: Place
    admin2: Place | None
    admin3: Place | None
    admin4: Place
    rank: float  # order in the frame: any beginning of it covers all units evenly


def units() -> dict[str, dict[str, str]]:
    """The project's own gazetteer (levels 0 to 2) of the rounds' vintage, rows by code."""
    return {row["place_code"]: row for row in Operation(OPERATION).gazetteer if row["geography_vintage"] == VINTAGE}


def frame(figures: Figures, rng: np.random.Generator, soate: Path | None) -> list[Community]:
    """All communities that any round may visit, in the order in which rounds take them in."""
    rows = units()
    known = soate_settlements(soate) if soate else {}
    found: list[Community] = []
    for code, count in apportion(figures.frame.size, figures.frame.units).items():
        real = [known[code][i] for i in rng.permutation(len(known[code]))[:count]] if known.get(code) else []
        pairs = real + _generated(figures, rows[code], count)[len(real) :]
        shift = rng.uniform(-0.4, 0.1)
        found += [_community(rows, rows[code], pair, (i + 0.5 + shift) / count) for i, pair in enumerate(pairs)]
    return sorted(found, key=lambda c: (c.rank, c.admin4.code))


def place(row: dict[str, str]) -> Place:
    """A gazetteer row as a place."""
    return Place(row["place_code"], (row["place_name_en"], row["place_name_ru"], row["place_name_ky"]))


def _community(
    rows: dict[str, dict[str, str]], unit: dict[str, str], pair: tuple[Place | None, Place], rank: float
) -> Community:
    if unit["place_level"] == "1":
        return Community(place(unit), None, pair[0], pair[1], rank)
    return Community(place(rows[unit["parent_code"]]), place(unit), pair[0], pair[1], rank)


def _generated(figures: Figures, unit: dict[str, str], count: int) -> list[tuple[Place | None, Place]]:
    """Aiyl aimak and settlement pairs of a unit; quarters without an aimak in cities."""
    code, city = unit["place_code"], unit["place_type"] in CITIES
    start = sum(map(ord, code))  # neighbouring units begin at other toponyms
    pairs: list[tuple[Place | None, Place]] = []
    for i in range(count):
        group, nth = divmod(i, PER_AIMAK)
        if city:
            pairs.append((None, Place(f"{code}-G{i + 1:03d}", _named(figures, figures.quarter, i + 1))))
            continue
        own = f"{code}-G{group + 1:02d}"
        aimak = Place(own, _named(figures, _toponym(figures, start + group), group + 1))
        settlement = Place(f"{own}-{nth + 1:02d}", _named(figures, _toponym(figures, start + 5 * i), i + 1))
        pairs.append((aimak, settlement))
    return pairs


def _toponym(figures: Figures, index: int) -> Names:
    return figures.toponyms[index % len(figures.toponyms)]


def _named(figures: Figures, names: Names, number: int) -> Names:
    marked = [f"{name} {number} ({word})" for name, word in zip(names, figures.generated, strict=True)]
    return marked[0], marked[1], marked[2]


def soate_settlements(path: Path) -> dict[str, list[tuple[Place | None, Place]]]:
    """Aiyl aimak and village pairs by P-code of their rayon, from a SOATE list (names in Russian only)."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = {row["id"]: row for row in csv.DictReader(file)}
        villages = sorted((r for r in rows.values() if r["type"] == "Village"), key=lambda r: r["soate"])
        found: dict[str, list[tuple[Place | None, Place]]] = defaultdict(list)
        for village in villages:
            aimak = rows[village["parent_id"]]
            found[_pcode(rows[aimak["parent_id"]])].append((_soate_place(aimak), _soate_place(village)))
    except (OSError, UnicodeError, KeyError, csv.Error) as error:
        raise _bad_list(path, type(error).__name__) from None
    if not found:
        raise _bad_list(path, "it has no villages")
    return found


def _bad_list(path: Path, problem: str) -> MtmError:
    return MtmError(
        f"the list of places can't be used: {problem}",
        where=str(path),
        expected="a CSV in UTF-8 with the columns id, name_ru, soate, type, parent_id",
        todo="give another --gazetteer, or leave it out to have settlements generated",
        code="bad_place_list",
    )


def _pcode(row: dict[str, str]) -> str:
    """A P-code is KG and the last 11 digits of the SOATE code."""
    return "KG" + row["soate"][3:]


def _soate_place(row: dict[str, str]) -> Place:
    name = " ".join(row["name_ru"].split())
    return Place(_pcode(row), (name, name, name))
