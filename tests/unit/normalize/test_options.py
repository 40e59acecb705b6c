"""Answers: read within the option list of their round and form version, and never where the options were renumbered."""

from __future__ import annotations

import pytest

from tests.unit.normalize.conftest import Bench, findings, reasons
from warehouse.codebooks.model import Option
from warehouse.normalize.options import OptionList
from warehouse.normalize.run import Normalized

YEARS = [
    Option(code="before_2015", labels=["1)Before 2015", "Before 2015"], rounds="26-"),
    Option(code="y2014", labels=["2)2014", "2014"], rounds="1-25"),
    Option(code="y2015", labels=["3)2015", "2015"], rounds="1-25"),
    Option(code="y2015", labels=["2)2015", "2015"], rounds="26-"),
]


@pytest.mark.parametrize(
    ("text", "number", "read"),
    [
        ("2)2014", 22, ("y2014", "")), ("2) 2014", 22, ("y2014", "")), ("2. 2014", 22, ("y2014", "")), ("2 - 2014", 22, ("y2014", "")),
        ("2014", 22, ("y2014", "")), ("2)2015", 22, (None, "renumbered_option")), ("3)2015", 22, ("y2015", "")),
        ("2)2015", 28, ("y2015", "")), ("2)2014", 28, (None, "renumbered_option")), ("3)2015", 28, (None, "renumbered_option")),
        ("2014", 28, (None, "option_of_other_version")), ("9)2031", 22, (None, "unknown_option")), ("soon", 22, (None, "unknown_option")),
        ("18-29", 22, (None, "unknown_option")),
    ],
)  # fmt: skip
def test_numbered_answers_are_checked_both_ways(text: str, number: int, read: tuple[str | None, str]) -> None:
    assert OptionList.of(YEARS, number).read(text) == read


def test_codes_that_are_numbers_are_numbers() -> None:
    listed = OptionList.of([Option(code="1", labels=["Yes"]), Option(code="2", labels=["No"])], 1)
    assert [listed.read(t) for t in ("1", "2) No", "2) Yes", "1. yes")] == [
        ("1", ""),
        ("2", ""),
        (None, "renumbered_option"),
        ("1", ""),
    ]


def test_one_number_before_two_labels_is_a_renumbering_even_where_none_is_declared() -> None:
    listed = OptionList.of([Option(code="a", labels=["Camp"]), Option(code="b", labels=["Host"])], 1)
    assert listed.read_all(["1) Camp", "2) Host"]) == {"1) Camp": ("a", ""), "2) Host": ("b", "")}
    assert {code for code, _ in listed.read_all(["1) Camp", "1) Host"]).values()} == {None}


BOOK = """
unique: uuid
sheets:
  - name: main
    columns:
      - {field: region, labels: [Region], required: true}
      - {field: sex, labels: [Sex], type: choice, options: sex, required: true}
      - {field: age_years, labels: [Age], type: number}
      - {field: weight, labels: [Weight], type: number}
      - {field: why, labels: [Why], type: choices, options: why}
      - {field: work, labels: [Work], type: choice, options: work}
      - {field: sent, labels: [Sent money], type: boolean, relevant: {work: ["yes"]}}
      - {field: remark, labels: [Remark]}
      - {field: interview_date, labels: [Date], type: date}
code_lists:
  sex: [{code: male, labels: [Man, Мужской]}, {code: female, labels: [Woman, Женский]}]
  why: [{code: war, labels: [War]}, {code: flood, labels: [Big flood]}]
  work: [{code: "yes", labels: ["Yes", Да]}, {code: nope, labels: ["No"], versions: 'v1*'}, {code: not_now, labels: [Not now], versions: 'v2*'}]
"""
HEADER = ["Region", "Sex", "_uuid"]


def survey(bench: Bench, header: list[str], *rows: list[object]) -> Normalized:
    bench.codebook(BOOK, component="rms", grain="respondent")
    full = [[*row, *["North", "Man", f"u{i}"]] for i, row in enumerate(rows)]
    return bench.deliver([[*header, *HEADER], *full])


