"""Surveys: who answered: sex, age, education, marital status, breadwinners, households.

Only the topics of dim_indicator that belong here are named; what is shown of a question is in `surveys.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.serving.report.surveys import topic_part

if TYPE_CHECKING:
    from warehouse.serving.report.blocks import Part
    from warehouse.serving.report.facts import Facts
    from warehouse.serving.words import Tongue

ORDER = 60


def build(facts: Facts, t: Tongue) -> Part | None:
    """The questions of the topic survey_profile."""
    return topic_part(facts, t, "survey-profile", t.say("Who the respondents are"), ["survey_profile"])
