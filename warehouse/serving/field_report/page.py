"""The report as one self-contained HTML page: no script, nothing loaded, every value escaped.

Only the page belongs here; what it says is in `report.py`, its words in `words.yml`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from warehouse.serving.field_report.messages import words_in
from warehouse.serving.field_report.report import FieldReport
from warehouse.serving.field_report.together import Together, place, rows_text, together

HERE = Path(__file__).parent


def html(report: FieldReport) -> str:
    """The page. Rejected rows are listed by their place only: their cells are personal data."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    w, lang = words_in(report.lang), report.lang

    def placed(found: Together) -> str:
        return place(found, lang)

    def rows(found: Together) -> str:
        return rows_text(found.numbers, lang)

    delivery = report.delivery
    return environment.get_template("report.html.j2").render(
        report=report, lang=lang, delivery=delivery, synthetic=report.is_synthetic, w=w, place=placed, number=_number,
        lines=together(report.lines), rejected=together(report.rejected), rows_at=rows,
        title=w("title", seq=delivery.delivery_seq, round=delivery.round_key), outcome=outcome(report),
        how_many=w("how_many", **report.by_severity), where_rows=w("rejected_where", round=delivery.round_key),
        people="people" in report.counts, received=received(report.delivery.received_at),
    )  # fmt: skip


def outcome(report: FieldReport) -> str:
    """passed, refused, provisional, or none where the gate has not spoken."""
    return report.verdict.outcome if report.verdict else "none"


def received(moment: str) -> str:
    """A moment of the sidecar (UTC) for people: `2026-11-25 16:19 UTC`."""
    return f"{moment[:16].replace('T', ' ')} UTC"


def _number(value: Any) -> str:
    """Thousands apart by a thin space, as both languages read it."""
    return "" if value is None else f"{value:,}".replace(",", "\u202f")
