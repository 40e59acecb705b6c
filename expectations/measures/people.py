"""Measures of counted people and households in the normalized round: arithmetic, signs, sizes, roundness.

Totals and parts stay apart; they are compared, never forced. Missing is not zero.
"""

from __future__ import annotations

from expectations.canonical import COUNTED
from expectations.inputs import RoundInput
from expectations.measures.at import at
from expectations.measures.measured import Measured, code_text, count, share

STATUSES = "('reported', 'derived', 'missing', 'not_asked', 'unreadable')"
BOTH = "individuals IS NOT NULL AND households IS NOT NULL"


def _at(given: RoundInput, rows: str, parameters: list[float] | None = None) -> list[str]:
    return at(given, "assessment", f"row_id IN (SELECT row_id FROM {rows})", parameters)


def people_counted(given: RoundInput) -> Measured:
    """All individuals in counted totals."""
    asked = given.canonical
    return count(asked.number(f"SELECT sum(individuals) FROM {asked.totals}"), "people")


def silent_categories(given: RoundInput) -> Measured:
    """Categories that the round reports and whose totals are zero everywhere."""
    sql = "SELECT population_category, sum(individuals) FROM {} WHERE individuals IS NOT NULL GROUP BY ALL ORDER BY ALL"
    sums = given.canonical.rows(sql.format(given.canonical.totals))
    zero = [category for category, total in sums if total == 0]
    return count(len(zero), f"of {len(sums)} categories", [code_text(c) for c in zero])


def negative_values(given: RoundInput) -> Measured:
    """Values below zero."""
    return _values(given, "value < 0")


def status_contradictions(given: RoundInput) -> Measured:
    """Counted values that are null, uncounted ones that are not, and statuses that nobody knows."""
    return _values(given, f"NOT coalesce(value_status IN {STATUSES}, false) OR ((value IS NULL) = {COUNTED})")


def _values(given: RoundInput, condition: str) -> Measured:
    bad = f"population WHERE {condition}"
    number = given.canonical.number(f"SELECT count(*) FROM {bad}")
    return count(number, "values", _at(given, bad) if number else [])


def parts_differ(given: RoundInput) -> Measured:
    """Rows × category × kind of part whose parts contradict the total, of those where all parts are counted."""
    return _of_parts(given, "sums_differ", "sums", "sums of parts")


def part_above_total(given: RoundInput) -> Measured:
    """Rows × category × kind of part with a single part above the total, of those with counted parts."""
    return _of_parts(given, "kinds_above", "kinds", "kinds of parts")


def _of_parts(given: RoundInput, bad: str, whole: str, what: str) -> Measured:
    parts = given.canonical.parts
    ((wrong, number),) = given.canonical.rows(f"SELECT coalesce(sum({bad}), 0), coalesce(sum({whole}), 0) FROM {parts}")
    return share(int(wrong), int(number), what, _at(given, f"{parts} WHERE {bad} > 0") if wrong else [])


def households_above_individuals(given: RoundInput) -> Measured:
    """Rows × category with more households than individuals."""
    return _sizes(given, BOTH, "households > individuals", "rows with both")


def household_size_outliers(given: RoundInput) -> Measured:
    """Rows × category whose individuals per household lie outside the plausible sizes."""
    told = f"{BOTH} AND (households > 0 OR individuals > 0)"
    plausible = [given.value("household_size_min"), given.value("household_size_max")]
    odd = "(households = 0 OR NOT individuals / households BETWEEN ? AND ?)"
    return _sizes(given, told, odd, "rows with households", plausible)


def _sizes(given: RoundInput, told: str, odd: str, what: str, bounds: list[float] | None = None) -> Measured:
    totals = given.canonical.totals
    number = given.canonical.number(f"SELECT count(*) FROM {totals} WHERE {told} AND {odd}", bounds)
    whole = given.canonical.number(f"SELECT count(*) FROM {totals} WHERE {told}")
    return share(number, whole, what, _at(given, f"{totals} WHERE {told} AND {odd}", bounds) if number else [])


def heaping(given: RoundInput) -> Measured:
    """Totals from 10 on that are multiples of 5, of all totals from 10 on."""
    return multiples(given, 5)


def multiples(given: RoundInput, of: int) -> Measured:
    """Totals from 10 on that are multiples of a number, of all totals from 10 on."""
    sql = "SELECT count(*) FILTER (WHERE individuals % ? = 0), count(*) FROM {} WHERE individuals >= 10"
    ((round_ones, whole),) = given.canonical.rows(sql.format(given.canonical.totals), [of])
    return share(round_ones, whole, "totals from 10 on")
