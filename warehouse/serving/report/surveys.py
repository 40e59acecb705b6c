"""A question of a survey as a report shows it: the finding, the picture with intervals, its table, groups, and the round before.

What all sections of surveys share belongs here; which questions a section has is said by the topics of dim_indicator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.serving.report.blocks import Chart, Paragraph, Part, Sub, Table
from warehouse.serving.report.cells import cell, phrase
from warehouse.serving.report.pieces import leader
from warehouse.serving.report.survey_change import both_rounds, change

if TYPE_CHECKING:
    from collections.abc import Sequence

    from warehouse.serving.charts import Picture
    from warehouse.serving.report.facts import Facts, Row
    from warehouse.serving.words import Tongue

MART = "mart_survey_estimates"
HALF = 0.5
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
    subs: list[Any] = []
    gone, every = list(absent), []
    for indicator in indicators(facts, topics):
        rows = answers(facts, str(indicator["indicator_code"]))
        if rows:
            name = t.named(indicator, "indicator_name")
            blocks = question(facts, t, indicator, rows, with_dots=with_dots, with_places=with_places)
            every += rows
            subs.append(Sub(name, blocks, code=f"{code}-{indicator['indicator_code']}"))
        else:
            gone.append(t.say("{question}: not asked in this round", question=t.named(indicator, "indicator_name")))
    shares = [row for row in every if row["statistic"] == "share"]
    return Part(code, title, [*([_reading(shares, t)] if shares else []), *subs], gone) if subs or gone else None


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
        return [*_numbers(numbers, t), *_groups(facts, indicator, t), *change(facts, indicator, numbers, t)]
    blocks: list[Any] = [_chart(rows, indicator, t)]
    if with_places:
        blocks += _by_place(facts, indicator, rows, t)
    blocks += _groups(facts, indicator, t)
    return [*blocks, *(both_rounds if with_dots else change)(facts, indicator, rows, t)]


def _title(rows: list[Row], kind: str, t: Tongue) -> Any:
    """The most frequent answer, where it is safe to say; else nothing. More than half of all is safe beside what is withheld."""
    shown = [row for row in rows if not row["is_suppressed"]]
    is_most = any((row["estimate"] or 0) > HALF for row in shown) and kind == "single"
    top = leader(shown if is_most else rows, "estimate", "option_code")
    if top is None or not top["is_printable"]:
        return None
    return phrase(
        t.say("Most frequent: “{answer}”, {share}"), answer=t.named(top, "option_name"),
        share=cell(MART, top, "estimate", t, "share"),
    )  # fmt: skip


def _chart(rows: list[Row], indicator: Row, t: Tongue) -> Chart:
    from warehouse.serving.charts import bars

    name = t.named(indicator, "indicator_name")
    steps = _is_ordered(rows)
    picture = bars(drawn(rows, t), t, label="option_name", value="estimate", low="ci_low", high="ci_high", note="said",
                   unit="share", digits=1, alt=name, sort=not steps)  # fmt: skip
    several = [t.say("Several answers could be given: the shares may add up to more than 100%.")]
    notes = several if indicator["kind"] == "multiple" else []
    return Chart(
        _title(rows, str(indicator["kind"]), t) or t.say("How respondents answered"),
        picture,
        _table(rows, name, t, steps),
        _of(rows, t),
        notes,
    )


def _reading(rows: Sequence[Row], t: Tongue) -> Paragraph:
    """How the pictures of a section are read, once."""
    if all(str(row["weight_scheme"]).startswith("none") for row in rows):
        return Paragraph(t.say("Shares of those who answered, not weighted: indicative. The dark line on each bar is the 95% confidence interval."))  # fmt: skip
    return Paragraph(t.say("Shares of those who answered, weighted. The dark line on each bar is the 95% confidence interval."))  # fmt: skip


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


def _table(rows: list[Row], caption: str, t: Tongue, steps: bool) -> Table:
    listed = (
        rows if steps else sorted(rows, key=lambda row: -(row["estimate"] if row["estimate"] is not None else -1.0))
    )
    columns = [
        ("estimate", "share"),
        ("ci_low", "share"),
        ("ci_high", "share"),
        ("n", "number"),
        ("design_effect", "ratio"),
    ]
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
    head = [
        t.say("Measure"),
        t.say("Value"),
        t.say("Interval from"),
        t.say("to"),
        t.say("Answers"),
        t.say("Reliability"),
    ]
    return [Table(name, head, lines, [MART], [t.named(rows[0], "denominator")])]


def _groups(facts: Facts, indicator: Row, t: Tongue) -> list[Any]:
    """The answers by sex, age, place and whatever else the mart has, in one folded table: a group a line.

    Groups of which everything is withheld are named under it.
    """
    code, name = str(indicator["indicator_code"]), t.named(indicator, "indicator_name")
    rows = [row for row in answers(facts, code, "domain_type <> 'national'") if row["domain_type"] != code]
    options = {str(row["option_code"]): t.named(row, "option_name") for row in rows}
    found = {(row["domain_type"], row["domain"], row["option_code"]): row for row in rows}
    form = "share" if indicator["kind"] != "number" else "decimal"
    lines: list[list[Any]] = []
    gone: list[str] = []
    for kind in sorted(
        {str(row["domain_type"]) for row in rows}, key=lambda k: (GROUPS.index(k) if k in GROUPS else 9, k)
    ):
        domains = {str(r["domain"]): t.named(r, "domain_name") for r in rows if r["domain_type"] == kind}
        shown = {d: n for d, n in sorted(domains.items())
                 if any(found[kind, d, o]["estimate"] is not None for o in options if (kind, d, o) in found)}  # fmt: skip
        gone += [n for d, n in sorted(domains.items()) if d not in shown]
        lines += [[phrase("{group}: {name}", group=group_name(facts, kind, t).capitalize(), name=shown[d]),
                   *(cell(MART, found[kind, d, o], "estimate", t, form) if (kind, d, o) in found else "" for o in options)]
                  for d in shown]  # fmt: skip
    if not lines:
        return []
    notes = [t.say("Withheld altogether, because few were asked: {names}.", names=", ".join(gone))] if gone else []
    caption = t.say("{question}, by groups of respondents", question=name)
    return [Table(caption, [t.say("Group"), *options.values()], lines, [MART], notes, folded=True)]


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
    title = t.say("“{answer}”: share by place", answer=t.named(top, "option_name"))
    columns = [("estimate", "share"), ("ci_low", "share"), ("ci_high", "share"), ("n", "number")]
    lines = [[t.named(row, "domain_name"), *(cell(MART, row, column, t, form) for column, form in columns),
              reliability_name(row, t)] for row in places]  # fmt: skip
    head = [
        level.capitalize(),
        t.say("Share"),
        t.say("Interval from"),
        t.say("to"),
        t.say("Answers"),
        t.say("Reliability"),
    ]
    picture: Picture = intervals(
        drawn(places, t), t, label="domain_name", value="estimate", low="ci_low", high="ci_high", note="said", unit="share",
        digits=1, alt=title, sort=True, reference=top["estimate"], reference_name=t.say("All respondents"),
    )  # fmt: skip
    return [Chart(title, picture, Table(title, head, lines, [MART], folded=True),
                  t.say("Points are shares, lines their 95% intervals: where lines overlap, a rank may be chance"))]  # fmt: skip
