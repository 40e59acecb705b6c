"""Every code that a person can meet has its words in English and Russian."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import yaml

from expectations.checks import catalogue as checks
from warehouse.corrections.notes import WORDS
from warehouse.normalize.drift.find import WORDS as DRIFT
from warehouse.normalize.place_findings import SAID
from warehouse.normalize.place_history import WHAT
from warehouse.normalize.reasons import reasons
from warehouse.normalize.survey import FAULTS
from warehouse.operations import all_operations
from warehouse.serving.field_report.messages import catalogue, check_todo, said, word
from warehouse.settings import PROJECT

SEVERITIES = {"block", "review", "note"}
OWN_WORDS = PROJECT / "warehouse" / "serving" / "field_report" / "words.yml"


def texts(node: ast.AST) -> set[str]:
    """The constant texts that an expression can be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    return texts(node.body) | texts(node.orelse) if isinstance(node, ast.IfExp) else set()


def noted(path: Path) -> Iterator[str]:
    """Codes of findings and notices that a module makes.

    `findings.add(code, severity, …)`, `Notice(code, severity, …)`, `_add(findings, …, code, …)`, `{"code": …, "severity": …}`.
    """
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Dict):
            keys = {k.value: v for k, v in zip(node.keys, node.values, strict=True) if isinstance(k, ast.Constant)}
            if "severity" in keys:
                yield from texts(keys.get("code", node))
        elif isinstance(node, ast.Tuple):
            yield from (c for one, two in pairwise(node.elts) if texts(two) & SEVERITIES for c in texts(one) - SEVERITIES)
        elif isinstance(node, ast.Call):
            yield from called(node)


def called(node: ast.Call) -> Iterator[str]:
    """Codes that a call hands over."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    named = {k.arg: k.value for k in node.keywords}
    given = [*node.args[:2], *(named[k] for k in ("code", "severity") if k in named)]
    if name in ("add", "Notice") and len(given) >= 2 and texts(given[1]) & SEVERITIES:
        yield from texts(given[0])
    elif name == "_add" and node.args and getattr(node.args[0], "id", "") == "findings":
        yield next(code for arg in node.args for code in sorted(texts(arg)))


def every_code() -> set[str]:
    found = {code for path in (PROJECT / "warehouse").rglob("*.py") for code in noted(path)}
    found |= {words[0] for words in WORDS.values()} | set(reasons()) | set(SAID) | set(WHAT) | set(DRIFT)
    found |= {code for code, _, _ in FAULTS.values()}
    return found | {drop.reason for o in all_operations() for book in o.codebooks for drop in book.drop}


def test_the_search_finds_codes() -> None:
    assert {"unknown_column", "unknown_identifier_column", "orphan_row", "correction_stale", "no_total"} <= every_code()


def test_every_code_has_words_in_both_languages() -> None:
    missing = sorted(every_code() - set(catalogue().messages))
    lines = "\n".join(f"  {code}: {{ru: {{what: '', expected: '', todo: ''}}}}" for code in missing)
    assert not missing, f"{len(missing)} codes have no Russian in operations/common/messages.yml; add there:\n{lines}"
    empty = [code for code, m in catalogue().messages.items() if not m.ru.what or not m.ru.todo]
    assert not empty, f"messages.yml says nothing in Russian for {empty}"


def test_no_message_is_left_of_a_code_that_is_gone() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (PROJECT / "warehouse").rglob("*.py"))
    gone = [code for code in set(catalogue().messages) - every_code() if f'"{code}"' not in source]
    assert sorted(gone) == []


def test_every_check_says_in_both_languages_what_to_do() -> None:
    codes = {check.code for check in checks().checks}
    missing = sorted(codes - set(catalogue().checks))
    lines = "\n".join(f"  {code}: ''" for code in missing)
    assert not missing, (
        f"{len(missing)} checks have no Russian in operations/common/messages.yml; add under checks:\n{lines}"
    )
    assert sorted(set(catalogue().checks) - codes) == []


def test_templates_take_their_parameters_and_untranslated_codes_stay_english() -> None:
    finding = {
        "what": "w {x}",
        "expected": "e",
        "todo": "t",
        "rows": 3,
        "sheet": "s",
        "row_number": None,
        "column_label": None,
        "people": None,
    }
    for code in catalogue().messages:
        for lang in ("en", "ru"):
            assert said(code, lang, finding).what  # type: ignore[arg-type]
    assert "3" in said("absent_field", "ru", finding).what
    assert said("no_such_code", "ru", finding).what == "w {x}"
    assert said("unknown_column", "en", finding).what == "w {x}"
    assert check_todo("no_such_check", "ru", "given") == "given"


def test_the_reports_own_words_are_in_both_languages() -> None:
    for key in yaml.safe_load(OWN_WORDS.read_text(encoding="utf-8"))["words"]:
        assert word(key, "en") and word(key, "ru")
