"""A question of a survey as a report shows it: the finding, the picture with intervals, its table, groups, and the round before.

What all sections of surveys share belongs here; which questions a section has is said by the topics of dim_indicator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.serving.report.blocks import Chart, Paragraph, Part, Points, Sub, Table
from warehouse.serving.report.cells import cell, phrase
from warehouse.serving.report.pieces import crossed, leader
from warehouse.serving.report.titles import round_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from warehouse.serving.charts import Picture
    from warehouse.serving.report.facts import Facts, Row
    from warehouse.serving.words import Tongue

MART, CHANGE = "mart_survey_estimates", "mart_survey_change"
GROUPS = ("sex", "age_group", "oblast")  # these first, others after them by name


def topic_part(
    facts: Facts, t: Tongue, code: str, title: str, topics: Sequence[str], *, with_dots: bool = False,
    with_places: bool = False, absent: Sequence[str] = (),
) -> Part | None:  # fmt: skip
    """A section of the questions of some topics; None for a round that is no survey.

    `with_dots`: both rounds of each question as a picture; `with_places`: its most frequent answer by place.
    """
    if not facts.is_survey:
        return None
    subs, gone = [], list(absent)
    for indicator in indicators(facts, topics):
        rows = answers(facts, str(indicator["indicator_code"]))
        if rows:
            name = t.named(indicator, "indicator_name")
            blocks = question(facts, t, indicator, rows, with_dots=with_dots, with_places=with_places)
            subs.append(Sub(name, blocks, code=f"{code}-{indicator['indicator_code']}"))
        else:
            gone.append(t.say("{question}: not asked in this round", question=t.named(indicator, "indicator_name")))
    return Part(code, title, subs, gone) if subs or gone else None


def indicators(facts: Facts, topics: Sequence[str]) -> list[Row]:
    """The survey questions of these topics, in the order of the catalogue."""
    marks = ", ".join("?" for _ in topics)
    return facts.ask(
        f"SELECT * FROM dim_indicator WHERE operation = ? AND component = ? AND mart_name = '{MART}' AND topic IN ({marks}) "
        "ORDER BY sort_order, indicator_code",
        facts.round["operation"], facts.component, *topics,
    )  # fmt: skip


def answers(facts: Facts, indicator: str, where: str = "domain_type = 'national'") -> list[Row]:
    """The estimates of a question, its answers in the order of the catalogue."""
    rows = facts.mart(MART, f"indicator_code = ? AND {where}", indicator)
    listed = facts.ask("SELECT option_code, sort_order FROM dim_indicator_option WHERE operation = ? AND component = ? AND "
                       "indicator_code = ? ORDER BY sort_order, option_code",
                       facts.round["operation"], facts.component, indicator)  # fmt: skip
    order = {row["option_code"]: i for i, row in enumerate(listed)}
    return sorted(rows, key=lambda row: order.get(row["option_code"], len(order)))


def question(
    facts: Facts, t: Tongue, indicator: Row, rows: list[Row], *, with_dots: bool = False, with_places: bool = False
) -> list[Any]:
    """The blocks of one question."""
    numbers = [row for row in rows if row["statistic"] != "share"]
    if numbers:
        return [*_numbers(numbers, t), *_groups(facts, indicator, t), *_change(facts, indicator, t)]
    blocks: list[Any] = [*_lead(rows, t), _chart(rows, indicator, t)]
    if with_places:
        blocks += _by_place(facts, indicator, rows, t)
    blocks += _groups(facts, indicator, t)
    return [*blocks, *(_dots(facts, indicator, t) if with_dots else _change(facts, indicator, t))]


def _lead(rows: list[Row], t: Tongue) -> list[Any]:
    top = leader(rows, "estimate", "option_code")
    if top is None or not top["is_printable"]:
        return []
    return [Paragraph(phrase(
        t.say("The most frequent answer is “{answer}”: {share} (95 % interval: {low} to {high})."),
        answer=t.named(top, "option_name"), share=cell(MART, top, "estimate", t, "share"),
        low=cell(MART, top, "ci_low", t, "share"), high=cell(MART, top, "ci_high", t, "share"),
    ), "lead")]  # fmt: skip


def _chart(rows: list[Row], indicator: Row, t: Tongue) -> Chart:
    from warehouse.serving.charts import bars

    name = t.named(indicator, "indicator_name")
    steps = _is_ordered(rows)
    picture = bars(drawn(rows, t), t, label="option_name", value="estimate", low="ci_low", high="ci_high", note="said",
                   unit="share", digits=1, alt=name, sort=not steps)  # fmt: skip
    return Chart(name, picture, _table(rows, name, t, steps), _of(rows, t), _notes(rows, indicator, t))


def drawn(rows: Sequence[Row], t: Tongue) -> list[Row]:
    """The rows as a picture has them: a share on few answers is not drawn, an unsure one says so."""
    few = t.say("fewer than 30 answers: see the table")
    words = {"use_with_caution": t.say("with care"), "unreliable": t.say("unreliable")}
    return [
        {**row, "said": words.get(str(row["reliability"]), "")} if row["is_printable"] or row["is_suppressed"]
        else {**row, "estimate": None, "said": few}
        for row in rows
    ]  # fmt: skip


def _is_ordered(rows: list[Row]) -> bool:
    """Whether the answers are steps of a scale (years, ages): most of their codes have a number."""
    return sum(any(c.isdigit() for c in str(row["option_code"])) for row in rows) * 2 > len(rows)


def _of(rows: list[Row], t: Tongue) -> Any:
    """Of whom the shares are, and how many answered."""
    told = next((row for row in rows if row["n"] is not None), None)
    if told is None:
        return t.named(rows[0], "denominator")
    return phrase(t.say("{denominator}: {n}"), denominator=t.named(told, "denominator"), n=cell(MART, told, "n", t))


def _notes(rows: list[Row], indicator: Row, t: Tongue) -> list[Any]:
    notes = [t.say("The dark lines are 95 % confidence intervals.")]
    if indicator["kind"] == "multiple":
        notes.append(t.say("Several answers could be given: the shares may add up to more than 100 %."))
    if any(str(row["weight_scheme"]).startswith("none") for row in rows):
        notes.append(t.say("Shares of the sample, not weighted: indicative."))
    return notes


def _table(rows: list[Row], caption: str, t: Tongue, steps: bool) -> Table:
    listed = rows if steps else sorted(rows, key=lambda row: -(row["estimate"] if row["estimate"] is not None else -1.0))
    columns = [("estimate", "share"), ("ci_low", "share"), ("ci_high", "share"), ("n", "number"), ("design_effect", "ratio")]
    lines = [[t.named(row, "option_name"), *(cell(MART, row, column, t, form) for column, form in columns),
              reliability_name(row, t)] for row in listed]  # fmt: skip
    head = [t.say("Answer"), t.say("Share"), t.say("Interval from"), t.say("to"), t.say("Answers"), t.say("Design effect"),
            t.say("Reliability")]  # fmt: skip
    return Table(caption, head, lines, [MART], folded=True)


def reliability_name(row: Row, t: Tongue) -> str:
    """How sure an estimate is, in words; blank where it is withheld."""
    return {
        "reliable": t.say("reliable"), "use_with_caution": t.say("with care"), "unreliable": t.say("unreliable"),
    }.get(str(row["reliability"]), "")  # fmt: skip


def _numbers(rows: list[Row], t: Tongue) -> list[Any]:
    """Mean and median, with their intervals."""
    name = t.named(rows[0], "indicator_name")
    columns = [("estimate", "decimal"), ("ci_low", "decimal"), ("ci_high", "decimal"), ("n", "number")]
    lines = [[t.named(row, "option_name"), *(cell(MART, row, column, t, form) for column, form in columns),
              reliability_name(row, t)] for row in rows]  # fmt: skip
    head = [t.say("Measure"), t.say("Value"), t.say("Interval from"), t.say("to"), t.say("Answers"), t.say("Reliability")]
    return [Table(name, head, lines, [MART], [t.named(rows[0], "denominator")])]


def _groups(facts: Facts, indicator: Row, t: Tongue) -> list[Any]:
    """The answers by sex, age, place and whatever else the mart has: a folded table each."""
    rows = answers(facts, str(indicator["indicator_code"]), "domain_type <> 'national'")
    kinds = sorted({str(row["domain_type"]) for row in rows}, key=lambda k: (GROUPS.index(k) if k in GROUPS else 9, k))
    name, made = t.named(indicator, "indicator_name"), []
    for kind in kinds:
        inside = [row for row in rows if row["domain_type"] == kind]
        if kind == indicator["indicator_code"] or all(row["estimate"] is None for row in inside):
            continue
        caption = t.say("{question}, by {group}", question=name, group=group_name(facts, kind, t))
        form = "share" if inside[0]["statistic"] == "share" else "decimal"
        order = sorted({str(row["domain"]) for row in inside})
        made.append(crossed(MART, inside, t, line=("option_code", "option_name"), across=("domain", "domain_name"),
                            column="estimate", head=t.say("Answer"), caption=caption, order=order, form=form))  # fmt: skip
    return made


def group_name(facts: Facts, kind: str, t: Tongue) -> str:
    """What a kind of group is called: `sex`, the name of the places, else the question that makes it."""
    if kind in ("sex", "age_group"):
        return {"sex": t.say("sex"), "age_group": t.say("age")}[kind]
    if kind == "oblast":
        return facts.level_name(1, t)
    found = facts.ask("SELECT * FROM dim_indicator WHERE operation = ? AND component = ? AND indicator_code = ? "
                      "ORDER BY indicator_code", facts.round["operation"], facts.component, kind)  # fmt: skip
    name = t.named(found[0], "indicator_name") if found else kind
    return name[:1].lower() + name[1:]


def _by_place(facts: Facts, indicator: Row, rows: list[Row], t: Tongue) -> list[Any]:
    """The most frequent answer by place, beside that of all respondents."""
    from warehouse.serving.charts import intervals

    top = leader(rows, "estimate", "option_code")
    places = [] if top is None else [
        row for row in answers(facts, str(indicator["indicator_code"]), "domain_type = 'oblast'")
        if row["option_code"] == top["option_code"]]  # fmt: skip
    if top is None or not any(row["estimate"] is not None for row in places):
        return []
    level = facts.level_name(1, t)
    title = t.say("“{answer}” by {level}", answer=t.named(top, "option_name"), level=level)
    columns = [("estimate", "share"), ("ci_low", "share"), ("ci_high", "share"), ("n", "number")]
    lines = [[t.named(row, "domain_name"), *(cell(MART, row, column, t, form) for column, form in columns),
              reliability_name(row, t)] for row in places]  # fmt: skip
    head = [level.capitalize(), t.say("Share"), t.say("Interval from"), t.say("to"), t.say("Answers"), t.say("Reliability")]
    picture: Picture = intervals(
        drawn(places, t), t, label="domain_name", value="estimate", low="ci_low", high="ci_high", note="said", unit="share",
        digits=1, alt=title, sort=True, reference=top["estimate"], reference_name=t.say("All respondents"),
    )  # fmt: skip
    return [Chart(title, picture, Table(title, head, lines, [MART], folded=True),
                  t.say("Points are shares, lines their 95 % intervals: where lines overlap, a rank may be chance"))]  # fmt: skip


def changes(facts: Facts, indicator: Row) -> list[Row]:
    """The answers of a question beside the round before, all respondents."""
    code = str(indicator["indicator_code"])
    found = {row["option_code"]: row for row in facts.mart(CHANGE, "domain_type = 'national' AND indicator_code = ?", code)}
    order = [row["option_code"] for row in answers(facts, code)]
    return [found[option] for option in dict.fromkeys([*order, *found]) if option in found]


def _change(facts: Facts, indicator: Row, t: Tongue) -> list[Any]:
    """What changed clearly, as sentences; that it can't be compared, with the reason."""
    rows = changes(facts, indicator)
    if facts.previous is None or not rows:
        return []
    apart = _apart(facts, rows, t)
    if apart is not None:
        return [apart]
    form = "share" if rows[0]["statistic"] == "share" else "decimal"
    said = [phrase(
        t.say("Since {round}, “{answer}” went from {before} to {now}: more than chance explains."), round=round_name(facts.previous, t),
        answer=t.named(row, "option_name"), before=cell(CHANGE, row, "previous_estimate", t, form),
        now=cell(CHANGE, row, "estimate", t, form),
    ) for row in rows if row["is_significant"]]  # fmt: skip
    return [Points(said), *_care(rows, t)] if said else []


