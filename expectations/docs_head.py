"""The head of a verdict's page: outcome, errors, waivers, the change against the base release, the inputs. And its style.

Only HTML of what the verdict says belongs here, every text escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from warehouse.releases.base_diff import TOLD, diff_rows
from warehouse.releases.verdict import CheckResult, Verdict
from warehouse.serving.field_report.messages import check_seen, check_todo

SEVERITIES = ("block", "review", "note")  # the worst first

WORDS = {
    "passed": "may be published · может быть опубликован",
    "refused": "refused · отклонён",
    "provisional": "provisional, never published · предварительный, не публикуется",
}
STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #1c2430; background: #fff; margin: 0 auto; padding: 1.5rem; max-width: 1280px; }
h1 { margin: 0 0 .6rem; } h2 { font-size: 1.15rem; margin: 1.6rem 0 .4rem; } summary { font-weight: 600; padding: .3rem 0; cursor: pointer; }
.badge { display: inline-block; padding: 0 .5rem; border-radius: .7rem; background: #e3e8ef; font-size: 13px; font-weight: 600; }
.badge.block { background: #b3261e; color: #fff; } .badge.review { background: #f6d98b; } .where { font-size: 13px; color: #51606f; overflow-wrap: anywhere; }
.failed td:nth-child(n+3) { width: 19%; } .nav-link, .nav-link * { word-break: normal !important; overflow-wrap: anywhere; text-decoration: none; }
.col-lg-2 h4, .col-lg-2 h5, .col-lg-2 > div > p { display: none; }
.container-fluid > .row { display: flex; flex-wrap: wrap; } .row .row { display: block; }
.col-lg-2 { flex: 0 0 15rem; font-size: 13px; } .col-lg-10 { flex: 1 1 36rem; min-width: 0; max-width: none; }
.sticky { position: sticky; top: 1rem; } .nav { list-style: none; padding: 0; } .nav-link { padding: .15rem 0; display: block; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.2rem; } thead[hidden] { display: none; }
th, td { text-align: left; vertical-align: top; padding: .4rem .7rem; border-bottom: 1px solid #d8dee6; }
td:first-child { width: 1%; white-space: nowrap; } .n { text-align: right; font-variant-numeric: tabular-nums; }
.alert { background: #eef2f7; padding: .5rem .8rem; } h5, h6 { margin: 0; font-size: 1rem; } .ru { color: #51606f; }
.fas { font-style: normal; font-weight: 700; } .text-success { color: #17714a; } .text-danger { color: #b3261e; }
.fa-check-circle::before { content: "✓"; } .fa-times::before, .fa-times-circle::before, .fa-exclamation-triangle::before { content: "✗"; }
.outcome { font-size: 1.15rem; font-weight: 700; padding: .6rem .9rem; border-left: 6px solid #51606f; background: #eef2f7; }
.outcome.passed { border-color: #17714a; } .outcome.refused { border-color: #b3261e; } .waived { color: #8a5a00; font-weight: 600; }
code { font-size: 12px; color: #51606f; overflow-wrap: anywhere; } .cooltip-ancestor .tooltip { display: none; }
"""


def head(verdict: Verdict) -> str:
    """The head as HTML."""
    failed = [c for c in verdict.checks if not c.passed]
    counted = f"{len(verdict.checks)} checks, {len(failed)} did not hold, {sum(bool(c.waiver) for c in failed)} of these waived"
    parts = [
        f"<header><h1>{escape(verdict.round_key)}</h1>",
        f"<p class='outcome {escape(verdict.outcome)}'>{escape(WORDS.get(verdict.outcome, verdict.outcome))}</p>",
        f"<p>{escape(counted)}. Base release: {escape(verdict.base_release or 'none')}. "
        f"Judged by version {escape(verdict.code_version)} of the project.</p>",
        f"<p class='text-danger'>The gate failed closed: {escape(verdict.error)}</p>" if verdict.error else "",
        _failed(failed),
        _waivers(verdict),
        _diff(verdict.diff),
        _table("What was judged, and by what: hashes · что и чем проверено", ["what", "hash"],
               [(k, v) for k, v in verdict.inputs.items() if v], opened=""),
        "<h2>All checks · все проверки</h2>",
        "</header>",
    ]  # fmt: skip
    return "\n".join(parts)


def _waivers(verdict: Verdict) -> str:
    columns = ["id", "finding", "covers", "reason", "owner", "since", "expires"]
    rows = [[w.get(name, "") for name in ("id", "finding", "observed", *columns[3:])] for w in verdict.waivers]
    return _table("Waivers that were used · исключения", columns, rows)


def _diff(diff: dict[str, Any]) -> str:
    if diff.get("told"):
        return f"<p class='text-danger'>{escape(str(diff['told']))}</p>"
    title = f"What it changes in the base release ({diff.get('equal', 0)} marts stay equal) · что меняется в базовом выпуске"
    return _table(title, list(TOLD.values()), diff_rows(diff))


def _failed(failed: Sequence[CheckResult]) -> str:
    """What does not hold, the worst first: this is what the page is opened for."""
    if not failed:
        return "<p>Every check holds. <span class='ru'>Все проверки выполнены.</span></p>"
    rows = "".join(
        _failed_row(c) for c in sorted(failed, key=lambda c: (SEVERITIES.index(c.severity), c.family, c.code))
    )
    heads = "<th>severity · степень</th><th>what must hold · что должно выполняться</th><th>seen · найдено</th><th>allowed · допускается</th>"
    return f"<h2>What does not hold · что не выполнено</h2><table class='failed'><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _failed_row(c: CheckResult) -> str:
    where = f"<div class='where'>where · где: {escape(', '.join(c.evidence))}</div>" if c.evidence else ""
    waived = (
        f"<div class='waived'>let through by waiver {escape(c.waiver)} · пропущено исключением</div>"
        if c.waiver
        else ""
    )
    told = (
        f"<b>{escape(c.sentence_en)}</b><div class='ru'>{escape(c.sentence_ru)}</div>{waived}"
        f"<div>do: {escape(c.todo)}</div><div class='ru'>сделать: {escape(check_todo(c.code, 'ru', c.todo))}</div>{where}<code>{escape(c.code)}</code>"
    )
    numbers = "".join(
        f"<td>{escape(text)}<div class='ru'>{escape(check_seen(text, 'ru'))}</div></td>"
        for text in (c.observed, c.threshold)
    )
    return f"<tr><td><span class='badge {escape(c.severity)}'>{escape(c.severity)}</span></td><td>{told}</td>{numbers}</tr>"


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], opened: str = " open") -> str:
    if not rows:
        return ""
    heads = "".join(f"<th>{escape(c)}</th>" for c in columns)
    lines = "".join(f"<tr>{''.join(_cell(c) for c in row)}</tr>" for row in rows)
    return f"<details{opened}><summary>{escape(title)}</summary><table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></details>"


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"<td class='n'>{value:.2%}</td>"
    if isinstance(value, int):
        return f"<td class='n'>{value:,}</td>"
    return f"<td>{escape(str('' if value is None else value))}</td>"
