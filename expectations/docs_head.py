"""The head of a verdict's page: outcome, errors, waivers, the change against the base release, the inputs. And its style.

Only HTML of what the verdict says belongs here, every text escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from warehouse.releases.verdict import Verdict

WORDS = {
    "passed": "may be published · может быть опубликован",
    "refused": "refused · отклонён",
    "provisional": "provisional, never published · предварительный, не публикуется",
}
STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #1c2430; background: #fff; margin: 0; padding: 1.5rem; }
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
        _waivers(verdict),
        _diff(verdict.diff),
        _table("Inputs · исходные", ["what", "hash"], [(k, v) for k, v in verdict.inputs.items() if v]),
        "</header>",
    ]
    return "\n".join(parts)


def _waivers(verdict: Verdict) -> str:
    columns = ["id", "finding", "covers", "reason", "owner", "since", "expires"]
    rows = [[w.get(name, "") for name in ("id", "finding", "observed", *columns[3:])] for w in verdict.waivers]
    return _table("Waivers that were used · исключения", columns, rows)


def _diff(diff: dict[str, Any]) -> str:
    if diff.get("told"):
        return f"<p class='text-danger'>{escape(str(diff['told']))}</p>"
    names = [
        "mart",
        "rows_before",
        "rows_after",
        "added",
        "gone",
        "changed",
        "share_changed",
        "people_net",
        "people_gross",
    ]
    rows = [[mart.get(name) for name in names] for mart in diff.get("marts", [])]
    shown = [name.replace("_", " ") for name in names]
    return _table(f"Against the base release ({diff.get('equal', 0)} marts are equal) · изменения", shown, rows)


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    if not rows:
        return ""
    heads = "".join(f"<th>{escape(c)}</th>" for c in columns)
    lines = "".join(f"<tr>{''.join(_cell(c) for c in row)}</tr>" for row in rows)
    return f"<details open><summary>{escape(title)}</summary><table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></details>"


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"<td class='n'>{value:.2%}</td>"
    if isinstance(value, int):
        return f"<td class='n'>{value:,}</td>"
    return f"<td>{escape(str('' if value is None else value))}</td>"