def answers(done: Normalized, question: str) -> list[tuple[object, ...]]:
    """option, number, status, text in the delivery's order of rows."""
    order = {key: i for i, key in enumerate(done.table("response")["response_key"])}
    rows = [r for r in done.table("answer").iter_rows(named=True) if r["question_code"] == question]
    rows.sort(key=lambda r: (order[r["response_key"]], str(r["option_code"])))
    return [(r["option_code"], r["value_number"], r["value_status"], r["delivered_value"]) for r in rows]


def test_values_as_delivered_stand_beside_values_as_used(bench: Bench) -> None:
    done = survey(
        bench, ["Age", "Work", "Remark"], ["30.0", "Да", "my phone is 0555 12 34 56"], ["x1 +996555123456", "maybe", ""]
    )
    assert answers(done, "work") == [("yes", None, "reported", "Да"), (None, None, "missing", None)]
    assert answers(done, "age_years") == [(None, 30.0, "reported", "30.0"), (None, None, "missing", None)]
    found = findings(done)
    assert found["unknown_option"] == "block"
    assert found["personal_text"] == "review"
    for name in ("answer", "finding", "response"):
        assert "0555" not in str(done.table(name).to_dicts())
        assert "996555123456" not in str(done.table(name).to_dicts())


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        (["Why"], ["war"], [("flood", 0.0), ("war", 1.0)]),
        (["Why/War", "Why/flood"], [1, 0], [("flood", 0.0), ("war", 1.0)]),
        (["grp/Why", "grp/Why/War", "grp/Why/Big flood"], ["War", 1, 0], [("flood", 0.0), ("war", 1.0)]),
        (["Why", "Why/War", "Why/flood"], ["war", 1, 1], [(None, None)]),
        (["Why", "Why/War", "Why/flood"], ["war flood", 1, 0], [(None, None)]),
    ],
)  # fmt: skip
def test_select_multiple_in_all_three_forms(
    bench: Bench, header: list[str], row: list[object], expected: list[tuple[object, object]]
) -> None:
    done = survey(bench, header, row)
    assert [a[:2] for a in answers(done, "why")] == expected
    assert (findings(done).get("select_multiple_differs") == "block") == (expected == [(None, None)])


def test_a_column_of_a_new_option_is_not_lost(bench: Bench) -> None:
    done = survey(bench, ["Why/War", "Why/Drought"], [1, 0], [0, 1])
    assert findings(done)["unknown_option"] == "block"


def test_options_hold_in_their_form_version(bench: Bench) -> None:
    done = survey(bench, ["Work", "__version__"], ["No", "v1.2"], ["Not now", "v2"], ["No", "v2"], ["Yes", "v2"])
    assert [a[0] for a in answers(done, "work")] == ["nope", "not_now", None, "yes"]
    assert findings(done)["option_of_other_version"] == "block"


def test_answers_that_were_not_to_be_asked(bench: Bench) -> None:
    done = survey(bench, ["Work", "Sent money", "__version__"], ["No", 1, "v1"], ["Yes", 0, "v1"])
    assert [a[2] for a in answers(done, "sent")] == ["not_asked", "reported"]
    assert findings(done)["skip_logic"] == "review"


def test_weights_and_ages_that_can_not_be(bench: Bench) -> None:
    found = findings(survey(bench, ["Weight", "Age"], ["", 30], [0, 30], ["x", -3], [1.5, 300]))
    assert {"weight_missing", "weight_not_positive", "age_impossible"} <= set(found)
    assert found["weight_not_positive"] == "block"


@pytest.mark.parametrize("age", ["12,5", 3.5, "1e3", -4, "1.234"])
def test_an_age_is_a_whole_number_of_years(bench: Bench, age: object) -> None:
    assert findings(survey(bench, ["Age"], [30], [age]))["age_impossible"] == "block"


def test_a_figure_that_means_missing_is_no_answer(bench: Bench) -> None:
    bench.codebook(
        BOOK.replace("labels: [Age], type: number", "labels: [Age], type: number, missing: ['999']"),
        "rms",
        "respondent",
    )
    done = bench.deliver([["Age", *HEADER], [999, "North", "Man", "u1"], [31, "North", "Man", "u2"]])
    assert answers(done, "age_years") == [(None, None, "missing", None), (None, 31.0, "reported", "31")]
    assert "age_impossible" not in findings(done)
    assert done.table("response")["age_years"].to_list() == [None, 31]


