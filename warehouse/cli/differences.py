"""How differences are printed: of releases, of deliveries.

Only printing belongs here; comparing is the work of `releases/diff.py` and `redelivery/`. Counts, labels and row numbers
are all that is known here of a delivery.
"""

from __future__ import annotations

from typing import Any

import click

from warehouse.cli.output import print_table
from warehouse.redelivery.model import Comparison, Side

FEW = 12  # row numbers that are named in a line


def print_releases(answer: dict[str, Any]) -> None:
    """Rounds, people and marts that differ."""
    click.echo(f"{answer['before']} → {answer['after']}")
    for r in answer["rounds"]:
        click.echo(f"{r['round_key']}: {r['change']} ({r['before'] or '–'} → {r['after'] or '–'})")
    if answer["people"]:
        rows = [
            (
                p["round_key"],
                p["population_category"],
                *(_people(p[c]) for c in ("before", "after", "difference", "moved")),
            )
            for p in answer["people"]
        ]
        print_table(["round", "people", "before", "after", "difference", "moved between places"], rows)
        click.echo(f"people moved, in rounds that both hold: {answer['people_moved']:,}")
    if answer["marts"]:
        columns = [
            "mart",
            "rows before",
            "rows after",
            "added",
            "gone",
            "changed",
            "of rows in both",
            "values changed",
            "of values in both",
        ]
        print_table(columns, [_mart(m) for m in answer["marts"]])
    click.echo(f"{answer['equal']} marts are equal")


def _mart(m: dict[str, Any]) -> tuple[Any, ...]:
    rows = (
        m["mart"],
        m["rows_before"],
        m["rows_after"],
        m["added"],
        m["gone"],
        m["changed"],
        f"{m['share_changed']:.2%}",
    )
    return *rows, m["values_changed"], f"{m['share_values_changed']:.2%}"


def _people(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def print_deliveries(c: Comparison) -> None:
    """Rows, cells, columns and people that a delivery changed."""
    click.echo(f"{c.round_key}: {_side(c.before)} → {_side(c.after)}, rows matched by {c.matched_by}")
    for what, number, rows in (("added", c.rows_added, c.added), ("gone", c.rows_gone, c.gone), ("changed", c.rows_changed, c.changed)):  # fmt: skip
        click.echo(f"  rows {what}: {number:,}{_numbers(rows, number, 'before' if what == 'gone' else 'after')}")
    click.echo(f"  rows equal: {c.rows_equal:,}")
    click.echo(f"  cells changed: {c.cells_changed:,} of {c.cells_compared:,} as delivered ({c.share_changed:.2%}); "
               f"{c.values_changed:,} of {c.values_compared:,} values as used")  # fmt: skip
    for what, labels in (("added", c.columns_added), ("gone", c.columns_gone), ("renamed", [" → ".join(p) for p in c.columns_renamed])):  # fmt: skip
        if labels:
            click.echo(f"  columns {what}: {', '.join(labels)}")
    for sheet, (before, after, equal) in c.repeats.items():
        click.echo(f"  sheet {sheet}: {before:,} → {after:,} rows, {equal:,} equal")
    if c.columns_changed:
        print_table(["column", "cells changed"], sorted(c.columns_changed.items(), key=lambda x: -x[1]))
    if c.people:
        print_table(["measure", "before", "after", "in added rows", "in gone rows", "in changed rows"],
                    [(m.measure, m.before, m.after, m.in_added_rows, -m.in_gone_rows, m.in_changed_rows) for m in c.people])  # fmt: skip
        click.echo(f"people moved: {c.people_moved:,} ({c.people_share:.2%})")


def _side(side: Side) -> str:
    return f"delivery {side.delivery_seq} ({side.delivery_id}, {side.rows:,} rows)"


def _numbers(rows: list[int], number: int, which: str) -> str:
    if not rows:
        return ""
    more = " …" if number > FEW else ""
    return f" (row {', '.join(map(str, rows[:FEW]))}{more} of the file {which})"
