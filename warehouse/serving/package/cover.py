"""The first two sheets of the workbook: what it is and on what terms, a list of sheets, and every column explained.

Only these two sheets belong here. All texts go through the neutraliser: a credit line comes from people too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.serving.neutral import neutral
from warehouse.serving.package.about import About
from warehouse.serving.package.styles import Styles
from warehouse.serving.words import Tongue

if TYPE_CHECKING:
    from warehouse.serving.package.workbook import Sheet


def write_cover(ws: Any, styles: Styles, told: About, sheets: list[Sheet], t: Tongue) -> None:
    """The sheet `about`."""
    ws.hide_gridlines(2)
    _fitted(ws)
    for column, width in enumerate((32, 52, 14, 80)):
        ws.set_column(column, column, width)
    ws.merge_range(0, 0, 0, 3, neutral(told.title(t)), styles.heading)
    ws.set_row(0, 24 * (1 + len(told.title(t)) // 95))
    row = 2
    if told.synthetic:
        ws.merge_range(
            row, 0, row, 3, t.say("SYNTHETIC: this release holds rounds that were made, not collected."), styles.warning
        )
        row += 2
    for label, text in _facts(told, t):
        ws.write_string(row, 0, label, styles.label)
        ws.merge_range(row, 1, row, 3, neutral(text), styles.text)
        ws.set_row(row, 15 * (1 + len(text) // 110))
        row += 1
    _list(ws, styles, sheets, row + 1, t)


def _fitted(ws: Any) -> None:
    """Printed on A4, as wide as a page."""
    ws.set_landscape()
    ws.set_paper(9)
    ws.fit_to_pages(1, 0)


def _facts(told: About, t: Tongue) -> list[tuple[str, str]]:
    rounds = "; ".join(f"{r.get('round_key')} ({t.named(r, 'round_title')})" for r in told.rounds)
    urls = list(dict.fromkeys(p.licence_url for p in told.programmes if p.licence_url))
    return [
        (t.say("What this is"), t.say("All published tables of one release, a sheet each. Rows are in the order of their key.")),
        (t.say("Release"), told.release_id),
        (t.say("Published"), t.say("{day} (UTC), content {content}", day=told.day, content=told.content_hash[:12])),
        (t.say("Rounds"), rounds),
        (t.say("A sheet"), t.say("Three rows stand above the figures: titles, names of columns, HXL tags. The sheet “columns” explains them.")),
        (t.say("Withheld"), t.say("Grey rows (is_suppressed is TRUE) were withheld to protect people; their hatched cells are not zero.")),
        (t.say("Empty cells"), t.say("Not known, not asked or withheld; never zero.")),
        (t.say("Never add up"), t.say("Figures of different rounds, levels of places, or totals and their parts. What may be compared stands in the columns comparability and comparability_reason.")),
        (t.say("Languages"), t.say("Of names that stand in three languages, sheets of figures hold one; the lists (dim_…) and the CSV and Parquet files hold all.")),
        (t.say("Terms of use"), "; ".join([*told.licences_in(t), *urls])),
        (t.say("Credit line"), "; ".join(told.credits_in(t))),
        (t.say("Cite as"), told.citation(t)),
    ]  # fmt: skip


def _list(ws: Any, styles: Styles, sheets: list[Sheet], row: int, t: Tongue) -> None:
    for column, text in enumerate((t.say("Sheet"), t.say("Title"), t.say("Rows"), t.say("A row is (in English)"))):
        ws.write_string(row, column, text, styles.head)
    for at, sheet in enumerate(sheets, row + 1):
        ws.write_url(at, 0, f"internal:'{sheet.name}'!A1", styles.link, sheet.name)
        ws.write_string(at, 1, getattr(sheet.table.title, t.lang) or sheet.table.title.en, styles.text)
        ws.write_number(at, 2, sheet.table.rows, styles.count)
        ws.set_row(at, 15 * (1 + len(sheet.table.grain) // 80))
        ws.write_string(at, 3, neutral(" ".join([*_cut(sheet, t), sheet.table.grain])), styles.text)


def _cut(sheet: Sheet, t: Tongue) -> list[str]:
    if sheet.rows >= sheet.table.rows:
        return []
    return [t.say("CUT: a sheet holds no more than the first {n} rows; all {all} are in csv/ and parquet/.",
                  n=t.number(sheet.rows), all=t.number(sheet.table.rows))]  # fmt: skip


def write_columns(ws: Any, styles: Styles, sheets: list[Sheet], t: Tongue) -> None:
    """The sheet `columns`: a row for every column of every mart, also those that are not in a sheet."""
    head = [t.say("Table"), t.say("Column"), t.say("Title (English)"), t.say("Title (Russian)"), t.say("Title (Kyrgyz)"), t.say("Type"),
            t.say("Unit"), t.say("Key"), t.say("In the sheet"), t.say("HXL tag"), t.say("Meaning (in English)")]  # fmt: skip
    for column, (text, width) in enumerate(zip(head, (28, 30, 32, 32, 32, 10, 14, 8, 10, 34, 100), strict=True)):
        ws.set_column(column, column, width)
        ws.write_string(0, column, text, styles.head)
    _fitted(ws)
    row = 1
    for sheet in sheets:
        left_out = set(sheet.left_out)
        for f in sheet.table.fields:
            texts = (sheet.table.name, f.name, f.title.en, f.title.ru, f.title.ky, f.kind, f.unit, "1" if f.is_key else None,
                     None if f.name in left_out else "1", f.hxl, f.description)  # fmt: skip
            for column, cell in enumerate(texts):
                if cell:
                    ws.write_string(row, column, neutral(cell), styles.text)
            ws.set_row(row, 15 * (1 + max(len(f.description or "") // 100, len(f.name) // 30)))
            row += 1
    ws.freeze_panes(1, 2)
    ws.autofilter(0, 0, row - 1, len(head) - 1)
