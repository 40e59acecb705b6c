"""Enumerator effects: answers that depend on who asks. Outlying enumerators by question, and the intra-class correlation.

Enumerators are compared inside of an oblast, for they don't draw their places at random; the unit is what an enumerator
has in one place (its mean), for neighbours answer alike. Answers are options (0 or 1) or middle ranks of numbers.
Sources: intra-interviewer correlation as a measure of interviewer effects, Kish 1962; comparing interviewers' means in
high frequency checks, World Bank DIME Wiki.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from warehouse.collection.checks.collected import Collected
from warehouse.collection.checks.groups import beside_others
from warehouse.collection.checks.result import Found, Lacking, Named, Outcome, Share, Values
from warehouse.collection.checks.stats import Against, adjusted, against_others, between_groups_p, icc, ranks

COMMON = (0.05, 0.95)  # an option that fewer, or more, of all have tells nothing of enumerators
FEW_ANSWERS = 40


@dataclass(frozen=True)
class Measure:
    """One thing that is compared. `rows`: interview_key, enumerator, oblast, place_code, value, shown."""

    question: str
    option: str  # empty for a number
    rows: pl.DataFrame

    @property
    def code(self) -> str:
        """Question and option as one text."""
        return f"{self.question}={self.option}" if self.option else self.question

    @property
    def cells(self) -> pl.DataFrame:
        """enumerator, oblast, value: the mean of each enumerator in each place."""
        grouped = self.rows.group_by("enumerator", "oblast", "place_code", maintain_order=True)
        return grouped.agg(pl.col("value").mean())


def enumerator_effect(data: Collected, v: Values) -> Outcome:
    """Enumerators whose answers to a question lie far off the others' in the same oblasts."""
    measures = _measures(data)
    if isinstance(measures, Lacking):
        return measures
    tests = [(m, one) for m in measures for one in _tested(m, v)]
    if not tests:
        return Lacking("few_interviews", is_few=True)
    qs = adjusted([one.p for _, one in tests])
    found: dict[tuple[str, str], Found] = {}  # of the options of one question only the one that stands out most
    for (m, one), q in sorted(zip(tests, qs.tolist(), strict=True), key=lambda each: each[0][1].p):
        least = v["difference"] if m.option else v["rank_difference"]
        if q <= v["false_alarms"] and abs(one.difference) >= least:
            found.setdefault((one.group, m.question), _off(data, m, one, q))
    return list(found.values())


def _off(data: Collected, m: Measure, one: Against, q: float) -> Found:
    own, others = _shown(m, one.group)
    n = m.rows.filter(pl.col("enumerator") == one.group).height
    return Found(
        "enumerator", one.group, _says(data, m, one.group, own, others), n, own, None, others, one.p, q,
        item=m.question, enumerator=one.group,
    )  # fmt: skip


def enumerator_icc(data: Collected, v: Values) -> Outcome:
    """Questions of whose variance a large share lies between enumerators, also without those who stand out by themselves."""
    measures = _measures(data)
    if isinstance(measures, Lacking):
        return measures
    measures = [_without_outliers(m, v) for m in measures]
    tests = [(m, between_groups_p(_centred(m.cells), m.cells["enumerator"].to_list())) for m in measures]
    found: dict[str, Found] = {}
    for (m, p), q in zip(tests, adjusted([p for _, p in tests]).tolist(), strict=True):
        share = icc(_centred(m.rows), m.rows["enumerator"].to_list())
        if (
            q <= v["false_alarms"]
            and share >= v["most"]
            and share > (found[m.question].observed or 0 if m.question in found else 0)
        ):
            says = {"question": Named(data.named(m.question)), "share": Share(share), "n": m.rows.height}
            found[m.question] = Found(
                "question", m.question, says, m.rows.height, share, v["most"], None, p, q, item=m.option
            )
    return list(found.values())


def _without_outliers(m: Measure, v: Values) -> Measure:
    """The measure of the team without the few whom `enumerator_effect` names; with them where they are a third of it."""
    least = v["difference"] if m.option else v["rank_difference"]
    out = {one.group for one in _tested(m, v) if one.p <= v["false_alarms"] and abs(one.difference) >= least}
    if not out or 3 * len(out) >= m.rows["enumerator"].n_unique():
        return m
    return Measure(m.question, m.option, m.rows.filter(~pl.col("enumerator").is_in(sorted(out))))


def _tested(m: Measure, v: Values) -> list[Against]:
    cells = m.cells
    strata = cells["oblast"].fill_null("").to_list() if beside_others(m.rows) else None
    return [*against_others(cells["value"], cells["enumerator"].to_list(), strata, int(v["least_places"]))]


def _measures(data: Collected) -> list[Measure] | Lacking:
    """Every question that enough interviews answer in more than one way."""
    if data.known.is_empty():
        return Lacking("no_enumerator")
    if data.known["enumerator"].n_unique() < 2:
        return Lacking("one_enumerator", is_few=True)
    who = data.known.select("interview_key", "enumerator", "oblast", "place_code")
    told = data.questions.filter(pl.col("text").is_not_null())
    rows = told.join(who, on="interview_key").partition_by("question", maintain_order=True)
    made = [m for part in rows if part.height >= FEW_ANSWERS for m in _of_question(part)]
    return made or Lacking("few_answers", is_few=True)


def _of_question(part: pl.DataFrame) -> Iterator[Measure]:
    question = str(part["question"][0])
    if part["number"].is_not_null().all():
        value = pl.Series("value", ranks(part["number"]))
        yield Measure(question, "", part.with_columns(value, pl.col("number").alias("shown")))
        return
    chosen = part["text"].str.split("+")
    for option in sorted(set(chosen.explode().drop_nulls().to_list()) - {""}):
        hit = chosen.list.contains(option).cast(pl.Float64)
        if COMMON[0] <= float(hit.mean() or 0) <= COMMON[1]:  # type: ignore[arg-type]
            yield Measure(question, option, part.with_columns(hit.alias("value"), hit.alias("shown")))


def _centred(rows: pl.DataFrame) -> pl.Series:
    """Values less the mean of their oblast: what is different between oblasts is no doing of enumerators."""
    return rows.select(pl.col("value") - pl.col("value").mean().over("oblast")).to_series()


def _shown(m: Measure, who: str) -> tuple[float, float]:
    """What the enumerator has and what the others have: shares of an option, medians of a number."""
    values = []
    for is_own in (True, False):
        part = m.rows.filter((pl.col("enumerator") == who) == is_own)["shown"]
        values.append(float((part.mean() if m.option else part.median()) or 0))  # type: ignore[arg-type]
    return values[0], values[1]


def _says(data: Collected, m: Measure, who: str, own: float, others: float) -> dict[str, object]:
    kept = (Share(own), Share(others)) if m.option else (own, others)
    option = data.asked_names.get(m.code) or dict.fromkeys(("en", "ru", "ky"), m.option)
    names = {lang: f"{name}: {option[lang]}" if m.option else name for lang, name in data.named(m.question).items()}
    return {"enumerator": who, "question": Named(names), "own": kept[0], "others": kept[1]}
