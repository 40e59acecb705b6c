"""Every code that a person can meet has its words in English and Russian."""

from __future__ import annotations

import ast
import re
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
from warehouse.serving.field_report.messages import Said, catalogue, check_seen, check_todo, said, word
from warehouse.settings import PROJECT

SEVERITIES = {"block", "review", "note"}
OF_COLLECTION = {"stop", "look", "off"}  # severities of the checks of a collection, which are no findings
OWN_WORDS = PROJECT / "warehouse" / "serving" / "field_report" / "words.yml"


def texts(node: ast.AST) -> set[str]:
    """The constant texts that an expression can be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    return texts(node.body) | texts(node.orelse) if isinstance(node, ast.IfExp) else set()


def noted(path: Path) -> Iterator[str]:
    """Codes of findings and notices that a module makes.

    `findings.add(code, severity, …)`, `Notice(code, severity, …)`, `_add(findings, …, code, …)`, `_tell(…)` so, `{"code": …, "severity": …}`.
    """
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Dict):
            keys = {k.value: v for k, v in zip(node.keys, node.values, strict=True) if isinstance(k, ast.Constant)}
            if "severity" in keys:
                yield from texts(keys.get("code", node))
        elif isinstance(node, ast.Tuple):
            yield from (
                c
                for one, two in pairwise(node.elts)
                if texts(two) & SEVERITIES
                for c in texts(one) - SEVERITIES - OF_COLLECTION
            )
        elif isinstance(node, ast.Call):
            yield from called(node)


def called(node: ast.Call) -> Iterator[str]:
    """Codes that a call hands over."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    named = {k.arg: k.value for k in node.keywords}
    given = [*node.args[:2], *(named[k] for k in ("code", "severity") if k in named)]
    if name in ("add", "Notice") and len(given) >= 2 and texts(given[1]) & SEVERITIES:
        yield from texts(given[0])
    elif name in ("_add", "_tell") and node.args and getattr(node.args[0], "id", "") == "findings":
        yield from [code for arg in node.args for code in sorted(texts(arg))][:1]  # none where a code is handed on


def handed_out(path: Path) -> bool:
    """What is made of releases finds nothing: a word beside `review` is no code there."""
    return bool({"site", "package", "report"} & set(path.relative_to(PROJECT / "warehouse").parts))


def every_code() -> set[str]:
    found = {code for path in (PROJECT / "warehouse").rglob("*.py") if not handed_out(path) for code in noted(path)}
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


def told(node: ast.JoinedStr) -> str:
    """An f-string with ⟨0⟩, ⟨1⟩ … for what it fills in."""
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else f"⟨{i}⟩" for i, part in enumerate(node.values)
    )


def filled_in() -> Iterator[tuple[str, str]]:
    """Codes whose English names something, with that English."""
    for path in (PROJECT / "warehouse").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = {n.targets[0].id: n.value for n in ast.walk(tree) if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)}  # fmt: skip
        for node in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
            for code in called(node):
                told_by = [named.get(getattr(arg, "id", ""), arg) for arg in node.args]
                what = next(
                    (a for a in told_by if isinstance(a, ast.JoinedStr) or any(" " in t for t in texts(a))), None
                )
                if isinstance(what, ast.JoinedStr):
                    yield code, told(what)


def test_russian_tells_the_names_and_numbers_that_english_tells() -> None:
    found = list(filled_in())
    assert {"control_total", "hidden_rows", "lost_letters", "row_accepted_by_decision"} <= {code for code, _ in found}
    lost = []
    for code, what in found:
        finding = {"what": what, "expected": "", "todo": "", "rows": 1}
        names = set(re.findall("⟨.⟩", what))
        fits = [c for c in catalogue().messages[code].cases if c.en.what and c.values(Said(what=what, **SHAPES.get(code, {})))]  # fmt: skip
        said_in = said(code, "ru", finding | SHAPES.get(code, {})).what
        if code not in CHOICES and (not fits or names - set(re.findall("⟨.⟩", said_in))):
            lost.append((code, what, said_in))
    assert not lost


# f-strings that choose between words of the same sense
CHOICES = {"name_spaces"}
# Codes whose cases ask for more than `what`
SHAPES: dict[str, dict[str, str]] = {
    "absent_sheet": {"expected": "a sheet named x"},
    "control_total": {"expected": "7"},
    "window_differs": {"expected": "2024-01-01 to 2024-02-01, as in rounds.yml"},
    "control_not_found": {"expected": "a number beside 'Total'"},
    "percent_scale": {"expected": "shares that add up to 1, as the codebook declares"},
    "places_missing": {"expected": "all of 5 places"},
    "column_of_other_version": {"expected": "form versions 2"},
    "design_missing": {"expected": "stratum of every interview"},
    "skip_logic": {"expected": "answers only where work is yes"},
}


