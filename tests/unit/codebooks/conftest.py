"""Codebooks made of YAML and sheets made of rows, for tests of matching."""

from __future__ import annotations

from typing import Any

import yaml

from warehouse.codebooks.model import Codebook
from warehouse.deliveries.readers.sheet import RawSheet

HEAD = {
    "codebook": "t-baseline", "operation": "t", "component": "baseline", "row_grain": "site",
    "round_number": [{"file_name": r"(\d+)"}], "places": {"scheme": "names", "levels": [{"level": 1, "name_field": "region"}]},
}  # fmt: skip


def book(text: str, **more: Any) -> Codebook:
    """A codebook with these sheets (YAML of a list), and further keys."""
    return Codebook.model_validate({**HEAD, "sheets": yaml.safe_load(text), **more})


def sheet(*rows: list[object], name: str = "data") -> RawSheet:
    """A delivered sheet."""
    width = max(len(row) for row in rows)
    return RawSheet(name, [[*row, *[None] * (width - len(row))] for row in rows])  # type: ignore[list-item]
