"""The synthetic round while it is collected: its plan, and the copy of the operation's files in which it is registered.

The plan and the files that a line needs to take the round in belong here; interviews do not (`collected_visits.py`).
"""

from __future__ import annotations

import csv
import shutil
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from warehouse.operation_files import read_yaml
from warehouse.plan import COLUMNS
from warehouse.sample.figures import OPERATION, Figures, Part
from warehouse.sample.places import VINTAGE, Community, frame

NUMBER = 5
SPREAD = 0.08  # degrees: how far villages lie from the centre of their rayon
PLACE = ["place_code", "place_level", "parent_code", "place_name_en", "place_name_ru", "place_name_ky", "geography_vintage",
         "place_type", "latitude", "longitude", "place_source"]  # fmt: skip
Position = tuple[float, float]


class Fieldwork(Part):
    """First and last day."""

    start: date
    end: date


class Collecting(Part):
    """`collecting.yml`."""

    fieldwork: Fieldwork
    workdays: list[int]
    communities_of_a_rayon: int
    visits_a_day: int
    respondents_of_a_rayon: int
    interviews_a_day: int
    enumerators: int
    supervisor: int
    rayons: dict[str, Position]
    planted: dict[str, int]


@cache
def settings() -> Collecting:
    """The file. Raises MtmError where it is wrong."""
    return read_yaml(Path(__file__).with_name("collecting.yml"), Collecting)


def planned(figures: Figures, seed: int) -> list[Community]:
    """The communities of the plan, rayon by rayon."""
    whole = frame(figures, np.random.default_rng([seed, 0, 0]), None)
    found: list[Community] = []
    for code in settings().rayons:
        inside = [c for c in whole if c.admin2 and c.admin2.code == code]
        found += sorted(inside, key=lambda c: c.admin4.code)[: settings().communities_of_a_rayon]
    return found


def positions(communities: list[Community], seed: int) -> dict[str, Position]:
    """An invented position for every village, near the centre of its rayon."""
    rng = np.random.default_rng([seed, 5, 1])
    found = {}
    for community in communities:
        assert community.admin2 is not None
        shift = rng.uniform(-SPREAD, SPREAD, 2)
        latitude, longitude = settings().rayons[community.admin2.code]
        found[community.admin4.code] = (round(latitude + float(shift[0]), 4), round(longitude + float(shift[1]), 4))
    return found


def write_operation(folder: Path, communities: list[Community], places: dict[str, Position]) -> Path:
    """`operations/` with a copy of the Kyrgyz operation in which round 5 is registered and planned. Returns the folder."""
    target = folder / "operations"
    shutil.rmtree(target, ignore_errors=True)
    for name in ("common", "kgz"):
        shutil.copytree(OPERATION.parent / name, target / name)
    _register(target / "kgz" / "rounds.yml", len(communities))
    _gate(target / "kgz" / "gate.yml")
    _csv(target / "kgz" / "plan.csv", COLUMNS, [*_plan_of_communities(communities), *_plan_of_interviews()])
    _csv(target / "kgz" / "gazetteer" / "villages_r05.csv", PLACE, _villages(communities, places))
    return target


def _register(path: Path, communities: int) -> None:
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    work = settings().fieldwork
    common = {
        "number": NUMBER, "fieldwork_start": work.start, "fieldwork_end": work.end, "window_start": date(2022, 1, 1),
        "window_end": work.end, "geography_vintage": VINTAGE, "is_synthetic": True,
    }  # fmt: skip
    title = {
        "bma": {"en": "Baseline Mobility Assessment, round 5 (SYNTHETIC)", "ru": "Базовая оценка мобильности, раунд 5 (СИНТЕТИЧЕСКИЕ ДАННЫЕ)",
                "ky": "Мобилдүүлүк боюнча баштапкы баалоо, 5-айлампа (СИНТЕТИКАЛЫК МААЛЫМАТ)"},
        "rms": {"en": "Returned Migrants Survey, round 5 (SYNTHETIC)", "ru": "Опрос вернувшихся мигрантов, раунд 5 (СИНТЕТИЧЕСКИЕ ДАННЫЕ)",
                "ky": "Кайтып келген мигранттарды сурамжылоо, 5-айлампа (СИНТЕТИКАЛЫК МААЛЫМАТ)"},
    }  # fmt: skip
    interviews = len(settings().rayons) * settings().respondents_of_a_rayon
    data["rounds"] += [
        {"component": "bma", "title": title["bma"], "planned_communities": communities} | common,
        {"component": "rms", "title": title["rms"], "planned_interviews": interviews} | common,
    ]
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _gate(path: Path) -> None:
    """The team goes to some rayons only: units without a row are told, and hold the whole round back no longer."""
    common = {"severity": "review", "value": 0, "since": settings().fieldwork.start}
    why = "the SYNTHETIC round 5 goes to a part of the country (plan.csv)"
    rows = [{"check": f"missing_level_{level}"} | common | {"reason": why} for level in (1, 2)]
    path.write_text(yaml.safe_dump({"thresholds": rows}, sort_keys=False), encoding="utf-8")


def _plan_of_communities(communities: list[Community]) -> list[dict[str, Any]]:
    return [
        {"component": "bma", "round": NUMBER, "place_code": c.admin4.code, "parent_code": c.admin3.code if c.admin3 else "",
         "place_name": c.admin4.names[0], "communities": 1}
        for c in communities
    ]  # fmt: skip


def _plan_of_interviews() -> list[dict[str, Any]]:
    count = settings().respondents_of_a_rayon
    return [
        {"component": "rms", "round": NUMBER, "place_code": code, "interviews": count} for code in settings().rayons
    ]


def _villages(communities: list[Community], places: dict[str, Position]) -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for c in communities:
        assert c.admin2 is not None and c.admin3 is not None
        for level, place, parent in ((3, c.admin3, c.admin2.code), (4, c.admin4, c.admin3.code)):
            names = {f"place_name_{lang}": name for lang, name in zip(("en", "ru", "ky"), place.names, strict=True)}
            at = places.get(place.code)
            rows[place.code] = names | {
                "place_code": place.code, "place_level": level, "parent_code": parent, "geography_vintage": VINTAGE,
                "latitude": at[0] if at else "", "longitude": at[1] if at else "", "place_source": "invented (SYNTHETIC)",
            }  # fmt: skip
    return sorted(rows.values(), key=lambda r: (r["place_level"], r["place_code"]))


def _csv(path: Path, columns: list[str], rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
