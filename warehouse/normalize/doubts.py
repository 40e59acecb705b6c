"""Doubts about respondents: weights, ages, interviews that say the same. Findings without values.

Looking at accepted rows belongs here; nothing is changed. What the law of consent demands stands at the gate.
"""

from __future__ import annotations

import polars as pl

from warehouse.codebooks.match import MappedColumn
from warehouse.codebooks.recognise import Recognised
from warehouse.normalize.again import later, same_rows
from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.prepare import words
from warehouse.normalize.values import is_missing, number_value, time_value

FEW_ANSWERS = 5  # with fewer questions two people may well say the same
OLDEST = 110
LEAST_SECONDS = 180  # nobody reads a form out in less
EXTREME = 20  # times the median weight


def note_respondents(found: Recognised, frame: TextFrame, accepted: pl.DataFrame, findings: Findings) -> None:
    """Findings about the accepted interviews of a survey."""
    data = frame.data.join(
        accepted.select("row_number", "place_code"), on="row_number", how="inner", maintain_order="left"
    )
    if weight := frame.match.find("weight"):
        _weights(found, frame, data, weight, findings)
    for field in ("stratum", "community_code"):
        if (name := frame.of(field)) and (mapped := frame.match.find(field)):
            absent = data.filter(is_missing(name, words(found.codebook, mapped.column)))
            _add(findings, frame, absent, "design_missing", "review", f"{field} is missing: the interview has no place in the sample's design",
                 f"{field} of every interview", label=mapped.label)  # fmt: skip
    if age := frame.match.find("age_years"):
        years = number_value(frame.name(age), frame.style(frame.name(age)))
        given = ~is_missing(frame.name(age), words(found.codebook, age.column))
        bad = data.filter(given & ((years < 0) | (years > OLDEST) | (years != years.floor())))
        _add(
            findings,
            frame,
            bad,
            "age_impossible",
            "block",
            f"an age is below 0, above {OLDEST} or no whole number",
            "an age in whole years",
            label=age.label,
        )
    _consent(found, frame, data, findings)
    _short(frame, data, findings)
    _negative(found, frame, data, findings)
    _same_answers(found, frame, data, findings)


def _consent(found: Recognised, frame: TextFrame, data: pl.DataFrame, findings: Findings) -> None:
    """Interviews that do not say whether the respondent consented, where the form asks."""
    for drop in (d for d in found.codebook.drop if d.reason == "no_consent"):
        name, mapped = frame.of(drop.field), frame.match.find(drop.field)
        if name and mapped:
            rows = data.filter(is_missing(name, words(found.codebook, mapped.column)))
            _add(findings, frame, rows, "consent_missing", "block", "an interview does not say whether the respondent consented",
                 "consent in every interview", label=mapped.label, todo="ask the enumerator, or leave the interview out, and deliver again")  # fmt: skip


def _short(frame: TextFrame, data: pl.DataFrame, findings: Findings) -> None:
    """Interviews that ended before they began, or at once."""
    start, end, mapped = frame.of("started_at"), frame.of("ended_at"), frame.match.find("ended_at")
    if start and end and mapped:
        rows = data.filter(
            (time_value(end, frame.order(end)) - time_value(start, frame.order(start))).dt.total_seconds()
            < LEAST_SECONDS
        )
        _add(findings, frame, rows, "interview_too_short", "review",
             f"an interview took less than {LEAST_SECONDS // 60} minutes, or ended before it began", "the time that the questions take",
             label=mapped.label, todo="check with the enumerator whether the interview was held")  # fmt: skip


def _negative(found: Recognised, frame: TextFrame, data: pl.DataFrame, findings: Findings) -> None:
    """Numbers below zero: of people, months or money there is none."""
    for c in frame.match.columns:
        if (
            c.column.type in ("number", "count")
            and c.column.field not in ("age_years", "weight")
            and frame.name(c) in data.columns
        ):
            given = ~is_missing(frame.name(c), words(found.codebook, c.column))
            rows = data.filter(given & (number_value(frame.name(c), frame.style(frame.name(c))) < 0))
            _add(
                findings,
                frame,
                rows,
                "negative_answer",
                "review",
                "an answer is a number below zero",
                "zero or more",
                label=c.label,
            )


def _weights(found: Recognised, frame: TextFrame, data: pl.DataFrame, column: MappedColumn, findings: Findings) -> None:
    name = frame.name(column)
    value, missing = number_value(name, frame.style(name)), is_missing(name, words(found.codebook, column.column))
    label, expected = column.label, "a weight above 0 in every interview"
    _add(
        findings,
        frame,
        data.filter(missing),
        "weight_missing",
        "block",
        "an interview has no weight",
        expected,
        label=label,
    )
    bad = data.filter(~missing & (value.is_null() | (value <= 0)))
    _add(
        findings, frame, bad, "weight_not_positive", "block", "a weight is not a number above 0", expected, label=label
    )
    weights = data.select("row_number", value.alias("weight"))
    if frame.match.piece:
        later(frame, "weight_extreme", weights, lambda all_rows: _extreme(frame, all_rows, label, findings))
    else:
        _extreme(frame, weights, label, findings)


def _extreme(frame: TextFrame, weights: pl.DataFrame, label: str, findings: Findings) -> None:
    """Weights (row_number, weight) of all accepted rows that are far above the median."""
    extreme = weights.filter(pl.col("weight") > (pl.col("weight").median().fill_null(0)) * EXTREME)
    _add(findings, frame, extreme, "weight_extreme", "review", f"a weight is more than {EXTREME} times the median",
         "weights of one order", label=label)  # fmt: skip


def _same_answers(found: Recognised, frame: TextFrame, data: pl.DataFrame, findings: Findings) -> None:
    """Interviews of one place whose answers are all the same, under different submissions."""
    questions = [
        frame.name(c) for c in frame.match.columns
        if c.column.type in ("choice", "choices", "number", "count", "country", "boolean") and c.column.column_class != "identifier"
    ]  # fmt: skip
    if len(questions) < FEW_ANSWERS:
        return
    blank = pl.all_horizontal(is_missing(name, found.codebook.missing) for name in questions)
    same_rows(frame, data.filter(~blank), ["place_code", *questions], "same_answers", lambda twice: _add(
        findings, frame, twice, "same_answers", "review", "interviews of one place say the same to every question",
        "interviews of different people", todo="check with the enumerators whether one person was entered twice",
    ))  # fmt: skip


def _add(
    findings: Findings, frame: TextFrame, rows: pl.DataFrame, code: str, severity: str, what: str, expected: str, *,
    label: str = "", todo: str = "correct the cells and deliver again",
) -> None:  # fmt: skip
    if rows.height:
        findings.add(code, severity, what, expected=expected, todo=todo, sheet=frame.match.raw.name,
                     row_number=rows["row_number"][0], column_label=label.strip(), rows=rows.height)  # fmt: skip
