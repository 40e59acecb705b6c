"""Data Docs of a verdict: one static page, made by Great Expectations' own renderers from the verdict alone.

Making and keeping the pages belong here. They hold what the verdict says (counts, codes, keys) and nothing else, every
text escaped, and ask nothing of any network: scripts, fonts and pictures that Great Expectations would fetch are left out.
"""

from __future__ import annotations

import os
import re
import shutil
from html import escape
from pathlib import Path
from typing import Any

from expectations.checks import catalogue
from expectations.docs_head import STYLE, head
from warehouse.errors import MtmError
from warehouse.releases.verdict import DOCS_PAGE, CheckResult, Verdict, docs_folder
from warehouse.serving.field_report.messages import check_seen, check_todo
from warehouse.settings import Home

KEPT = 5  # pages of a round that are kept, the newest
LAYERS = {"normalized": "1 delivery · поставка", "marts": "2 figures · показатели"}
POLICY = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
# What the page of Great Expectations would fetch from elsewhere, or do by script.
FETCHED = [
    re.compile(r"<script\b.*?</script\s*>", re.DOTALL | re.IGNORECASE),
    re.compile(r"<link\b[^>]*>", re.IGNORECASE),
    re.compile(r"<img\b[^>]*>", re.IGNORECASE),
    re.compile(
        r'<nav class="navbar.*?</nav>\s*</div>\s*</nav>', re.DOTALL
    ),  # its logo, and a way to pages that are not there
    re.compile(r'<div class="card mb-3">.*?Validation Filter.*?</div>\s*</div>\s*</div>\s*</div>\s*</div>', re.DOTALL),
    re.compile(r"<footer\b.*?</footer>", re.DOTALL),
    re.compile(r"@import[^;]+;|@font-face\s*{[^}]*}|background(-image)?:\s*url\([^)]*\)[^;}]*;?", re.DOTALL),
    re.compile(r"\s*Data asset: None<br>"),
    re.compile(r"<title>.*?</title>", re.DOTALL),
]

LINK = re.compile(r'<a\b[^>]*href="(?!#)[^"]*"[^>]*>(.*?)</a>', re.DOTALL)  # to pages that are not there


def build_docs(home: Home, verdict: Verdict) -> Path:
    """Make the page, in place of an older one of the same name. Raises what goes wrong: the gate then refuses."""
    path = docs_folder(home, verdict) / DOCS_PAGE
    path.parent.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.parent.with_name(f".{path.parent.name}.part")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(mode=0o700)
    (temporary / DOCS_PAGE).write_text(page(verdict), encoding="utf-8")
    shutil.rmtree(path.parent, ignore_errors=True)
    os.replace(temporary, path.parent)
    _forget_old(path.parent.parent)
    return path


def page(verdict: Verdict) -> str:
    """The page as HTML."""
    from expectations.runner import data_docs

    html = data_docs(f"{verdict.round_key}", [_result(check) for check in sorted(verdict.checks, key=_place)])
    for pattern in FETCHED:
        html = pattern.sub("", html)
    html = LINK.sub(r"\1", html)
    title = f"<title>Verdict on {escape(verdict.round_key)}</title>"
    html = html.replace("<head>", f"<head>{POLICY}{title}", 1).replace("</head>", f"<style>{STYLE}</style></head>", 1)
    return re.sub(r"(<body[^>]*>)", lambda m: m[1] + head(verdict), html, count=1)


def _forget_old(folder: Path) -> None:
    """Keep the newest pages of a round."""
    pages = sorted((p for p in folder.iterdir() if p.is_dir()), key=lambda p: (p.stat().st_mtime_ns, p.name))
    for old in pages[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def _place(check: CheckResult) -> tuple[Any, ...]:
    """Layer, family, then what did not hold."""
    return list(LAYERS).index(check.layer), check.family, check.passed, check.code


def _result(check: CheckResult) -> dict[str, Any]:
    """A check as Great Expectations shows it: under a heading, what is expected, what was observed. It escapes nothing."""
    return {
        "success": check.passed,
        "heading": _safe(f"{LAYERS[check.layer]} — {check.family:02d} {_family(check.family)}"),
        "expected": "<br>".join(_told(check)),
        "observed": f"{_safe(check.observed)}<br><span class='ru'>{_safe(check_seen(check.observed, 'ru'))}</span>",
        "code": check.code,
    }


def _family(number: int) -> str:
    """The family's name in English and Russian; nothing where the catalogue can't be read (the verdict says so)."""
    try:
        names = catalogue().families.get(number)
    except MtmError:
        return ""
    return f"{names.en} · {names.ru}" if names else ""


def _told(check: CheckResult) -> list[str]:
    allowed = f"allowed {check.threshold} · допускается {check_seen(check.threshold, 'ru')}"
    lines = [
        f"<b>{_safe(check.sentence_en)}</b>",
        f"<span class='ru'>{_safe(check.sentence_ru)}</span>",
        _safe(allowed),
    ]
    lines += [f"<code>{_safe(check.code)}</code> · {_safe(check.severity)}"]
    if not check.passed:
        lines += [
            f"do: {_safe(check.todo)}",
            f"<span class='ru'>сделать: {_safe(check_todo(check.code, 'ru', check.todo))}</span>",
        ]
        lines += [f"where: {_safe(', '.join(check.evidence))}"] if check.evidence else []
    lines += [f"<span class='waived'>let through by waiver {_safe(check.waiver)}</span>"] if check.waiver else []
    return lines


def _safe(text: str) -> str:
    """A text that stands in HTML as it is; Great Expectations would read a dollar sign as the name of a value."""
    return escape(text).replace("$", "&#36;").replace("{", "&#123;").replace("}", "&#125;")