def test_numbers_below_zero_are_told(bench: Bench) -> None:
    bench.codebook(
        BOOK.replace("{field: remark, labels: [Remark]}", "{field: months, labels: [Months], type: number}"),
        "rms",
        "respondent",
    )
    done = bench.deliver([["Months", *HEADER], [-5, "North", "Man", "u1"], [31, "North", "Man", "u2"]])
    assert findings(done)["negative_answer"] == "review"


def test_one_identifier_with_other_contents_is_no_duplicate(bench: Bench) -> None:
    bench.codebook(BOOK, "rms", "respondent")
    rows = [
        [30, "North", "Man", "u1"],
        [30, "North", "Man", "u1"],
        [31, "North", "Man", "u2"],
        [77, "North", "Man", "u2"],
    ]
    done = bench.deliver([["Age", *HEADER], *rows])
    assert reasons(done) == {3: "duplicate_submission", 5: "conflicting_submission"}
    assert findings(done)["conflicting_submission"] == "block"


def test_an_interview_without_consent_or_time(bench: Bench) -> None:
    asked = """      - {field: consent, labels: [Consent], type: choice, options: work}
      - {field: started_at, labels: [start], type: datetime}
      - {field: ended_at, labels: [end], type: datetime}
code_lists:"""
    drop = "drop: [{reason: no_consent, field: consent, equals: [nope]}]\nunique: uuid"
    bench.codebook(BOOK.replace("code_lists:", asked).replace("unique: uuid", drop), "rms", "respondent")
    day = "2024-05-06T10:{}:00.000+06:00"
    header = ["Consent", "start", "end", *HEADER]
    good = ["Yes", day.format("00"), day.format("21"), "North", "Man", "u1"]
    assert findings(bench.deliver([header, good])) == {}
    bad = [
        ["", *good[1:5], "u2"],
        ["Yes", day.format("00"), day.format("01"), *good[3:5], "u3"],
        ["Yes", day.format("09"), day.format("01"), *good[3:5], "u4"],
    ]
    found = (
        bench.deliver([header, good, *bad], "round2.xlsx")
        .table("finding")
        .select("code", "severity", "row_number", "rows")
        .rows()
    )
    assert found == [("consent_missing", "block", 3, 1), ("interview_too_short", "review", 4, 2)]


def test_interviews_that_say_the_same(bench: Bench) -> None:
    header = ["Weight", "Age", "Why", "Work", "Sent money"]
    found = findings(
        survey(bench, header, [1, 30, "war", "Yes", 1], [1, 30, "war", "Yes", 1], [1, 31, "war", "Yes", 1])
    )
    assert found["same_answers"] == "review"


def test_dates_that_can_not_be_told_are_not_guessed(bench: Bench) -> None:
    done = survey(bench, ["Date"], ["01/02/2024"], ["03/04/2024"], ["soon"])
    assert done.table("response")["interview_date"].to_list() == [None, None, None]
    assert {c: findings(done)[c] for c in ("ambiguous_date", "unreadable_date")} == {
        "ambiguous_date": "block",
        "unreadable_date": "review",
    }


def test_a_baseline_has_answers_too(bench: Bench) -> None:
    bench.codebook("""
sheets:
  - name: main
    columns:
      - {field: region, labels: [Region], required: true}
      - {field: idp, labels: [IDPs], type: count, required: true, measure: {category: idp}}
      - {field: site_type, labels: [Kind], type: choice, options: kind}
code_lists: {kind: [{code: camp, labels: [1) Camp]}, {code: host, labels: [2) Host]}]}
""")
    done = bench.deliver(
        [["Region", "IDPs", "Kind"], ["North", 1, "1) Camp"], ["South", 2, "1) Host"], ["East", 3, ""]]
    )
    assert done.table("answer").select("response_key", "option_code", "value_status").rows() == [
        ("0000002", "camp", "reported"), ("0000003", None, "missing"), ("0000004", None, "missing"),
    ]  # fmt: skip
    row = done.table("finding").filter(done.table("finding")["code"] == "renumbered_option").row(0, named=True)
    assert (row["severity"], row["row_number"], row["column_label"], row["rows"]) == ("block", 3, "Kind", 1)
    assert "code 1" in row["what"]
