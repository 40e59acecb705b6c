"""What the page says, in one language: the tables of the collection as texts that the template writes down.

Choosing and wording belong here; nothing is reckoned but sums of what the tables hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from warehouse.collection.checks.collected import Collected
from warehouse.collection.checks.settings import Settings, settings_of
from warehouse.collection.page import pictures
from warehouse.collection.page.before import Before, keys_of
from warehouse.collection.page.heat import Heat, heat_of
from warehouse.collection.page.todo import Group, groups_of
from warehouse.operations import Operation, Round, find_round
from warehouse.serving.charts import Picture
from warehouse.serving.words import Tongue, tongue

FIRST = 8  # groups at the top of the page: what a morning holds
MISSING_SHOWN = 14  # places of which communities are missing


@dataclass(frozen=True)
class Card:
    """A large figure."""

    label: str
    figure: str
    line: str
    is_bad: bool = False


@dataclass(frozen=True)
class View:
    """All of a page."""

    title: str
    operation: str
    programme: str
    about: list[tuple[str, str]]
    is_synthetic: bool
    before_day: str
    gone: int
    new: int
    groups: list[Group]
    later: list[Group]
    notes: list[Group]
    cards: list[Card]
    oblasts: Picture | None
    days: Picture | None
    missing: list[list[str]]
    missing_more: int
    level_name: str
    heat: Heat
    lengths: Picture | None
    distances: Picture | None
    nothing: list[str]
    lacking: list[tuple[str, str]]


def view_of(
    round_key: str,
    tables: Mapping[str, pl.DataFrame],
    checks: pl.DataFrame,
    progress: pl.DataFrame,
    days: pl.DataFrame,
    before: Before,
    lang: str,
) -> View:
    """The page of a round in a language; arguments as of `write`."""
    t = tongue(lang)
    operation, known = find_round(round_key)
    settings = settings_of(operation, known.component)
    places = [row for row in progress.iter_rows(named=True) if row["round_key"] == round_key]
    whole = next((row for row in places if row["place_level"] == 0), {})
    data = Collected(round_key, tables)
    own_days = _days(days, round_key)
    groups = groups_of(checks, settings, before, t)
    acting = [g for g in groups if g.severity != "note"]
    missing = _missing(places)
    unit = str(whole.get("progress_unit") or "communities")
    return View(
        title=_title(known, t), operation=t.named(operation.programme.name.row("name"), "name"),
        programme=_programme(operation, t), about=_about(checks, data, known, t), is_synthetic=known.is_synthetic,
        before_day=t.day(before.day) if before.day and before.day != "undated" else "",
        gone=len(before.keys - set(keys_of(checks))), new=sum(g.new for g in groups),
        groups=acting[:FIRST], later=acting[FIRST:], notes=[g for g in groups if g.severity == "note"],
        cards=_cards(whole, own_days, unit, t),
        oblasts=pictures.by_oblast([r for r in places if r["place_level"] == 1], unit, t),
        days=pictures.by_day(own_days, unit, t), missing=[_missing_row(r, places, t) for r in missing[:MISSING_SHOWN]],
        missing_more=max(0, len(missing) - MISSING_SHOWN), level_name=_level_name(operation, missing, t),
        heat=heat_of(checks, data.real, settings, t), lengths=pictures.lengths(data.real, t),
        distances=pictures.distances(data.real, t), nothing=_names(checks, settings, "nothing", t),
        lacking=_lacking(checks, settings, t),
    )  # fmt: skip


def _days(days: pl.DataFrame, round_key: str) -> list[dict[str, Any]]:
    """The rows of the whole country, day by day."""
    if days.is_empty():
        return []
    rows = days.filter((pl.col("round_key") == round_key) & (pl.col("place_level") == 0))
    return rows.sort("collection_day").to_dicts()


def _title(known: Round, t: Tongue) -> str:
    names = {
        "bma": t.say("Baseline Mobility Assessment"),
        "rms": t.say("Returned Migrants Survey"),
        "baseline": t.say("Baseline assessment of locations"),
    }
    return t.say("{component}, round {number}", component=names[known.component], number=known.number)


def _programme(operation: Operation, t: Tongue) -> str:
    p = operation.programme
    return t.named({"p_en": p.programme, **p.in_words.programme.row("p", p.programme)}, "p")


def _about(checks: pl.DataFrame, data: Collected, known: Round, t: Tongue) -> list[tuple[str, str]]:
    day: Any = checks["as_of"].drop_nulls().max() if not checks.is_empty() else None
    rejected = data.interview.filter(~pl.col("is_accepted") & (pl.col("kind") == "interview")).height
    return [
        (t.say("Last day with data"), t.day(day)),
        (t.say("Fieldwork"), t.days(known.fieldwork_start, known.fieldwork_end)),
        (t.say("Interviews accepted"), t.number(data.real.height)),
        (t.say("Rows rejected"), t.number(rejected)),
        (t.say("Enumerators"), t.number(data.known["enumerator"].n_unique())),
    ]


def _cards(whole: dict[str, Any], days: list[dict[str, Any]], unit: str, t: Tongue) -> list[Card]:
    if not whole:
        return []
    planned, last = whole[f"planned_{unit}"], days[-1] if days else {}
    label = t.say("Communities assessed") if unit == "communities" else t.say("Interviews")
    line = t.say("of {planned} planned", planned=t.number(planned)) if planned else t.say("no plan is known")
    made = [
        Card(label, t.number(whole[unit]), line),
        Card(
            t.say("Done"),
            t.percent(whole["progress_percent"]),
            _beside_plan(whole, last, unit, t),
            _is_behind(last, unit),
        ),
        Card(t.say("On the last day"), t.number(last.get("interviews")), t.say("interviews")),
    ]
    return [*made, _end(whole, t)]


def _is_behind(last: dict[str, Any], unit: str) -> bool:
    so_far, planned = last.get(f"{unit}_so_far"), last.get("planned_so_far")
    return so_far is not None and planned is not None and so_far < 0.95 * planned


def _beside_plan(whole: dict[str, Any], last: dict[str, Any], unit: str, t: Tongue) -> str:
    planned, all_of_it = last.get("planned_so_far"), whole[f"planned_{unit}"]
    if planned is None or not all_of_it:
        return t.say("no plan is known")
    return t.say("{share} by the plan of that day", share=t.percent(100 * planned / all_of_it))


def _end(whole: dict[str, Any], t: Tongue) -> Card:
    """When it ends at the present pace, beside when it should."""
    end, planned = whole.get("projected_end"), whole.get("fieldwork_end")
    late = (end - planned).days if end and planned else 0
    line = t.say("planned: {day}", day=t.day(planned)) if planned else t.say("no end is planned")
    if late > 0:
        line += ", " + t.count("{n} day late", "{n} days late", late)
    return Card(t.say("Projected end"), t.day(end), line, late > 0)


def _missing(places: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The finest places that have a plan and are not done, most missing first."""
    level = max((r["place_level"] for r in places if r["planned_communities"]), default=0)
    rows = [r for r in places if r["place_level"] == level and (r["communities_missing"] or 0) > 0]
    return sorted(rows, key=lambda r: (-r["communities_missing"], r["place_code"]))


