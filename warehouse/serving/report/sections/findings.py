"""What the round found, in a few sentences made from the marts: who leads, shares, and which comparison is refused.

Only sentences belong here. A lead is told where no figure beside it is withheld; a change where the marts allow it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.serving.report.blocks import Found, Paragraph, Part, Points
from warehouse.serving.report.cells import cell, phrase
from warehouse.serving.report.pieces import leader
from warehouse.serving.report.sections.headlines import form_of
from warehouse.serving.report.titles import reason_of

if TYPE_CHECKING:
    from warehouse.serving.report.facts import Facts, Row
    from warehouse.serving.words import Tongue

ORDER = 10
CHANGES = 3  # so many changes of a survey are told


def build(facts: Facts, t: Tongue) -> Part | None:
    """Sentences, and the caution where the totals of two rounds may not be set against each other."""
    blocks: list[Any] = [Points(_survey(facts, t))] if facts.is_survey else [Found(_counted(facts, t))]
    return Part("findings", t.say("What the round found"), [*(b for b in blocks if b.items), *_caution(facts, t)])


def _counted(facts: Facts, t: Tongue) -> list[tuple[str, str, list[Any]]]:
    """Each category with the sentences that are about it."""
    headlines = facts.mart("mart_headlines", "value IS NOT NULL", order="sort_order")
    told = []
    for row in facts.categories:
        code = str(row["population_category"])
        own = (f"change.{code}.", f"share.sex.{code}.female", f"share.working_age_men.{code}")
        said = [_places(facts, code, t), _country(facts, row, t)]
        said += [_headline(h, t) for h in headlines if str(h["headline_code"]).startswith(own)]
        told.append((code, t.named(row, "category_name"), [one for one in said if one is not None]))
    return [one for one in told if one[2]]


def _places(facts: Facts, category: str, t: Tongue) -> Any:
    """The places of the coarsest level that lead, of one category."""
    mart, level = "mart_place_ranks", facts.main_level or 1
    rows = facts.mart(
        mart, "population_category = ? AND place_level = ?", category, level, order="place_rank NULLS LAST"
    )
    first = leader(rows, "individuals", "place_code")
    if first is None or len(rows) < 2:
        return None
    values: dict[str, Any] = {
        "place": t.named(first, "place_name"), "number": cell(mart, first, "individuals", t), "share": cell(mart, first, "share_of_country", t, "share"),
    }  # fmt: skip
    top = [row for row in rows if row["place_rank"] == 2 and not row["is_tied"]]
    if not top:
        return phrase(t.say("The most in {place}: {number} people, {share} of the country."), **values)
    values |= {
        "next": t.named(top[0], "place_name"),
        "share_of_next": cell(mart, top[0], "share_of_country", t, "share"),
    }
    return phrase(
        t.say("The most in {place}: {number} people, {share} of the country; then {next}, {share_of_next}."),
        **values,
    )


def _country(facts: Facts, category: Row, t: Tongue) -> Any:
    """The country that most people of a category are linked with."""
    mart, link = "mart_country_links", str(category["link_type"])
    rows = facts.mart(mart, "place_level = 0 AND link_type = ?", link, order="rank NULLS LAST")
    first = next((row for row in rows if row["rank"] == 1), None)
    said = {
        "destination": t.say("Most frequent destination: {country}, {number} people, {share} of those whose country was told."),
        "return": t.say("Most frequent country of return: {country}, {number} people, {share} of those whose country was told."),
        "nationality": t.say("Most frequent nationality: {country}, {number} people, {share} of those whose country was told."),
    }  # fmt: skip
    if link not in said or first is None or sum(row["rank"] == 1 for row in rows) > 1:
        return None
    return phrase(
        said[link], country=t.named(first, "country_name"), number=cell(mart, first, "individuals", t),
        share=cell(mart, first, "share_of_links", t, "share"),
    )  # fmt: skip


def _headline(row: Row, t: Tongue) -> Any:
    mart = "mart_headlines"
    form = "signed_percent" if str(row["headline_code"]).startswith("change.") else form_of(row)
    values = {"name": t.named(row, "headline_name"), "value": cell(mart, row, "value", t, form)}
    if row["ci_low"] is None:
        return phrase(t.say("{name}: {value}."), **values)
    low, high = (cell(mart, row, name, t, form) for name in ("ci_low", "ci_high"))
    return phrase(t.say("{name}: {value} (95% interval {low} to {high})."), low=low, high=high, **values)


def _survey(facts: Facts, t: Tongue) -> list[Any]:
    shares = [row for row in facts.mart("mart_headlines", "value IS NOT NULL", order="sort_order")
              if str(row["headline_code"]).startswith(("share.", "ratio_"))]  # fmt: skip
    changes = facts.mart(
        "mart_survey_change",
        "domain_type = 'national' AND is_significant AND statistic = 'share' AND comparability <> 'not_comparable'",
        order="abs(difference) DESC",
    )
    return [_headline(row, t) for row in shares] + [_change(row, t) for row in changes[:CHANGES]]


def _change(row: Row, t: Tongue) -> Any:
    mart = "mart_survey_change"
    values = {name: cell(mart, row, name, t, "points") for name in ("difference", "ci_low", "ci_high")}
    said = t.say("{indicator}, {option}: {estimate}, in the round before {previous}; {difference} percentage points (95% interval {ci_low} to {ci_high}).")  # fmt: skip
    return phrase(
        said, indicator=t.named(row, "indicator_name"), option=t.named(row, "option_name"),
        estimate=cell(mart, row, "estimate", t, "share"), previous=cell(mart, row, "previous_estimate", t, "share"), **values,
    )  # fmt: skip


def _caution(facts: Facts, t: Tongue) -> list[Paragraph]:
    """Which headlines are no rise and no decline against the round before, once a reason."""
    rows = facts.mart("mart_headlines", "comparability IN ('not_comparable', 'limited')", order="sort_order")
    if not facts.is_survey:
        rows = [row for row in rows if "." not in str(row["headline_code"])]
    by_reason: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        key = (str(row["comparability"]), reason_of(row, t))
        by_reason.setdefault(key, []).append(t.named(row, "headline_name"))
    said = {
        "not_comparable": t.say("Not to be compared with the round before ({names}): {reason}."),
        "limited": t.say("To be compared with the round before with care only ({names}): {reason}."),
    }
    return [
        Paragraph(phrase(said[how], names="; ".join(names), reason=reason), "caution")
        for (how, reason), names in by_reason.items() if reason
    ]  # fmt: skip
