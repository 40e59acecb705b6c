"""The survey's form: respondents to a sheet, as a round's layout has it.

Only the rendering belongs here; who answered what comes from `respondents.py`.
"""

from __future__ import annotations

from typing import Any

from warehouse.sample.kobo import META, Table, stamped
from warehouse.sample.layout import Layout, load_layout, options
from warehouse.sample.respondents import NONE_OF_THEM, Respondent
from warehouse.sample.values import answer, clock, day, moment

FIRST_ID = 52_000_000
PLAIN = ("age_years", "months_abroad", "household_size")
NOTES = [None, None, None, None, "Interview was interrupted once.", "Respondent asked for a leaflet."]


def tables(number: int, found: list[Respondent], resubmitted: int) -> list[Table]:
    """The only sheet. `resubmitted`: position of an interview that was sent twice and stands again at the end."""
    layout = load_layout("rms", number)
    columns = rms_columns(layout)
    sent = [*found, found[resubmitted]]
    rows = stamped([row_of(number, respondent, layout) for respondent in sent], FIRST_ID + number * 100_000)
    keys = [*(key for key, _ in columns), *META]
    return [Table(layout.sheet, [*(h for _, h in columns), *META], [[row.get(key) for key in keys] for row in rows])]


def rms_columns(layout: Layout) -> list[tuple[str, str]]:
    """Key and header of every column; a 0/1 column has the key `question/option`."""
    columns = []
    for entry in layout.columns:
        is_multiple = entry.field in NONE_OF_THEM
        if not is_multiple or layout.multiple != "flags":
            columns.append((entry.field, entry.header))
        if is_multiple and layout.multiple != "list":
            columns += [
                (f"{entry.field}/{code}", f"{entry.header}/{answer(entry.field, code, layout)}")
                for code in options()[entry.field]
            ]
    return columns


def row_of(number: int, respondent: Respondent, layout: Layout) -> dict[str, Any]:
    """The row of one respondent, by key of column."""
    meta = respondent.meta | {"_submission_time": moment(respondent.meta["_submission_time"], layout)}
    place = respondent.community
    row: dict[str, Any] = {
        "start": clock(respondent.started),
        "end": clock(respondent.ended),
        "device_id": f"synthetic:{respondent.enumerator:04d}",
        "round_number": number,
        "record_type": answer("record_type", "test" if respondent.is_test else "real", layout),
        "interview_date": day(respondent.started, layout),
        "enumerator_code": f"E-{respondent.enumerator:02d}",
        "consent": answer("consent", "yes" if respondent.consents else "no", layout),
        "oblast_name": place.admin1.names[layout.lang],
        "oblast_code": place.admin1.code,
        "rayon_name": place.admin2.names[layout.lang] if place.admin2 else None,
        "rayon_code": place.admin2.code if place.admin2 else None,
        "community_code": place.admin4.code,
    }
    return row | _answered(respondent, layout) | meta


def _answered(respondent: Respondent, layout: Layout) -> dict[str, Any]:
    if not respondent.consents:
        return {}
    row: dict[str, Any] = {"comments": NOTES[sum(map(ord, respondent.meta["_uuid"])) % len(NOTES)]}
    for question, given in respondent.answers.items():
        if isinstance(given, list):
            row[question] = " ".join(given)
            row |= {f"{question}/{code}": int(code in given) for code in options()[question]}
        elif question == "country_of_return":
            row[question] = options()["countries"][given][layout.lang] if layout.answers == "label" else given
        elif question in PLAIN:
            row[question] = given
        elif question != "age_group":
            row[question] = answer(question, given, layout)
    return row
