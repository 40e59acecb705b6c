"""The files of the project that are made from the catalogue, so that a name or a definition stands in one place.

Which files these are, writing them, and telling stale ones belong here; what they say is in `metrics.py` and `dictionary.py`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

from warehouse.indicators.dictionary import dictionary_markdown
from warehouse.indicators.load import common_entries
from warehouse.indicators.metrics import metrics_yaml
from warehouse.settings import DBT_PROJECT, PROJECT

CATEGORY_COLUMNS = [
    "population_category", "category_name_en", "category_name_ru", "category_name_ky", "link_type",
    "definition_en", "definition_ru", "definition_ky", "sort_order",
]  # fmt: skip


def population_categories() -> str:
    """The seed `population_categories.csv`: one row per stock of the common catalogue."""
    entries = common_entries()
    links = {e.measure.category: e.code.removeprefix("country.") for e in entries if e.measure and e.topic == "links"}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CATEGORY_COLUMNS)
    for order, e in enumerate((e for e in entries if e.kind == "stock"), 1):
        code = e.code.removeprefix("stock.")
        texts = [row for part in (e.name, e.definition) for row in (part.row("x").values() if part else ("", "", ""))]
        writer.writerow([code, *texts[:3], links.get(code, ""), *texts[3:], order])
    return out.getvalue()


FILES: dict[Path, Callable[[], str]] = {
    DBT_PROJECT / "seeds" / "population_categories.csv": population_categories,
    DBT_PROJECT / "models" / "semantic" / "metrics.yml": metrics_yaml,
    PROJECT / "docs" / "data-dictionary.md": dictionary_markdown,
}


def stale() -> list[Path]:
    """Generated files that do not say what the catalogue says now."""
    return [path for path, make in FILES.items() if not path.exists() or path.read_text(encoding="utf-8") != make()]


def write() -> list[Path]:
    """Write the generated files anew; returns those that changed."""
    changed = stale()
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(FILES[path](), encoding="utf-8")
    return changed
