"""The baseline's form: interviews to the main sheet and the repeat sheet of countries, as a round's layout has them.

Only the rendering belongs here; what was reported comes from `interviews.py`.
"""

from __future__ import annotations

from typing import Any

from warehouse.sample.figures import CATEGORIES, SEXES, Figures
from warehouse.sample.interviews import Interview
from warehouse.sample.kobo import META, REPEAT_META, Table, stamped
from warehouse.sample.layout import Layout, Repeat, bma_columns, load_layout, options
from warehouse.sample.people import Counts
from warehouse.sample.places import Place
from warehouse.sample.values import answer, clock, day, moment

FIRST_ID = 41_000_000
PHONE = "+996 000 000 {:03d}"  # no such numbers are given out


def tables(number: int, figures: Figures, found: list[Interview], resubmitted: int | None) -> list[Table]:
    """Main and repeat sheet. `resubmitted`: position of an interview that was sent twice and stands again at the end."""
    layout = load_layout("bma", number)
    sent = [*found, *([found[resubmitted]] if resubmitted is not None else [])]
    rows = stamped([row_of(number, interview, layout) for interview in sent], FIRST_ID + number * 100_000)
    columns = bma_columns(layout, figures, number)
    keys = [*(key for key, _ in columns), *META]
    main = Table(layout.sheet, [*(h for _, h in columns), *META], [[row.get(key) for key in keys] for row in rows])
    return [main, repeat_of(layout, sent, rows)]


def row_of(number: int, interview: Interview, layout: Layout) -> dict[str, Any]:
    """The row of one interview, by key of column."""
    meta = interview.meta | {"_submission_time": moment(interview.meta["_submission_time"], layout)}
    row: dict[str, Any] = {
        "started_at": clock(interview.started),
        "ended_at": clock(interview.ended),
        "round_number": number,
        "record_type": answer("record_type", "test" if interview.is_test else "real", layout),
        "interview_date": day(interview.started, layout),
        "enumerator_code": f"E-{interview.enumerator:02d}",
        "informant_number": interview.informant,
        "informant_role": answer("informant_role", interview.role, layout),
        "informant_phone": PHONE.format(sum(map(ord, meta["_uuid"])) % 1000),
    }
    for category in CATEGORIES:
        row |= _counts(category, interview.counts[category])
    return row | _places(interview, layout) | meta


def _places(interview: Interview, layout: Layout) -> dict[str, str | None]:
    place = interview.community
    levels: list[Place | None] = [place.admin1, place.admin2, place.admin3, place.admin4]
    named: dict[str, str | None] = {}
    for i, level in enumerate(levels, start=1):
        named[f"admin{i}_name"] = level.names[layout.lang] if level else None
        named[f"admin{i}_code"] = level.code if level else None
    return named


def _counts(category: str, counts: Counts) -> dict[str, int]:
    """Total, parts, and the split by sex alone for forms that ask no ages."""
    row = {f"{category}.{key}": n for key, n in counts.items() if key != "total"}
    for sex in SEXES:
        row[f"{category}.sex.{sex}"] = sum(n for key, n in counts.items() if key.startswith(f"sex_age.{sex}."))
    return row | {f"{category}_total": counts["total"]}


def repeat_of(layout: Layout, sent: list[Interview], rows: list[dict[str, Any]]) -> Table:
    """The repeat sheet of countries for interviews and their rows in the main sheet."""
    repeat = layout.repeat
    assert repeat is not None, "every baseline form has a repeat sheet"
    lines: list[list[Any]] = []
    for interview, row in zip(sent, rows, strict=True):
        for category, country, individuals in _countries(interview, layout, repeat):
            keys = [len(lines) + 1, layout.sheet, row["_index"], row["_id"], row["_uuid"]]
            lines.append([category, country, individuals, *keys])
    return Table(repeat.sheet, [repeat.category, repeat.country, repeat.individuals, *REPEAT_META], lines)


def _countries(interview: Interview, layout: Layout, repeat: Repeat) -> list[tuple[str, str, int]]:
    names, groups = options()["countries"], options()["population_category"]
    found = []
    for category, labels in groups.items():
        shown = labels[layout.lang] if repeat.categories == "label" else category
        for key, individuals in interview.counts[category].items():
            dimension, _, iso3 = key.partition(".")
            if dimension == "country" and individuals:
                found.append((shown, names[iso3][layout.lang] if repeat.countries == "name" else iso3, individuals))
    return found
