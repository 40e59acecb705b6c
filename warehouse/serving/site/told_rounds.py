"""What the pages tell of rounds: their names in three languages, the box of figures, the verdict on each.

Choosing and wording belong here; every number is a cell of the served release's marts.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

import yaml

from warehouse.operation_files import LOADER
from warehouse.serving.report.titles import dated
from warehouse.settings import PROJECT

if TYPE_CHECKING:
    from warehouse.serving.site.catalogue import Catalogue
    from warehouse.serving.words import Tongue

Row = dict[str, Any]
NOT_FIRST = (
    "rank.",
    "country.",
    "change.",
    "rounds.",
    "places.",
    "ratio",
    "share.top",
)  # for the report, not the first page
IN_BOX = 6


def instrument(component: str, t: Tongue) -> str:
    """The name of a component; nothing for one that has none here."""
    names = {
        "bma": t.say("Baseline Mobility Assessment"),
        "rms": t.say("Returned Migrants Survey"),
        "baseline": t.say("Baseline assessment"),
    }
    return names.get(component, "")


def round_name(row: Row, t: Tongue) -> str:
    """`Baseline Mobility Assessment, round 4`."""
    name = instrument(str(row["component"]), t)
    return (
        t.say("{instrument}, round {n}", instrument=name, n=row["round_number"])
        if name
        else t.named(row, "round_title")
    )


def operation_names(c: Catalogue, t: Tongue) -> str:
    """The countries that the site tells of."""
    return ", ".join(t.named(o, "operation_name") for o in c.facts["operations"])


def rounds(c: Catalogue, t: Tongue) -> list[Row]:
    """The rounds of the served release, newest first: dim_round with `name`, `place`, `fieldwork`, `window`."""
    operations = {o["operation"]: t.named(o, "operation_name") for o in c.facts["operations"]}
    return [
        {**r, "name": round_name(r, t), "place": operations.get(r["operation"], r["operation"]),
         "fieldwork": t.days(r["fieldwork_start"], r["fieldwork_end"]), "window": t.days(r["window_start"], r["window_end"])}
        for r in c.facts["rounds"]
    ]  # fmt: skip


def newest(found: list[Row]) -> list[Row]:
    """The newest round of each component of each operation."""
    seen: dict[tuple[str, str], Row] = {}
    for r in found:
        known = seen.get((r["operation"], r["component"]))
        if known is None or r["round_number"] > known["round_number"]:
            seen[r["operation"], r["component"]] = r
    return sorted(seen.values(), key=lambda r: (r["operation"], r["component"]))


def box(c: Catalogue, round_key: str, t: Tongue) -> list[Row]:
    """The first figures of a round: name, value as text, interval, definition, and why it is not comparable."""
    mine = [h for h in c.facts["headlines"] if h["round_key"] == round_key]
    first = [h for h in mine if not h["headline_code"].startswith(NOT_FIRST) and not h["value_text_en"]]
    return [_figure(h, t) for h in first[:IN_BOX]]


def _figure(h: Row, t: Tongue) -> Row:
    unit = h["unit"]
    return {
        "name": t.named(h, "headline_name"), "value": figure(h["value"], unit, t), "definition": t.named(h, "definition"),
        "between": between(h["ci_low"], h["ci_high"], unit, t),
        "broken": dated(t.named(h, "comparability_reason"), t) if h["comparability"] == "not_comparable" else "",
    }  # fmt: skip


def figure(value: float | None, unit: str, t: Tongue) -> str:
    """A figure in its unit; a dash where there is none (missing is not zero)."""
    if unit == "percent":
        return t.percent(value, 1)
    return t.number(value, 2 if unit == "ratio" or (value is not None and value != round(value)) else 0)


def between(low: float | None, high: float | None, unit: str, t: Tongue) -> str:
    """The interval of a figure, 95 %."""
    return "" if low is None or high is None else f"{figure(low, unit, t)} – {figure(high, unit, t)}"


@cache
def family_names() -> dict[int, dict[str, str]]:
    """What the families of checks are called, by language."""
    raw = yaml.load((PROJECT / "expectations" / "checks.yml").read_bytes(), Loader=LOADER)
    return {int(number): dict(names) for number, names in raw["families"].items()}


def quality(c: Catalogue, round_key: str, t: Tongue) -> Row:
    """What the gate said of a round: checks by family, what did not hold, findings, what was rejected, conservation."""
    mine = [q for q in c.facts["quality"] if q["round_key"] == round_key]
    checks = [q for q in mine if q["quality_type"] == "check"]
    named = [
        {**q, "name": t.named(q, "code_name"), "observed": _said(q, "observed", t), "allowed": _said(q, "allowed", t)}
        for q in mine
    ]
    failed = [q for q in named if q["quality_type"] == "check" and q["outcome"] != "passed"]
    return {
        "checks": len(checks), "held": sum(q["outcome"] == "passed" for q in checks),
        "verdict": verdict([q for q in failed], t), "families": _families(checks, t), "failed": failed,
        "findings": [q for q in named if q["quality_type"] == "finding"],
        "rejected": [q for q in named if q["quality_type"] == "rejected"],
        "conserved": [q for q in named if q["quality_type"] == "conservation"],
    }  # fmt: skip


def verdict(failed: list[Row], t: Tongue) -> tuple[str, str]:
    """The outcome of a round that stands in a release: a class for its colour, and the words."""
    kinds = Counter("waived" if q["waiver"] else q["severity"] for q in failed)
    if kinds["waived"]:
        return "waived", t.say("Passed with an exception")
    if kinds["review"]:
        return "review", t.say("Passed, with points to look at")
    return "passed", t.say("Passed")


def _families(checks: list[Row], t: Tongue) -> list[Row]:
    found = []
    for number in sorted({q["check_family"] for q in checks if q["check_family"] is not None}):
        of = [q for q in checks if q["check_family"] == number]
        names = family_names().get(number, {})
        held = sum(q["outcome"] == "passed" for q in of)
        open_ = Counter("waived" if q["waiver"] else q["severity"] for q in of if q["outcome"] != "passed")
        found.append({"number": number, "name": names.get(t.lang) or names.get("en", str(number)), "checks": len(of), "held": held,
                      "waived": open_["waived"], "review": open_["review"] + open_["block"], "note": open_["note"]})  # fmt: skip
    return found


def _said(row: Row, stem: str, t: Tongue) -> str:
    """Observed or allowed in the language; Kyrgyz falls back to Russian, as the gate has the two."""
    return str(
        row.get(f"{stem}_{t.lang}")
        or row.get(f"{stem}_ru" if t.lang == "ky" else f"{stem}_en")
        or row.get(f"{stem}_en")
        or ""
    )
