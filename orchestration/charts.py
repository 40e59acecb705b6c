"""Small charts for the UI: bars as SVG inside Markdown, drawn here in no time, as a run may not wait for a picture.

Drawing belongs here; what is drawn comes from `figures.py` and `tables.py`. Reports and the site have their own charts
(`warehouse/serving/charts`); colours are theirs.
"""

import base64
from collections.abc import Sequence
from html import escape

import dagster as dg

from warehouse.serving.charts.palette import palette

Row = tuple[str, float | None]  # label and value; None: withheld or not told
Pair = tuple[str, float | None, float | None]  # label, before, now

ROLES = {"block": "bad", "review": "warning", "note": "missing"}  # severities in the roles of the palette
LABEL, BAR, VALUE, LINE, HEAD = 150, 190, 74, 18, 26  # pixels
WIDTH = LABEL + BAR + VALUE


def bars(title: str, rows: Sequence[Row], colour: str = "", unit: str = "") -> dg.MarkdownMetadataValue:
    """One chart of bars, longest first as given. The picture says in words what it shows, for those who don't see it."""
    return panels([(title, rows, colour)], unit)


def panels(charts: Sequence[tuple[str, Sequence[Row], str]], unit: str = "") -> dg.MarkdownMetadataValue:
    """Charts side by side, two in a row, each with its own scale: (title, rows, name of a category or severity)."""
    tallest = max((len(rows) for _, rows, _ in charts), default=0)
    height = HEAD + tallest * LINE + 8
    drawn = [
        f'<g transform="translate({(i % 2) * (WIDTH + 24)},{(i // 2) * height})">{_panel(*chart)}</g>'
        for i, chart in enumerate(charts)
    ]
    told = "; ".join(f"{title}: {_told(rows)}{f' {unit}' if unit else ''}" for title, rows, _ in charts)
    size = (min(len(charts), 2) * (WIDTH + 24) - 24, (len(charts) + 1) // 2 * height)
    return _image(told, "".join(drawn), *size)


def pairs(title: str, rows: Sequence[Pair]) -> dg.MarkdownMetadataValue:
    """Two bars for each label: before (grey) and now."""
    most = max((v for _, *values in rows for v in values if v), default=1)
    lines = [_title(f"{title} (grey: before)")]
    for i, (label, before, now) in enumerate(rows):
        y = HEAD + i * 2 * LINE
        lines += [_text(LABEL - 8, y + 20, label, "end")]
        lines += [_bar(y + 4, before, most, _ink("missing")), _bar(y + 4 + LINE - 4, now, most, _ink("returned"))]
    told = "; ".join(f"{label} {_number(before)} before, {_number(now)} now" for label, before, now in rows)
    return _image(f"{title}: {told}", "".join(lines), WIDTH, HEAD + len(rows) * 2 * LINE + 8)


def _panel(title: str, rows: Sequence[Row], colour: str) -> str:
    most = max((value for _, value in rows if value), default=1)
    lines = [_title(title)]
    for i, (label, value) in enumerate(rows):
        y = HEAD + i * LINE
        lines += [_text(LABEL - 8, y + 12, label, "end"), _bar(y + 2, value, most, _ink(colour or "returned"))]
    return "".join(lines)


def _bar(y: int, value: float | None, most: float, colour: str) -> str:
    if value is None:
        return _text(LABEL, y + 10, "withheld", "start", "muted")
    long = max(1.0, value / most * BAR) if value else 0
    rectangle = f'<rect x="{LABEL}" y="{y}" width="{long:.1f}" height="12" rx="1.5" fill="{colour}"/>'
    return rectangle + _text(LABEL + int(long) + 5, y + 10, _number(value), "start")


def _text(x: int, y: int, text: str, anchor: str, colour: str = "text") -> str:
    shown = text if len(text) <= 24 else text[:23] + "…"
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{_ink(colour)}">{escape(shown)}</text>'


def _ink(name: str) -> str:
    return palette().ink(ROLES.get(name, name))


def _title(text: str) -> str:
    ink = _ink("text")
    return f'<text x="0" y="14" font-weight="600" fill="{ink}">{escape(text)}</text>'


def _number(value: float | None) -> str:
    return "withheld" if value is None else f"{value:,.0f}"


def _told(rows: Sequence[Row]) -> str:
    return ", ".join(f"{label} {_number(value)}" for label, value in rows)


def _image(told: str, drawn: str, width: int, height: int) -> dg.MarkdownMetadataValue:
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family="Noto Sans, Segoe UI, Arial, sans-serif" font-size="11">'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>{drawn}</svg>'
    )
    text = told.replace("[", "(").replace("]", ")").replace("\n", " ")
    return dg.MetadataValue.md(f"![{text}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})")
