"""Published figures as their file says them: numbers or words, documents, the day that a claim speaks of."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from warehouse.errors import MtmError
from warehouse.operation_files import read_yaml
from warehouse.operations import load_operation
from warehouse.published import Published
from warehouse.releases.reference import figure_rows, registered_rows

DOCUMENTS = """
documents:
  - {code: report, kind: report, title: The report}
  - {code: release, kind: press_release, title: The press release, published_on: 2024-10-15}
"""
FIGURE = "{{round_key: kgz-bma-r03, figure_code: {code}, name: n, unit: rounds, source: {source}{more}}}"


def read(tmp_path: Path, *figures: str, documents: str = DOCUMENTS) -> Published:
    path = tmp_path / "published.yml"
    path.write_text(documents + "figures:\n" + "".join(f"  - {f}\n" for f in figures), encoding="utf-8")
    return read_yaml(path, Published)


def test_a_claim_speaks_of_its_own_day_or_of_that_of_its_document(tmp_path: Path) -> None:
    published = read(
        tmp_path,
        FIGURE.format(code="a", source="release", more=", value: 3"),
        FIGURE.format(code="b", source="release", more=", value: 3, as_of: 2024-09-30"),
        FIGURE.format(code="c", source="report", more=", text: Osh, also_in: [release]"),
        FIGURE.format(code="d", source="report", more=", value: 1, decimals: -3"),
    )
    rows = [published.row(f) for f in published.figures]
    seen = [(r["as_of"], r["published_on"], r["publication"], r["is_press_release"]) for r in rows]
    day = date(2024, 10, 15)
    assert seen == [
        (day, day, "release", True),
        (date(2024, 9, 30), day, "release", True),
        (None, None, "report", True),
        (None, None, "report", False),
    ]
    assert [(r["published_value"], r["published_text"]) for r in rows][1:3] == [(3, None), (None, "Osh")]


def test_without_documents_a_source_is_its_name(tmp_path: Path) -> None:
    published = read(tmp_path, FIGURE.format(code="a", source="A newspaper", more=", value: 3"), documents="")
    row = published.row(published.figures[0])
    assert (row["figure_source"], row["publication"], row["is_press_release"]) == ("A newspaper", None, False)


@pytest.mark.parametrize(
    ("source", "more", "said"),
    [("report", "", "needs a value or a text"), ("rapport", ", value: 3", "'rapport' is none of the documents")],
)
def test_a_figure_that_says_nothing_or_names_no_document_is_refused(
    tmp_path: Path, source: str, more: str, said: str
) -> None:
    with pytest.raises(MtmError, match=said) as refused:
        read(tmp_path, FIGURE.format(code="a", source=source, more=more))
    assert refused.value.code == "bad_operation_file"


def test_rounds_are_counted_where_the_list_of_rounds_is_whole() -> None:
    assert [(r["component"], r["round_number"]) for r in registered_rows(load_operation("kgz"))][:4] == [
        ("bma", n) for n in (1, 2, 3, 4)
    ]
    assert registered_rows(load_operation("nga")) == []


def test_every_claim_of_the_press_release_of_october_2024_is_a_figure() -> None:
    claims = {r["figure_code"] for r in figure_rows(load_operation("kgz")) if r["is_press_release"]}
    assert claims == {
        "rounds.carried_out", "rounds.in_progress", "trend.returned", "change.returned.2023",
        "rank.returned.1", "rank.returned.2", "rank.returned.3", "share.intention.uncertain",
        "ratio_to_previous.intention.return_same_country", "returned", "emigrant", "international", "internal",
    }  # fmt: skip
