"""Columns of a draft that belong together: a year in the header, the 0/1 columns of a question with several answers.

Finding families belongs here; the rest of the draft's text is in `suggest_yaml.py`.
"""

from __future__ import annotations

import re

from warehouse.codebooks.concepts import concepts
from warehouse.codebooks.folding import fold
from warehouse.codebooks.similar import best
from warehouse.codebooks.suggest import YEAR, DraftColumn


def years_of(columns: list[DraftColumn]) -> tuple[list[str], list[DraftColumn]]:
    """Columns with a year in their header as one pattern each; and the other columns."""
    families: dict[str, list[DraftColumn]] = {}
    for column in columns:
        if column.seen.whole and len(YEAR.findall(column.label)) == 1 and not column.decided:
            families.setdefault(YEAR.sub("{year}", fold(column.label)), []).append(column)
    lines = []
    for stem, family in families.items():
        before, _, after = stem.partition("{year}")
        pattern = f"{re.escape(before)}(?P<item>\\d{{4}}){re.escape(after)}".replace("\\ ", " ").replace("\\-", "-")
        name = re.sub(r"[^a-z0-9]+", "_", stem.replace("{year}", "")).strip("_")[:40] or f"column_{family[0].index + 1}"
        near = best(stem.replace("{year}", "").strip(" -_/"), [c.column for c in concepts().concepts if c.measure])
        category = near.column.measure.category if near and near.column.measure else "…"
        number = f"{len(family)} columns" if len(family) > 1 else "one column"
        found = f"{number} with a year in the header, seen: {family[0].seen.seen}"
        if len(family) > 1:
            more = f"measure: {{category: {category}, dimension: year, item: '{{item}}'}}"
        else:  # the label changes with the round
            pattern, more = pattern.replace("(?P<item>\\d{4})", "\\d{4}"), f"measure: {{category: {category}}}"
        text = "'" + pattern.replace("'", "''") + "'"
        lines += [
            f"      # TODO {found}: "
            + ("parts by year of which category?" if len(family) > 1 else "a total whose label changes?"),
            f"      # - {{field: {name}_by_year, pattern: {text}, type: count, {more}}}",
        ]
    taken = {column.index for family in families.values() for column in family}
    return lines, [column for column in columns if column.index not in taken]


def flags_of(columns: list[DraftColumn]) -> dict[str, list[DraftColumn]]:
    """0/1 columns `question/option` of a select_multiple, by question."""
    families: dict[str, list[DraftColumn]] = {}
    for column in columns:
        question, slash, _ = column.label.strip().rpartition("/")
        if slash and not column.decided and column.seen.seen.startswith("0 and 1"):
            families.setdefault(question, []).append(column)
    return {question: family for question, family in families.items() if len(family) >= 3}
