"""The indicators of an operation, put together from its files.

Reading and joining the files belongs here; their shape is in `model.py`.
"""

from __future__ import annotations

from pathlib import Path

from warehouse.indicators.model import Indicator, Indicators
from warehouse.operation_files import read_yaml


def indicators_of(folder: Path) -> list[Indicator]:
    """The indicators of the operation whose files lie in `folder`."""
    return read_yaml(folder / "indicators.yml", Indicators).indicators