def _apart(facts: Facts, rows: list[Row], t: Tongue) -> Paragraph | None:
    if any(row["comparability"] != "not_comparable" for row in rows):
        return None
    reason = t.named(rows[0], "comparability_reason").rstrip(".")
    said = t.say("Not comparable with {round}: {reason}.", round=round_name(facts.previous or {}, t), reason=reason)
    return Paragraph(said, "caution")


def _care(rows: list[Row], t: Tongue) -> list[Any]:
    """The reason why a comparison is to be read with care, once."""
    reasons = {t.named(row, "comparability_reason").rstrip(".") for row in rows if row["comparability"] == "limited"}
    return [Paragraph(t.say("To be compared with care only: {reason}.", reason=r), "caution") for r in sorted(reasons - {""})]


def _dots(facts: Facts, indicator: Row, t: Tongue) -> list[Any]:
    """Both rounds of a question as a picture, with the table of differences and their intervals."""
    from warehouse.serving.charts import dots

    rows = changes(facts, indicator)
    if facts.previous is None or not rows:
        return []
    apart = _apart(facts, rows, t)
    if apart is not None:
        return [apart]
    name, now = t.named(indicator, "indicator_name"), {row["option_code"]: row for row in answers(facts, str(indicator["indicator_code"]))}
    before = {row["option_code"]: row for row in facts.ask(
        f"SELECT * FROM {MART} WHERE round_key = ? AND indicator_code = ? AND domain_type = 'national' ORDER BY option_code",
        rows[0]["previous_round_key"], indicator["indicator_code"])}  # fmt: skip
    title = t.say("{question}: this round and the round before", question=name)
    shown = [{**row, "before_low": before.get(row["option_code"], {}).get("ci_low"),
              "before_high": before.get(row["option_code"], {}).get("ci_high"),
              "low": now.get(row["option_code"], {}).get("ci_low"), "high": now.get(row["option_code"], {}).get("ci_high")}
             for row in rows]  # fmt: skip
    picture = dots(
        shown, t, label="option_name", before="previous_estimate", after="estimate", before_low="before_low",
        before_high="before_high", low="low", high="high", before_name=_capital(round_name(facts.previous, t)),
        after_name=_capital(round_name(facts.round, t)), unit="share", digits=1, alt=title,
    )  # fmt: skip
    return [Chart(title, picture, _differences(rows, title, t), t.say("Lines are 95 % intervals")), *_care(rows, t)]


def _differences(rows: list[Row], caption: str, t: Tongue) -> Table:
    columns = [("previous_estimate", "share"), ("estimate", "share"), ("difference", "points"), ("ci_low", "points"), ("ci_high", "points")]
    lines = [[t.named(row, "option_name"), *(cell(CHANGE, row, column, t, form) for column, form in columns),
              t.named(row, "direction_name")] for row in rows]  # fmt: skip
    head = [t.say("Answer"), t.say("Before"), t.say("Now"), t.say("Difference, percentage points"), t.say("Interval from"),
            t.say("to"), t.say("Direction")]  # fmt: skip
    return Table(caption, head, lines, [CHANGE], folded=True)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
