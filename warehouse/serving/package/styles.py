"""How cells of the workbook look: formats of numbers by unit, the head of a sheet, what is withheld.

Only looks belong here. Colours have a contrast of 4.5 and more, and nothing is told by colour alone.
"""

from __future__ import annotations

from typing import Any

from warehouse.serving.package.tables import Field

INK, GREY, PALE, ACCENT = "#1A1A1A", "#595959", "#F2F2F2", "#0B4F8A"
LONG = (
    "name",
    "title",
    "definition",
    "denominator",
    "reason",
    "source",
    "sources",
    "note",
    "text",
    "claim",
    "observed",
    "allowed",
    "todo",
)
SHARES = {"share"}
PLAIN_WHOLE = {"rank", None}  # years, levels, numbers of rounds: without a mark between thousands


class Styles:
    """The formats of one workbook."""

    def __init__(self, book: Any) -> None:
        """`book`: an xlsxwriter workbook."""
        add = book.add_format
        self.title = add(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": PALE, "font_color": INK, "num_format": "@"}
        )
        self.name = add(
            {"font_color": GREY, "font_name": "Courier New", "font_size": 9, "bg_color": PALE, "num_format": "@"}
        )
        self.tag = add(
            {"font_color": ACCENT, "italic": True, "font_size": 9, "bg_color": PALE, "bottom": 1, "num_format": "@"}
        )
        self.heading = add({"bold": True, "font_size": 16, "font_color": ACCENT, "text_wrap": True, "valign": "top"})
        self.warning = add(
            {
                "bold": True,
                "font_size": 12,
                "font_color": "#9C0006",
                "bg_color": "#FFE5E5",
                "text_wrap": True,
                "valign": "top",
            }
        )
        self.label = add({"bold": True, "valign": "top", "font_color": INK})
        self.text = add({"text_wrap": True, "valign": "top", "font_color": INK})
        self.link = add({"underline": 1, "font_color": ACCENT, "valign": "top"})
        self.count = add({"num_format": "#,##0", "valign": "top", "align": "right", "indent": 1})
        self.head = add({"bold": True, "bg_color": PALE, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.withheld = add({"bg_color": "#E4E4E4", "italic": True})
        self.hatched = add({"pattern": 14, "fg_color": "#6E6E6E", "bg_color": "#B8B8B8"})
        self._numbers = {
            "boolean": add(
                {"num_format": '"TRUE";"TRUE";"FALSE"', "align": "center"}
            ),  # where they are shown as numbers
            "date": add({"num_format": "yyyy-mm-dd"}),
            "datetime": add({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            "share": add({"num_format": "0.0%"}),
            "count": add({"num_format": "#,##0"}),
            "whole": add({"num_format": "0"}),
            "number": add({"num_format": "#,##0.0##"}),
        }

    def of(self, field: Field) -> Any:
        """The format of a column's cells; texts have none (a format on each of a million cells takes time)."""
        kind = field.kind
        if kind == "integer":
            return self._numbers["whole" if field.unit in PLAIN_WHOLE else "count"]
        if kind == "number":
            return self._numbers["share" if field.unit in SHARES else "number"]
        return self._numbers.get(kind)


def width_of(field: Field) -> int:
    """Characters that a column is wide: room for its name, more for sentences and names."""
    name = field.name.removesuffix("_en").removesuffix("_ru").removesuffix("_ky")
    base = 12 if field.kind != "text" else 34 if name.endswith(LONG) else 14
    return max(base, min(len(field.name) + 1, 26))
