"""Making the nine deliveries: what goes into which file, in order of arrival.

Only the putting together belongs here.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from warehouse.sample import bma_form, rms_form
from warehouse.sample.figures import Figures, load_figures
from warehouse.sample.interviews import interviews
from warehouse.sample.kobo import Document, Table, write
from warehouse.sample.places import Community, frame
from warehouse.sample.respondents import respondents


def make(folder: Path, seed: int, gazetteer: Path | None) -> list[Path]:
    """Write all deliveries; see `make_sample`."""
    figures = load_figures()
    rounds = [*(("bma", number) for number in figures.bma), *(("rms", number) for number in figures.rms.rounds)]
    return sorted(path for component, n in rounds for path in make_round(folder, component, n, seed, gazetteer))


def make_round(folder: Path, component: str, number: int, seed: int, gazetteer: Path | None = None) -> list[Path]:
    """Write the deliveries of one round, the same bytes as `make_sample` writes; their paths in order of arrival."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = load_figures()
    communities = frame(figures, np.random.default_rng([seed, 0, 0]), gazetteer)
    if component == "bma":
        return _baseline(folder, number, figures, communities, seed)
    return _survey(folder, number, figures, communities, seed)


def _baseline(folder: Path, number: int, figures: Figures, communities: list[Community], seed: int) -> list[Path]:
    file, found = figures.files["bma"][number], interviews(number, figures, communities, seed)
    twice = next(i for i in range(len(found) // 2, len(found)) if not found[i].is_test)
    title = f"Baseline Mobility Assessment, round {number}"
    paths = [_write(folder / file.name, title, file.created, bma_form.tables(number, figures, found, twice))]
    if part := file.partial:
        early = [i for i in found if i.meta["_submission_time"].date() < part.before]
        tables = bma_form.tables(number, figures, early, None)
        paths.insert(0, _write(folder / part.name, f"{title}, in progress", part.created, tables))
    return paths


def _survey(folder: Path, number: int, figures: Figures, communities: list[Community], seed: int) -> list[Path]:
    file, found = figures.files["rms"][number], respondents(number, figures, communities, seed)
    twice = next(i for i in range(len(found) // 2, len(found)) if found[i].consents and not found[i].is_test)
    tables = rms_form.tables(number, found, twice)
    return [_write(folder / file.name, f"Returned Migrants Survey, round {number}", file.created, tables)]


def _write(path: Path, title: str, created: date, tables: list[Table]) -> Path:
    write(path, Document(f"SYNTHETIC: MTM Kyrgyz Republic, {title}", created), tables)
    return path
