"""The command `mtm trace`: from a published figure to the deliveries, sheets and rows behind it.

Only asking and printing belongs here; the work is done in `trace/`.
"""

from __future__ import annotations

from typing import Any

import click

from warehouse.cli.cells import shown
from warehouse.cli.output import json_option, print_json, print_table, prose
from warehouse.settings import Home

Row = dict[str, Any]
STEPS = 8  # models that are named on one line


@click.command()
@click.argument("mart")
@click.argument("key", nargs=-1)
@click.option("--release", "release_id", help="Trace a figure of this release instead of the served one.")
@click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, help="Rows that are listed of each figure."
)
@click.option("--all", "whole", is_flag=True, help="List every row.")
@click.option("--private", is_flag=True, help="Also for figures that are withheld: it may tell of few people.")
@json_option
def trace(
    mart: str, key: tuple[str, ...], release_id: str | None, limit: int, whole: bool, private: bool, as_json: bool
) -> None:
    """From a figure of a mart to the rows of the deliveries that add up to it.

    \b
    mtm trace mart_headlines kgz-bma-r03 returned
    mtm trace mart_returns_by_year round_key=kgz-bma-r03,return_year=2023
    mtm trace mart_survey_estimates kgz-rms-r03 intention stay national all

    KEY names the row: column=value, or the values in the order of the mart's key. Where it means several rows they
    are listed. Rows are named by sheet and number, with what each contributes; answers of respondents never are.
    """
    from warehouse.trace.run import trace as ask

    found = ask(Home.from_env(), mart, key, release_id=release_id, private=private, limit=None if whole else limit)
    if as_json:
        print_json(found)
    elif "matches" in found:
        _matches(found)
    else:
        _print(found)
    if "matches" in found and not found["found"]:
        raise SystemExit(1)


def _matches(found: Row) -> None:
    rows = found["matches"]
    if not found["found"]:
        prose(f"No row of {found['mart']} has this key." + (" Near it:" if rows else ""))
    else:
        prose(f"{found['found']} rows of {found['mart']} have this key; say which:")
    columns = list(rows[0]) if rows else []
    if rows:
        print_table(columns, [[row.get(c) for c in columns] for row in rows])


def _print(found: Row) -> None:
    prose(f"{found['mart']} · release {found['release']} of {found['published_at']}")
    prose(", ".join(f"{column} {value}" for column, value in found["key"].items()))
    if any(found["window"]):
        prose(f"reference window {found['window'][0]} to {found['window'][1]}")
    prose("")
    prose(found["what"])
    steps = [step["model"] for step in found["made_by"]]
    prose(
        "made by: " + " ← ".join(steps[:STEPS]) + (f" ← … ({len(steps)} models: --json)" if len(steps) > STEPS else "")
    )
    if found["canonical"]:
        prose("from: " + ", ".join(found["canonical"]))
    for at in found["stated_in"]:
        prose(f"stated in {at['file']}" + (f":{at['line']}" if at["line"] else ""))
    _rounds(found["rounds"])
    for figure in found["figures"]:
        _figure(figure)
    _around(found)


def _rounds(rounds: list[Row]) -> None:
    for r in rounds:
        prose("")
        prose(
            f"{r['round_key']}: delivery {r['delivery_id']}, number {r['delivery_seq']}, {r['file_name']}, received {r['received_at']}"
        )
        prose(f"  sha256 {r['sha256']} · codebook {r['codebook']} · normalized {r['normalized_id']}")
        for note in r["notes"]:
            prose(f"  note: {note}")


def _figure(f: Row) -> None:
    verdict = {True: "equal", False: "NOT EQUAL", None: "not worked out again"}[f["equal"]]
    prose("")
    prose(f"{f['column']} = {shown(f['published'])} · from what is behind it: {shown(f['recomputed'])} ({verdict})")
    prose(f"  {f['how']}")
    for part in f["made_of"]:
        _part(part, "  ")
    _rows("rows", f["rows"], f["rows_behind"])
    _rows("rows left out", f["left_out"], f["rows_left_out"])


def _part(part: Row, indent: str) -> None:
    key = ",".join(f"{c}={v}" for c, v in part["key"].items())
    behind = (
        f" · {part['rows_behind']} rows, {'equal' if part.get('equal') else 'NOT EQUAL'}" if part["rows_behind"] else ""
    )
    prose(f"{indent}{part['column']} {shown(part['value'])} of {part['mart']} {key}{behind}")
    for inner in part["made_of"]:
        _part(inner, indent + "  ")
    _rows("rows", part["rows"], part["rows_behind"])
    _rows("rows left out", part["left_out"], part["rows_left_out"])


def _rows(title: str, rows: list[Row], number: int) -> None:
    if rows:
        more = "" if len(rows) == number else f", the first {len(rows)} of them (--all lists every one)"
        prose(f"  {number} {title}{more}:")
        print_table(
            ["row", "place", "contributes", ""],
            [[r["where"], r["place_code"], r["contribution"], r["note"]] for r in rows],
        )


def _around(found: Row) -> None:
    if found["rejected_rows"]:
        prose("")
        prose(f"{found['rejected_rows']} rejected rows of the delivery are in no figure:")
        print_table(
            ["row", "reason", "people"], [[r["where"], r["reason_code"], r["people"]] for r in found["rejected"]]
        )
    if found["corrections"]:
        prose("")
        prose("Corrections and decisions about this round:")
        print_table(["entry", "what", "row", "column", "who", "when", "why"],
                    [[c["entry"], c["do"], c["row"], c["column"], c["who"], c["when"], c["why"]] for c in found["corrections"]])  # fmt: skip