def test_cases_speak_of_words_that_the_code_says() -> None:
    """The English of a case stands in the code, so that a finding said in other words does not lose its Russian in silence."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (PROJECT / "warehouse").rglob("*.py")]
    source = "\n".join(n.value for t in trees for n in ast.walk(t) if isinstance(n, ast.Constant) and isinstance(n.value, str))  # fmt: skip
    said_nowhere = [
        (code, piece.strip())
        for code, message in catalogue().messages.items()
        for case in message.cases
        for text in case.en.model_dump(exclude_none=True).values()
        for piece in re.split(r"\{\w+\}|[;:,()]", text)
        if piece.strip() not in source
    ]
    assert said_nowhere == []


def test_a_finding_that_a_person_accepted_keeps_its_russian() -> None:
    what = "2 hidden rows hold data: 4, 5 (accepted for this delivery by decision a1) (accepted for this delivery by decision b2)"  # fmt: skip
    given = {"what": what, "expected": "", "todo": "", "rows": 2}
    assert said("hidden_rows", "ru", given).what == (
        "скрытые строки содержат данные (строк: 2): 4, 5 (принято для этой поставки решением a1) (принято для этой поставки решением b2)"
    )
    assert said("hidden_rows", "en", given).what == what


def test_a_case_is_told_where_its_english_fits_and_its_values_are_put_into_russian() -> None:
    def russian(code: str, what: str, expected: str = "") -> Said:
        return said(code, "ru", {"what": what, "expected": expected, "todo": "", "rows": 2})

    assert (
        "B2, C3 и ещё 4" in russian("error_cells", "6 cells hold an error instead of a value: B2, C3 and 4 more").what
    )
    assert russian("delimiter", "cells are separated by semicolon").what == "разделитель ячеек: точка с запятой"
    drifted = "rows 4 to 9 are not in the layout of this sheet: looks like the layout of round 2-3 or 5; the people of 2 rows can't be told"  # fmt: skip
    assert russian("rows_in_another_layout", drifted).what == (
        "строки 4–9: порядок столбцов не тот, что на этом листе; похоже на таблицу раунда 2-3 или 5; число людей определить нельзя (строк: 2)"
    )
    one = russian("rows_in_another_layout", "row 4 is not in the layout of this sheet").what
    assert one == "строка 4: порядок столбцов не тот, что на этом листе"
    assert "'A or B' или 'C'" in russian("column_shifted", "the values of 'A or B' or 'C' stand one row too high or too low").what  # fmt: skip
    assert russian("columns_swapped", "said otherwise").what == catalogue().messages["columns_swapped"].ru.what


def measured() -> Iterator[str]:
    """What checks say that they saw, with 7 for each number."""
    whats = {"count": ("7 {}", 1), "share": ("0.0700 (7 of 7 {})", 2)}
    for path in (PROJECT / "expectations" / "measures").rglob("*.py"):
        for node in (n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Call)):
            name = getattr(node.func, "id", "")
            form, at = whats.get(name, ("{}", 1))
            if name in ("count", "share", "Measured") and len(node.args) > at:
                said_there = node.args[at]
                if isinstance(said_there, ast.JoinedStr):
                    yield form.format(re.sub("⟨.⟩", "7", told(said_there)))
                yield from map(form.format, texts(said_there))


def test_what_checks_saw_and_allow_is_told_in_russian() -> None:
    found = {*measured(), "at most 0.05", "at least 1"} - {"7 (7 of 7 7)", "7 7"}
    assert {"7 rows", "7 findings", "0.0700 (7 of 7 answers)", "7 of 7 counts differ"} <= found
    assert [
        (text, check_seen(text, "ru")) for text in sorted(found) if re.search("[a-z]", check_seen(text, "ru"))
    ] == []
    assert check_seen("3 of 9 units missing; the delivery is partial", "ru") == "нет единиц: 3 из 9; поставка неполная"
    assert check_seen("0.3328 (2,314 of 6,954 sums of parts)", "ru") == "0,3328 (сумм частей: 2\u202f314 из 6\u202f954)"
    assert check_seen("at most 0.05", "ru") == "не больше 0,05" and check_seen("at most 0.05", "en") == "at most 0.05"
    moved = "0.0500 (12 people; rows 1 added, 2 gone, 3 changed; 4 of 50 cells changed)"
    assert "изменено ячеек 4 из 50" in check_seen(moved, "ru") and check_seen(moved, "en") == moved


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
