"""All checks of a round, one after the other, as one table.

Which checks there are and in which order belongs here; each check is a module of its own, its words and bounds are data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import polars as pl

from warehouse.collection.checks import (
    back_checks,
    clocks,
    consent,
    durations,
    effects,
    gps,
    heaping,
    near,
    sending,
    skips,
    straight,
)
from warehouse.collection.checks.collected import Collected
from warehouse.collection.checks.names import count_fields, question_names
from warehouse.collection.checks.result import CHECK, Found, Lacking, Outcome, Values
from warehouse.collection.checks.sentences import in_words
from warehouse.collection.checks.settings import Check, Settings, settings_of
from warehouse.operations import Operation

CHECKS: dict[str, Callable[[Collected, Values], Outcome]] = {
    "test_left": sending.test_left,
    "duplicate": near.duplicate,
    "near_duplicate": near.near_duplicate,
    "end_before_start": clocks.end_before_start,
    "overlapping": clocks.overlapping,
    "too_many_a_day": clocks.too_many_a_day,
    "duration_short": durations.duration_short,
    "duration_long": durations.duration_long,
    "fast_enumerator": durations.fast_enumerator,
    "at_night": clocks.at_night,
    "sent_before_end": clocks.sent_before_end,
    "late_submission": sending.late_submission,
    "silent_enumerator": sending.silent_enumerator,
    "old_version": sending.old_version,
    "enumerator_effect": effects.enumerator_effect,
    "enumerator_icc": effects.enumerator_icc,
    "heaping": heaping.heaping,
    "no_variation": straight.no_variation,
    "one_option": straight.one_option,
    "straight_series": straight.straight_series,
    "missing_question": skips.missing_question,
    "missing_enumerator": skips.missing_enumerator,
    "skips_enumerator": skips.skips_enumerator,
    "refusals": consent.refusals,
    "refusals_enumerator": consent.refusals_enumerator,
    "back_check_share": back_checks.back_check_share,
    "back_check_unpaired": back_checks.back_check_unpaired,
    "back_check_differs": back_checks.back_check_differs,
    "gps_far": gps.gps_far,
    "gps_missing": gps.gps_missing,
    "gps_inexact": gps.gps_inexact,
    "gps_same_point": gps.gps_same_point,
}


def checked(
    tables: Mapping[str, pl.DataFrame], operation: Operation, round_key: str, as_of: date | None = None
) -> pl.DataFrame:
    """All checks of a round; see the package's `run`."""
    settings = settings_of(operation, round_key.split("-")[1])
    data = collected(tables, operation, round_key, settings, as_of)
    rows = [row for code, check in settings.checks.items() for row in _rows(data, settings, code, check)]
    return pl.DataFrame(rows, schema=CHECK, orient="row")


def collected(
    tables: Mapping[str, pl.DataFrame],
    operation: Operation,
    round_key: str,
    settings: Settings,
    as_of: date | None = None,
) -> Collected:
    """The round as the checks see it."""
    component = round_key.split("-")[1]
    return Collected(
        round_key, tables, frozenset(settings.refusal_options), settings.question_types,
        question_names(operation), count_fields(operation, component), as_of,
    )  # fmt: skip


def _rows(data: Collected, settings: Settings, code: str, check: Check) -> list[dict[str, Any]]:
    outcome = Lacking("no_interviews", is_few=True) if data.interview.is_empty() else CHECKS[code](data, check.values)
    if isinstance(outcome, Lacking):
        return [_lacking(data, settings, code, outcome)]
    if not outcome:
        return [_row(data, code, "nothing") | {"n": data.real.height}]
    return [_found(data, code, check, one) for one in outcome]


def _row(data: Collected, code: str, outcome: str) -> dict[str, Any]:
    blank = dict.fromkeys(CHECK)
    return blank | {
        "round_key": data.round_key, "as_of": data.as_of, "check_code": code, "outcome": outcome, "unit_kind": "round",
        "unit": data.round_key, "item": "",
    }  # fmt: skip


def _lacking(data: Collected, settings: Settings, code: str, lacking: Lacking) -> dict[str, Any]:
    outcome = "too_few" if lacking.is_few else "not_possible"
    return _row(data, code, outcome) | in_words("sentence", settings.lacking[lacking.code], {})


def _found(data: Collected, code: str, check: Check, one: Found) -> dict[str, Any]:
    told = {
        name: getattr(one, name)
        for name in ("unit_kind", "unit", "item", "enumerator", "place_code", "day", "row_number", "n", "observed",
                     "threshold", "expected", "p_value", "adjusted_p")
    }  # fmt: skip
    words = in_words("sentence", check.finds, one.says) | in_words("todo", check.todo, one.says)
    return _row(data, code, "found") | told | words | {"severity": check.severity}
