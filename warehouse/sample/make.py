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
    folder.mkdir(parents=True, exist_ok=True)
    figures = load_figures()
    communities = frame(figures, np.random.default_rng([seed, 0, 0]), gazetteer)
    for number in figures.bma:
        _baseline(folder, number, figures, communities, seed)
    for number in figures.rms.rounds:
        _survey(folder, number, figures, communities, seed)
    return sorted(folder / name for name in names(figures))


def names(figures: Figures) -> list[str]:
    """The names of all files."""
    files = [file for rounds in figures.files.values() for file in rounds.values()]
    return sorted([f.name for f in files] + [f.partial.name for f in files if f.partial])


def _baseline(folder: Path, number: int, figures: Figures, communities: list[Community], seed: int) -> None:
    file, found = figures.files["bma"][number], interviews(number, figures, communities, seed)
    twice = next(i for i in range(len(found) // 2, len(found)) if not found[i].is_test)
    _write(folder, file.name, "Baseline Mobility Assessment", number, file.created, bma_form.tables(number, figures, found, twice))
    if file.partial:
        early = [i for i in found if i.meta["_submission_time"].date() < file.partial.before]
        tables = bma_form.tables(number, figures, early, None)
        _write(folder, file.partial.name, "Baseline Mobility Assessment, in progress", number, file.partial.created, tables)


def _survey(folder: Path, number: int, figures: Figures, communities: list[Community], seed: int) -> None:
    file, found = figures.files["rms"][number], respondents(number, figures, communities, seed)
    twice = next(i for i in range(len(found) // 2, len(found)) if found[i].consents and not found[i].is_test)
    _write(folder, file.name, "Returned Migrants Survey", number, file.created, rms_form.tables(number, found, twice))


def _write(folder: Path, name: str, form: str, number: int, created: date, tables: list[Table]) -> None:
    write(folder / name, Document(f"SYNTHETIC: MTM Kyrgyz Republic, {form}, round {number}", created), tables)
