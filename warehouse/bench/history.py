"""History: many small rounds of one operation, published one after the other; a late one beside an early one of the same size.

The rounds and their operation (`long/`) are made here; they differ in their numbers, not in their places.
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from warehouse.bench.figure import Figure, figure
from warehouse.bench.homes import Homes, remove
from warehouse.bench.measure import Cost, Worker, median
from warehouse.progress import tell

REGIONS, DISTRICTS, SITES = 4, 5, 5
EARLY = 3


def history(homes: Homes, rounds: int) -> list[Figure]:
    """Publishing the last rounds beside publishing the third (medians of three around each), in one warm process."""
    home, operations = homes.work / "history-home", write_operation(homes.work / "history")
    environment = {**homes.environment, "MTM_HOME": str(home), "MTM_OPERATIONS": str(operations)}
    costs: list[Cost] = []
    with Worker(**environment) as line:
        for number in range(1, rounds + 1):
            tell(f"history: round {number} of {rounds}")
            costs.append(line.call("bench.line:take", path=str(write_round(homes.work / "history", number))))
    remove(home)
    early, late = costs[EARLY - 2 : EARLY + 1], costs[-3:]
    walls = [round(c.wall, 3) for c in costs]
    return [
        figure(
            "history", median(late), median(early), rounds=rounds, each=walls, each_cpu=[round(c.cpu, 3) for c in costs]
        )
    ]


def write_operation(folder: Path) -> Path:
    """Write the operation below a folder; what MTM_OPERATIONS is then."""
    here, there = Path(__file__).with_name("long"), folder / "operations" / "long"
    (there / "codebooks").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(here / "operation.yml", there / "operation.yml")
    shutil.copyfile(here / "baseline.yml", there / "codebooks" / "baseline.yml")
    return there.parent


def write_round(folder: Path, number: int) -> Path:
    """The delivery of one round: the same sites, other numbers."""
    path = folder / f"SYNTHETIC_round_{number:02d}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(
            [
                "uuid",
                "Round of the bench",
                "Region",
                "District",
                "Displaced people",
                "Displaced households",
                "Displaced in 2023",
                "Displaced in 2024",
            ]
        )
        for at in range(REGIONS * DISTRICTS * SITES):
            district, people = at // SITES, 40 + at * 7 % 60 + number % 5
            place = [f"Region {district // DISTRICTS + 1}", f"District {district + 1}"]
            writer.writerow([f"{number}-{at}", number, *place, people, people // 5, people // 3, people - people // 3])
    return path
