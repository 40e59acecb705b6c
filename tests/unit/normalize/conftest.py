"""An operation of YAML and a workbook, normalized: for tests that say both in a few lines."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.toy import write_rows
from warehouse.deliveries.vault import Vault
from warehouse.normalize.run import Normalized, normalize
from warehouse.settings import Home

HEAD = """
codebook: t-{component}
operation: t
component: {component}
row_grain: {grain}
round_number: [{{file_name: 'round[ _-]*0*(\\d+)'}}]
places:
  scheme: names
  levels:
    - {{level: 1, name_field: region}}
    - {{level: 2, name_field: district, required: false}}
"""
OPERATION = "{operation: t, name: {en: T}, country_iso3: TTT, programme: p, credit_line: c, licence: l}"


class Bench:
    """Writes an operation and its deliveries, and normalizes them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, Home(folder / "home").ensure()

    def codebook(self, text: str, component: str = "baseline", grain: str = "site", rounds: str = "") -> None:
        """The codebook after its head: `sheets`, `code_lists` and so on."""
        base = self.folder / "operations" / "t"
        (base / "codebooks").mkdir(parents=True, exist_ok=True)
        (base / "operation.yml").write_text(OPERATION)
        (base / "rounds.yml").write_text(rounds or "rounds: []")
        (base / "codebooks" / "t.yml").write_text(
            HEAD.format(component=component, grain=grain) + text, encoding="utf-8"
        )

    def deliver(
        self, rows: list[list[Any]], name: str = "round1.xlsx", sheet: str = "data", **more: list[list[Any]]
    ) -> Normalized:
        """A delivery with these rows, normalized."""
        path = write_rows(self.folder / name, rows, sheet, **more)
        return normalize(self.home, Vault(self.home).receive(path).delivery)


def findings(done: Normalized) -> dict[str, str]:
    """Code to severity."""
    return dict(done.table("finding").select("code", "severity").iter_rows())


def reasons(done: Normalized) -> dict[int, str]:
    """Row number to reason of rejected rows."""
    return dict(done.table("rejected").select("row_number", "reason_code").iter_rows())


def law(done: Normalized) -> dict[str, tuple[int, int, int]]:
    """Measure to delivered, accepted, rejected; the law itself is checked on the way."""
    rows = {
        m: (d, a, r)
        for m, d, a, r in done.table("conservation").select("measure", "delivered", "accepted", "rejected").iter_rows()
    }
    assert all(d == a + r for d, a, r in rows.values()), rows
    return rows


def values(done: Normalized, *keys: str) -> Counter[tuple[Any, ...]]:
    """Sums of reported population values by these columns."""
    found: Counter[tuple[Any, ...]] = Counter()
    for row in done.table("population").iter_rows(named=True):
        if row["value"] is not None:
            found[tuple(row[k] for k in keys)] += row["value"]
    return found


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A workplace in a temporary folder."""
    monkeypatch.setenv("MTM_OPERATIONS", str(tmp_path / "operations"))
    return Bench(tmp_path)
