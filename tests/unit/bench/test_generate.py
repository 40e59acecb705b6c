"""Large deliveries: the shape of the round that they are made of, as many times as asked for, other people in each copy."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from warehouse.bench.generate import Component, generate
from warehouse.bench.large_rows import base_of, copies
from warehouse.codebooks.recognise import Declared
from warehouse.deliveries.vault import Vault
from warehouse.normalize.run import normalize
from warehouse.settings import Home


@pytest.mark.parametrize("component", ["rms", "bma"])
def test_generated_deliveries_are_read_as_their_operation_says(
    component: Component, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = generate(tmp_path / "made", 2, component)
    monkeypatch.setenv("MTM_OPERATIONS", str(made.operation_folder))
    home = Home(tmp_path / "home")
    receipt = Vault(home).receive(made.path, Declared("big", component))
    done = normalize(home, receipt.delivery)
    assert receipt.delivery.round_key == made.round_key
    assert done.counts()["rows_in"] == made.rows
    assert done.table("answer" if component == "rms" else "population").height == made.answers
    assert done.table("finding").filter(pl.col("severity") == "block").is_empty()
    keys = done.table("assessment")["row_id"]
    assert keys.n_unique() == keys.len() > 2 * 1400


def test_copies_are_other_rows_whose_sums_hold() -> None:
    base = base_of("bma", broken=False)
    main = pl.concat([rows for rows, _ in copies(base, 3)])
    assert main["_uuid"].n_unique() == 3 * (base.main.height - 1)  # one submission of each was sent twice
    total, *parts = base.blocks[0]
    numbers = main.select(pl.col(base.blocks[0]).cast(pl.Int64))
    years = [c for c in parts if "during" in c]
    assert (numbers[total] == numbers.select(pl.sum_horizontal(years)).to_series()).all()
    settlement = "A. General/A6. Settlement (P-code)"
    assert main[settlement].n_unique() == 3 * base.main[settlement].n_unique()
    contents = main.select(pl.struct([c for block in base.blocks for c in block]).n_unique()).item()
    assert contents > 0.9 * main.height


def test_same_arguments_same_bytes(tmp_path: Path) -> None:
    one, two = (generate(tmp_path / name, 1, "rms").path.read_bytes() for name in ("a", "b"))
    assert one == two


def test_a_workbook_holds_no_more_rows_than_a_workbook_has(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="1048576"):
        generate(tmp_path, 1000, "rms", workbook=True)


def test_broken_rows_wait_for_a_decision(tmp_path: Path) -> None:
    base = base_of("rms", broken=True)
    assert (base.main["intro/adm1_name"] == "Nowhere").sum() == 1
