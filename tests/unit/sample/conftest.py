"""The sample of the default seed, made once for all tests, and a reader that shares no code with the project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from warehouse.sample import make_sample

NAMES = {
    ("bma", 1): "2022-11-25_kgz_bma_r01.xlsx",
    ("rms", 1): "2022-12-05_kgz_rms_r01.xlsx",
    ("bma", 2): "2023-09-15_kgz_bma_r02.xlsx",
    ("rms", 2): "2023-11-15_kgz_rms_r02.xlsx",
    ("bma", 3): "2024-05-03_kgz_bma_r03.xlsx",
    ("rms", 3): "2024-08-05_kgz_rms_r03.xlsx",
    ("bma", 0): "2024-09-28_kgz_bma_r04_in-progress.xlsx",
    ("bma", 4): "2024-10-25_kgz_bma_r04.xlsx",
    ("rms", 4): "2024-12-16_kgz_rms_r04.xlsx",
}
Row = dict[str, Any]


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the nine deliveries."""
    folder = tmp_path_factory.mktemp("sample")
    make_sample(folder)
    return folder


@pytest.fixture(scope="session")
def soate() -> Path:
    """The SOATE list beside the project; the test is skipped where it is absent."""
    path = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "reference" / "kgz_soate_2021.csv"
    if not path.exists():
        pytest.skip("the SOATE list of 2021 does not stand beside the project (shared/data/reference)")
    return path


def sheets(path: Path) -> dict[str, list[list[Any]]]:
    """Every cell of a workbook."""
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def tables(path: Path) -> list[list[Row]]:
    """Rows by header of every sheet after the first, which is the one that says what the file is."""
    found = []
    for cells in list(sheets(path).values())[1:]:
        header = [str(cell) for cell in cells[0]]
        found.append([dict(zip(header, row, strict=True)) for row in cells[1:]])
    return found
