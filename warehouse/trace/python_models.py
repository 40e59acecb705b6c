"""What the models in Python say of their columns: type and origin (`python_models.yml`), as no SQL tells it.

Reading the file belongs here. A column that is made from what bears its name needs no origin there.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import Field

from warehouse.operation_files import Strict, read_yaml

FILE = Path(__file__).with_name("python_models.yml")


class Declared(Strict):
    """One column: its type in DuckDB, and `table.column` of what it is made from."""

    type: str = Field("VARCHAR", pattern=r"^[A-Z]+(\[\])?$")
    made_from: tuple[str, ...] = Field((), alias="from")


class Declarations(Strict):
    """The file: model → column → what it is."""

    models: dict[str, dict[str, Declared]]


def declared(model: str) -> dict[str, Declared]:
    """The columns of a model in Python, in their order; none where nothing is declared."""
    return _declarations().models.get(model, {})


@cache
def _declarations() -> Declarations:
    return read_yaml(FILE, Declarations)
