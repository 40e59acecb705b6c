"""Tables for people in the UI: markdown from rows, and the rows that say how a round and its verdict stand.

Only showing belongs here. Nothing that is shown holds a delivered value of a person: counts, codes, words.
"""

from collections.abc import Sequence
from typing import Any

import dagster as dg
import polars as pl

from orchestration.pages import address, field_report
from warehouse.normalize.run import Normalized
from warehouse.redelivery.model import Comparison
from warehouse.releases.base_diff import TOLD, diff_rows
from warehouse.releases.verdict import DOCS_PAGE, CheckResult, Verdict, docs_folder, verdict_path
from warehouse.settings import Home

Table = dg.MarkdownMetadataValue | dg.TextMetadataValue
Shown = dict[str, Any]  # metadata by label: texts, numbers, paths, markdown


def markdown(columns: Sequence[str], rows: Sequence[Sequence[Any]], nothing: str = "none") -> Table:
    """A markdown table; thousands apart, cells of one line. Without rows `nothing`, which needs no click to be read."""
    if not rows:
        return dg.MetadataValue.text(nothing)
    lines = [list(columns), ["---"] * len(columns), *([_cell(c) for c in row] for row in rows)]
    return dg.MetadataValue.md("\n".join("| " + " | ".join(line) + " |" for line in lines))


def together(*shown: Table) -> dg.MarkdownMetadataValue:
    """A chart and its table in one."""
    return dg.MetadataValue.md("\n\n".join(str(one.value) for one in shown))


def by_severity(normalized: Normalized) -> dict[str, int]:
    """How many findings there are of each severity, the worst first."""
    found = dict(normalized.table("finding").group_by("severity").len().rows())
    return {severity: int(found.get(severity, 0)) for severity in ("block", "review", "note")}


def findings(normalized: Normalized, most: int = 10) -> Table:
    """The worst findings, alike ones summed up."""
    table = normalized.table("finding").group_by("severity", "code", "what", "todo", maintain_order=True)
    first = [pl.col(name).first() for name in ("sheet", "row_number", "column_label")]
    rows = table.agg(pl.col("rows").sum(), pl.col("people").sum(), *first, pl.len().alias("alike")).rows()
    shown = [
        (severity, code, what, _where(*place), n or "", people or "", todo)
        for severity, code, what, todo, n, people, *place in rows[:most]
    ]
    return markdown(["severity", "code", "what", "where", "rows", "people", "what to do"], shown, "no findings")


def _where(sheet: str | None, row: int | None, column: str | None, alike: int) -> str:
    """The first place: `data, row 14, Displaced people and 2 more`."""
    place = ", ".join(part for part in (sheet, f"row {row}" if row else "", column) if part)
    return f"{place} and {alike - 1} more" if place and alike > 1 else place


def rejected(normalized: Normalized) -> Table:
    """Rejected rows and people by reason."""
    table = normalized.table("rejected").group_by("reason_code").agg(pl.len().alias("n"), pl.col("people").sum())
    rows = table.sort("n", "reason_code", descending=[True, False]).rows()
    return markdown(
        ["reason", "rows", "people"], [(r, n, people or "") for r, n, people in rows], "no row was rejected"
    )


def reasons(normalized: Normalized, most: int = 12) -> list[tuple[str, float | None]]:
    """Rejected rows by reason, the most frequent first."""
    table = (
        normalized.table("rejected").group_by("reason_code").len().sort("len", "reason_code", descending=[True, False])
    )
    return [(reason.replace("_", " "), n) for reason, n in table.head(most).rows()]


def interviews_by_week(normalized: Normalized, most: int = 30) -> list[tuple[str, float | None]]:
    """Accepted rows of key informants by week of their date, over the whole round; none for a survey of persons."""
    dates = normalized.table("assessment").select(pl.col("interview_date").drop_nulls().dt.truncate("1w").alias("week"))
    weeks = dates.group_by("week").len().sort("week")
    return [(str(week), n) for week, n in weeks.tail(most).rows()]


def conservation(normalized: Normalized) -> Table:
    """Delivered = accepted + rejected, by measure."""
    table = normalized.table("conservation").select("measure", "delivered", "accepted", "rejected")
    return markdown(table.columns, table.rows(), "nothing was counted")


def column_map(normalized: Normalized) -> Table:
    """How many columns were mapped, ignored, unknown, and how many fields the delivery lacks."""
    table = normalized.table("column_map").group_by("mapping").agg(pl.len()).sort("mapping")
    return markdown(["columns", "number"], table.rows())


def redelivery(compared: Comparison) -> Table:
    """What a delivery changed against the one that it supersedes: rows, cells, people by measure."""
    rows: list[tuple[Any, ...]] = [
        (
            "rows",
            compared.before.rows,
            compared.after.rows,
            compared.rows_added,
            compared.rows_gone,
            compared.rows_changed,
        )
    ]
    rows += [("cells as delivered", "", "", "", "", f"{compared.cells_changed:,} ({compared.share_changed:.2%})")]
    rows += [
        (m.measure, m.before, m.after, m.in_added_rows, m.in_gone_rows, m.in_changed_rows) for m in compared.people
    ]
    return markdown(["what", "before", "after", "in added rows", "in gone rows", "in changed rows"], rows)


def checks(results: Sequence[CheckResult], nothing: str = "none") -> Table:
    """Checks of a verdict, failed ones first."""
    rows = [
        (_mark(c), c.code, c.layer, c.sentence_en, c.observed, c.threshold, "" if c.passed else c.todo)
        for c in sorted(results, key=lambda c: c.passed)
    ]
    return markdown(["", "check", "layer", "what must hold", "seen", "allowed", "what to do"], rows, nothing)


def waivers(verdict: Verdict) -> Table:
    """The waivers that let something through."""
    keys = ("id", "finding", "observed", "reason", "owner", "expires")
    rows = [[w.get(key, "") for key in keys] for w in verdict.waivers]
    return markdown(["waiver", "finding", "covers", "reason", "owner", "until"], rows, "none was used")


def change(verdict: Verdict) -> Table:
    """What the candidate would change in the release that is served."""
    nothing = verdict.diff.get("told", "nothing, or it is the first release")
    return markdown(list(TOLD.values()), diff_rows(verdict.diff), nothing)


def verdict_links(verdict: Verdict, home: Home) -> Shown:
    """Where the verdict and its Data Docs lie. A browser opens no file from a page of the web: `mtm dev` serves the page."""
    return {
        "verdict": dg.MetadataValue.path(verdict_path(home, verdict.round_key, verdict.normalized_id)),
        "data docs": dg.MetadataValue.url(address(verdict, home)),
        "report to the field": dg.MetadataValue.url(field_report(home, verdict.round_key)),
        "report to the field (ru)": dg.MetadataValue.url(field_report(home, verdict.round_key, "ru")),
        "data docs as a file": dg.MetadataValue.path(docs_folder(home, verdict) / DOCS_PAGE),
        "without the UI": f"mtm verdict {verdict.round_key} --open",
    }


def _mark(check: CheckResult) -> str:
    if check.waiver:
        return "waived"
    return "✓" if check.passed else {"block": "✗", "review": "!", "note": "·"}[check.severity]


def _cell(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str("" if value is None else value).replace("|", "\\|").replace("\n", " ")
    return f"{value:,}"
