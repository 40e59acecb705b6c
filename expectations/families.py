"""What the families of checks are called (`families.yml`).

Only their names belong here; which check is of which family stands in `checks.yml`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from warehouse.operation_files import Names, Strict, read_yaml

FILE = Path(__file__).with_name("families.yml")


class Families(Strict):
    """The file `families.yml`."""

    families: dict[int, Names]


@cache
def families() -> dict[int, Names]:
    """Number → names."""
    return read_yaml(FILE, Families).families


def family_name(number: int) -> str:
    """`rows and people · строки и люди`; empty where the number is none."""
    names = families().get(number)
    return f"{names.en} · {names.ru}" if names else ""
