"""The page of questions tells the truth: every SQL on it runs on the demo's release and gives the answer that stands below.

When answers change on purpose: `MTM_UPDATE=1 pytest tests/acceptance/test_questions.py`, and read the difference.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any

import pytest

from tests.acceptance.conftest import CommandLine
from warehouse.releases.query import query
from warehouse.settings import PROJECT, Home

PAGE = PROJECT / "docs" / "questions.md"
QUESTION = re.compile(r"^### (\d+)\. (.+?)\n(.+?)\n```sql\n(.+?)```\n(?:\n((?:\|[^\n]*\n)+))?", re.M | re.S)


@dataclass(frozen=True)
class Question:
    """One heading of the page with its SQL and the table below it."""

    number: int
    title: str
    text: str
    sql: str
    answer: str


def questions() -> list[Question]:
    found = QUESTION.findall(PAGE.read_text(encoding="utf-8"))
    return [Question(int(n), title, text.strip(), sql.strip(), answer) for n, title, text, sql, answer in found]


def shown(value: Any) -> str:
    """A cell of the page: nothing for null, yes and no, numbers without a needless point."""
    if isinstance(value, bool) or value is None:
        return {None: "", True: "yes", False: "no"}[value]
    if isinstance(value, float):
        return f"{value or 0.0:.10f}".rstrip("0").rstrip(".")  # -0.0 is 0
    return str(value).replace("|", "\\|")


def table(columns: list[str], rows: list[tuple[Any, ...]]) -> str:
    lines = [columns, ["---"] * len(columns), *([shown(v) for v in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def answered(page: str, number: int, answer: str) -> str:
    """The page with another table below the question."""
    match = next(m for m in QUESTION.finditer(page) if int(m.group(1)) == number)
    end = match.end(4) + len("```\n")
    return page[:end] + "\n" + answer + page[match.end() :]


@pytest.mark.slow
@pytest.mark.parametrize("question", questions(), ids=lambda q: str(q.number))
def test_the_answer_on_the_demo_is_the_one_of_the_page(demo: CommandLine, question: Question) -> None:
    answer = table(*query(Home(demo.home), question.sql))
    assert answer.count("\n") > 2, f"question {question.number} has no answer"
    if os.environ.get("MTM_UPDATE"):
        PAGE.write_text(answered(PAGE.read_text(encoding="utf-8"), question.number, answer), encoding="utf-8")
    else:
        assert answer == question.answer, f"{question.title} Right? Then run this test with MTM_UPDATE=1"


def test_the_page_is_whole() -> None:
    """Numbers without a gap, one SQL and one line of reading for each heading, and SQL that is short."""
    found = questions()
    headings = re.findall(r"^### ", PAGE.read_text(encoding="utf-8"), re.M)
    assert [q.number for q in found] == list(range(1, len(headings) + 1)) and len(found) >= 20
    assert [q.number for q in found if not q.title.endswith("?") or not q.text or not q.answer] == []
    assert [q.number for q in found if q.sql.count("\n") > 12] == []


def test_questions_read_the_marts_of_the_page_only() -> None:
    for question in questions():
        read = re.findall(r"(?:FROM|JOIN) (\w+)", question.sql)
        assert read and all(name.startswith(("mart_", "dim_")) for name in read), question.number
