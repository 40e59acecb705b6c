"""What a round and its parts are called in a language: the title of the report, the component, sexes, years, levels.

Only names that no mart has in three languages belong here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from warehouse.serving.report.facts import Facts, Row
    from warehouse.serving.words import Tongue

ISO_DAY = re.compile(r"\b\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b")


def component_name(facts: Facts, t: Tongue) -> str:
    """The instrument in words."""
    names = {
        "bma": t.say("Baseline Mobility Assessment"),
        "rms": t.say("Returned Migrants Survey"),
        "baseline": t.say("Baseline assessment of locations"),
    }
    return names.get(facts.component, facts.component)


def round_name(row: Row, t: Tongue) -> str:
    """`round 4`, of a row of dim_round."""
    return t.say("round {number}", number=row["round_number"])


def title(facts: Facts, t: Tongue) -> str:
    """The title of the report."""
    return t.say("{component}, round {number}", component=component_name(facts, t), number=facts.round["round_number"])


def sex_name(sex: str, t: Tongue) -> str:
    """A sex in words."""
    return {"male": t.say("Men"), "female": t.say("Women"), "all": t.say("Both sexes")}.get(sex, sex)


def age_name(age: str, t: Tongue) -> str:
    """An age group in words: `18–29`, `All ages`."""
    return t.say("All ages") if age == "all" else age.replace("-", "\u2013")


def reason_of(row: Row, t: Tongue) -> str:
    """Why a figure may not be compared, without the full stop."""
    return dated(t.named(row, "comparability_reason").rstrip("."), t)


def dated(text: str, t: Tongue) -> str:
    """A text of a mart with its dates as the language writes them: `2022-01-01` is for programs."""
    return ISO_DAY.sub(lambda found: t.day(found[0]), text)


def comparability_name(code: str, t: Tongue) -> str:
    """Whether two figures may be compared, in words."""
    names = {
        "comparable": t.say("comparable"),
        "limited": t.say("with care only"),
        "not_comparable": t.say("not comparable"),
    }
    return names.get(code, code)
