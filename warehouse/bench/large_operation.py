"""The operation of generated deliveries: the Kyrgyz files under another code, with a frame as many times as large.

Writing these files belongs here; rows of deliveries do not. The gazetteer is the Kyrgyz one: like there, aiyl aimaks and
settlements are known by the deliveries alone.
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

import yaml

from warehouse.bench.large_rows import LIKE, MODULES, ROUND
from warehouse.settings import PROJECT

CODE, LIKE_CODE = "big", "kgz"
LEFT = ("published.yml", "sample.yml", "sources.yml", "layouts.yml", "frame.csv", "rounds.yml", "indicators.yml")
SAID = "SYNTHETIC: {times} times the synthetic Kyrgyz round, generated to measure growth"


def write_operation(folder: Path, times: int) -> Path:
    """Write `big/` into a folder for MTM_OPERATIONS; returns that folder."""
    source, target = PROJECT / "operations" / LIKE_CODE, folder / CODE
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore=lambda _, names: [n for n in names if n in LEFT])
    for path in (target / "codebooks").glob("*.yml"):
        _write(path, _codebook(_read(path)))
    programme = _read(target / "operation.yml")
    programme |= {"operation": CODE, "name": {"en": f"{times} times Kyrgyzstan (SYNTHETIC)"}, "ingestion": {}}
    _write(target / "operation.yml", programme)
    _write(target / "rounds.yml", {"rounds": [_round(r, times) for r in _read(source / "rounds.yml")["rounds"] if r["number"] == ROUND]})  # fmt: skip
    _write(target / "indicators.yml", _indicators(_read(source / "indicators.yml")))
    _frame(source / "frame.csv", target / "frame.csv", times)
    return folder


def _read(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return data


def _write(path: Path, data: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=120), encoding="utf-8")


def _codebook(book: dict[str, Any]) -> dict[str, Any]:
    book |= {"operation": CODE, "codebook": book["codebook"].replace(LIKE_CODE, CODE)}
    if book["component"] == "rms":
        columns = next(s for s in book["sheets"] if s.get("role") == "main")["columns"]
        at = next(i for i, c in enumerate(columns) if c["field"] == LIKE)
        for module in MODULES[::-1]:
            columns.insert(
                at + 1, {"field": module, "type": "choices", "options": module, "labels": [f"{module}/{module}"]}
            )
            book["code_lists"][module] = [
                {"code": f"{module}_{o['code']}", "labels": [f"{module} {o['labels'][0]}"]}
                for o in book["code_lists"][LIKE]
            ]
    return book


def _round(entry: dict[str, Any], times: int) -> dict[str, Any]:
    title = {"en": f"{entry['component']}, {times} times a round (SYNTHETIC)"}
    entry |= {"title": title, "source": SAID.format(times=times), "is_synthetic": True}
    if entry.get("planned_communities"):
        entry["planned_communities"] *= times
    return entry


def _indicators(file: dict[str, Any]) -> dict[str, Any]:
    like = next(i for i in file["indicators"] if i["code"] == LIKE)
    for module in MODULES:
        options = [o | {"code": f"{module}_{o['code']}"} for o in like["options"]]
        file["indicators"].append(like | {"code": module, "question": module, "name": {k: f"{v} ({module})" for k, v in like["name"].items()}, "options": options})  # fmt: skip
    return file


def _frame(source: Path, target: Path, times: int) -> None:
    with source.open(encoding="utf-8", newline="") as file, target.open("w", encoding="utf-8", newline="") as out:
        rows = csv.DictReader(file)
        writer = csv.DictWriter(out, rows.fieldnames or [])
        writer.writeheader()
        for row in rows:
            known = row["communities"]
            many = str(int(known) * times) if known else ""
            writer.writerow(row | {"communities": many, "frame_source": SAID.format(times=times)})