def _missing_row(row: dict[str, Any], places: list[dict[str, Any]], t: Tongue) -> list[str]:
    above = next((p for p in places if p["place_code"] == row["parent_code"] and p["place_level"] > 0), None)
    return [
        t.named(row, "place_name"), t.named(above, "place_name") if above else "", t.number(row["planned_communities"]),
        t.number(row["communities"]), t.number(row["communities_missing"]),
    ]  # fmt: skip


def _level_name(operation: Operation, missing: list[dict[str, Any]], t: Tongue) -> str:
    names = operation.programme.level_names.get(missing[0]["place_level"]) if missing else None
    text = t.named(names.row("name"), "name") if names else t.say("place")
    return text[:1].upper() + text[1:]


def _names(checks: pl.DataFrame, settings: Settings, outcome: str, t: Tongue) -> list[str]:
    codes = checks.filter(pl.col("outcome") == outcome)["check_code"].to_list()
    return [settings.checks[code].name.of(t.lang) for code in codes if code in settings.checks]


def _lacking(checks: pl.DataFrame, settings: Settings, t: Tongue) -> list[tuple[str, str]]:
    """Why a check was not made → the names of such checks."""
    rows = checks.filter(pl.col("outcome").is_in(["not_possible", "too_few"]))
    by_reason: dict[str, list[str]] = {}
    for code, why in rows.select("check_code", f"sentence_{t.lang}").iter_rows():
        if code in settings.checks:
            by_reason.setdefault(why, []).append(settings.checks[code].name.of(t.lang))
    return [(why, ", ".join(names)) for why, names in by_reason.items()]
