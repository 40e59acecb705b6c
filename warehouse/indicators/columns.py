"""What every column of the marts is called in three languages, its unit and its HXL tag: the typed catalogue of columns.

Reading `operations/common/columns.yml` belongs here; what a column means in one mart stands in its dbt file.
"""

from __future__ import annotations

from functools import cache

from warehouse.operation_files import Names, Strict, read_yaml
from warehouse.settings import PROJECT

FILE = PROJECT / "operations" / "common" / "columns.yml"


class ColumnTitle(Strict):
    """One column name. `hxl`: tag with attributes (`#adm1+code`); `unit`: as in dictionary.yml, none for names and codes."""

    title: Names
    hxl: str
    unit: str | None = None


class ColumnTitles(Strict):
    """The file `columns.yml`: column name → its title. `marts`: mart → its title."""

    columns: dict[str, ColumnTitle]
    marts: dict[str, Names]


@cache
def column_titles() -> ColumnTitles:
    """All of them; a test holds that every column of every mart is there."""
    return read_yaml(FILE, ColumnTitles)
