"""History: many small rounds of one operation, published one after the other; a late one beside an early one of the same size.

The rounds and their operation (`long/`) are made here; they differ in their numbers, not in their places.
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from warehouse.bench.figure import Figure, figure
from warehouse.bench.homes import Homes, remove
from warehouse.bench.measure import Cost, Worker, in_turns, median, ratio
from warehouse.progress import tell

REGIONS, DISTRICTS, SITES = 4, 5, 5
EARLY = 3


def history(homes: Homes, rounds: int, turns: int) -> list[Figure]:
    """Publishing the last round beside publishing the third, in turns: the home is put back as it was before each of them."""
    home, operations = homes.work / "history-home", write_operation(homes.work / "history")
    environment = {**homes.environment, "MTM_HOME": str(home), "MTM_OPERATIONS": str(operations)}
    each: list[float] = []
    with Worker(**environment) as line:
        for number in range(1, rounds):
            tell(f"history: round {number} of {rounds}")
            each.append(round(_taken(homes, line, number).cpu, 3))
            if number in (EARLY - 1, rounds - 1):
                shutil.copytree(home, homes.work / f"history-{number}", symlinks=True)

        def again(number: int) -> Cost:
            remove(home)
            shutil.copytree(homes.work / f"history-{number - 1}", home, symlinks=True)
            return _taken(homes, line, number)

        taken = in_turns({"late": lambda: again(rounds), "early": lambda: again(EARLY)}, turns)
    for folder in (home, *homes.work.glob("history-*")):
        remove(folder)
    late, early = taken["late"], taken["early"]
    return [figure("history", median(late), median(early), ratio(late, early), rounds=rounds, each_cpu=each)]


def _taken(homes: Homes, line: Worker, number: int) -> Cost:
    return line.call("bench.line:take", path=str(write_round(homes.work / "history", number)))


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
