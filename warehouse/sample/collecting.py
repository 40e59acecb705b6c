"""Daily partial exports of a synthetic round while it is collected, as a KoboToolbox source would pull them.

Putting plan, visits and answers together and writing the files belong here: one growing workbook a day for each component, the
operation's files that register the round, and `planted.json`, the list of the defects that a check should find.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from warehouse.sample import bma_form, rms_form
from warehouse.sample.collected_answers import answers, counts, otherwise, retold
from warehouse.sample.collected_plan import NUMBER, planned, positions, settings, write_operation
from warehouse.sample.collected_visits import Visit, visits, workdays
from warehouse.sample.figures import load_figures
from warehouse.sample.interviews import Interview
from warehouse.sample.kobo import META, Document, Table, stamped, submission, write
from warehouse.sample.layout import bma_columns, load_layout, options
from warehouse.sample.respondents import Respondent, respondents
from warehouse.sample.values import answer

LIKE = 4  # the round whose figures and answers it follows
CHECKED = 9  # every ninth interview of the planted enumerator's neighbours is asked again, every second of their own
TESTS = 2
MINUTES = {"bma": (38, 75), "rms": (22, 45)}


@dataclass(frozen=True)
class Sent:
    """One submission: its row without numbers, when it was sent, what it is."""

    day: date
    row: dict[str, Any]
    interview: Interview | Respondent


@dataclass(frozen=True)
class Written:
    """What was written: exports in order of arrival, the operations folder, the list of defects."""

    exports: list[Path]
    operations: Path
    planted: Path


def make_collecting(folder: Path, days: int | None = None, seed: int = 2024) -> Written:
    """Write the first `days` daily exports (all of fieldwork, and then the whole round, where it is None)."""
    folder.mkdir(parents=True, exist_ok=True)
    communities = planned(load_figures(), seed)
    places = positions(communities, seed)
    operations = write_operation(folder, communities, places)
    worked = workdays(days)
    sent = {"bma": _baseline(worked, seed), "rms": _survey(worked, seed)}
    paths = [_export(folder, component, sent[component], day) for day in worked for component in sent]
    if days is None:
        paths += [_export(folder, component, found, None) for component, found in sent.items()]
    planted = folder / "planted.json"
    planted.write_text(json.dumps(_told(sent), ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")
    return Written(paths, operations, planted)


def _baseline(worked: list[date], seed: int) -> list[Sent]:
    figures, rng = load_figures(), np.random.default_rng([seed, 5, 2])
    communities = planned(figures, seed)
    plan = visits(communities, positions(communities, seed), worked, settings().visits_a_day, rng, MINUTES["bma"])
    roles = list(options()["informant_role"])
    firsts: dict[int, Any] = {}
    found: list[Interview] = []
    for visit in plan:
        told = counts(visit.enumerator, firsts.get(visit.enumerator), figures, figures.bma[LIKE], rng)
        firsts.setdefault(visit.enumerator, told)
        meta = submission(rng, visit.ended, visit.enumerator, f"vBMA{NUMBER}k7Rq") | _where(visit)
        role = roles[int(rng.integers(0, len(roles)))]
        found.append(
            Interview(visit.community, visit.started, visit.ended, visit.enumerator, 1, role, False, told, meta)
        )
    again = [
        replace(v, counts=retold(v.counts, differs=v.enumerator == settings().planted["back_check"], rng=rng), **_again(v, rng))
        for v in _checked(found, worked)
    ]  # fmt: skip
    tests = [replace(v, is_test=True, **_again(v, rng)) for v in found[:TESTS]]
    return _in_order([*found, *again, *tests], lambda v: bma_form.row_of(NUMBER, v, load_layout("bma", NUMBER)))


def _survey(worked: list[date], seed: int) -> list[Sent]:
    figures, rng = load_figures(), np.random.default_rng([seed, 5, 3])
    communities = planned(figures, seed)
    few = [c for n, c in enumerate(communities) if n % 3 == 0]  # a third of the villages, several respondents in each
    places = positions(communities, seed)
    whole = [c for c in few for _ in range(-(-settings().respondents_of_a_rayon // 6))]
    plan = visits(whole, places, worked, settings().interviews_a_day, rng, MINUTES["rms"])
    given = [r.answers for r in respondents(LIKE, figures, _frame(seed), seed) if r.consents and not r.is_test]
    found: list[Respondent] = []
    firsts: dict[int, Any] = {}
    for visit, own in zip(plan, given, strict=False):
        told = answers(visit.enumerator, own, firsts.get(visit.enumerator))
        firsts.setdefault(visit.enumerator, told)
        meta = submission(rng, visit.ended, visit.enumerator, f"vRMS{NUMBER}m2Xc") | _where(visit)
        found.append(Respondent(visit.community, visit.started, visit.ended, visit.enumerator, True, False, told, meta))
    again = [
        replace(r, answers=otherwise(r.answers, rng) if r.enumerator == settings().planted["back_check"] else r.answers, **_again(r, rng))
        for r in _checked(found, worked)
    ]  # fmt: skip
    tests = [replace(r, is_test=True, **_again(r, rng)) for r in found[:TESTS]]
    return _in_order([*found, *again, *tests], lambda r: rms_form.row_of(NUMBER, r, load_layout("rms", NUMBER)))


def _frame(seed: int) -> Any:
    from warehouse.sample.places import frame

    return frame(load_figures(), np.random.default_rng([seed, 0, 0]), None)


def _where(visit: Visit) -> dict[str, Any]:
    """Device and position as KoboToolbox exports them."""
    device = {"device_id": f"synthetic:{visit.enumerator:04d}"}
    if visit.position is None:
        return device
    latitude, longitude = visit.position
    return device | {
        "gps": f"{latitude} {longitude} 0 {visit.accuracy}", "latitude": latitude, "longitude": longitude,
        "position_precision": visit.accuracy,
    }  # fmt: skip


def _checked(found: list[Any], worked: list[date]) -> list[Any]:
    """The interviews that are asked again, the day after at the earliest."""
    bad = settings().planted["back_check"]
    own = [v for v in found if v.enumerator == bad][::2]
    others = [v for v in found if v.enumerator not in (bad, settings().planted["copies"])][::CHECKED]
    last = worked[-1]
    return [v for v in [*own, *others] if v.started.date() < last]


def _again(v: Any, rng: np.random.Generator) -> dict[str, Any]:
    """What differs in a submission that is made again by the supervisor, or as a test."""
    later = v.started + timedelta(days=1)
    while later.weekday() not in settings().workdays:
        later += timedelta(days=1)
    started = later.replace(hour=15, minute=int(rng.integers(0, 60)))
    ended, who = started + timedelta(minutes=25), settings().supervisor
    meta = (
        v.meta
        | submission(rng, ended, who, v.meta["__version__"])
        | {"device_id": f"synthetic:{who:04d}", "back_check_of": v.meta["_uuid"]}
    )
    return {"started": started, "ended": ended, "enumerator": who, "meta": meta}


def _in_order(found: list[Any], row_of: Callable[[Any], dict[str, Any]]) -> list[Sent]:
    """Submissions as they arrived; a back check says so and names the interview."""
    sent = []
    for v in sorted(found, key=lambda v: (v.meta["_submission_time"], v.meta["_uuid"])):
        row = row_of(v) | {
            key: v.meta[key]
            for key in ("device_id", "gps", "latitude", "longitude", "position_precision")
            if key in v.meta
        }
        if v.enumerator == settings().supervisor and not v.is_test:
            layout = load_layout("bma" if isinstance(v, Interview) else "rms", NUMBER)
            row |= {
                "record_type": answer("record_type", "back_check", layout),
                "back_check_of": v.meta["back_check_of"],
            }
        elif "back_check_of" in row:
            del row["back_check_of"]
        sent.append(Sent(v.meta["_submission_time"].date(), row, v))
    return sent


def _export(folder: Path, component: str, sent: list[Sent], day: date | None) -> Path:
    """The export of a day: all that was sent up to it; the whole round where no day is given."""
    until = [one for one in sent if day is None or one.day <= day]
    made = day or settings().fieldwork.end + timedelta(days=3)
    suffix = "_in-progress" if day else ""
    path = folder / f"{made:%Y-%m-%d}_kgz_{component}_r{NUMBER:02d}{suffix}.xlsx"
    title = f"SYNTHETIC: MTM Kyrgyz Republic, {component.upper()} round {NUMBER}{', in progress' if day else ''}"
    write(path, Document(title, made), _tables(component, until))
    return path


def _tables(component: str, sent: list[Sent]) -> list[Table]:
    layout = load_layout(component, NUMBER)
    columns = bma_columns(layout, load_figures(), LIKE) if component == "bma" else rms_form.rms_columns(layout)
    keys = [*(key for key, _ in columns), *META]
    rows = stamped([one.row for one in sent], 63_000_000)
    main = Table(layout.sheet, [*(h for _, h in columns), *META], [[row.get(key) for key in keys] for row in rows])
    if component == "rms":
        return [main]
    found = [one.interview for one in sent if isinstance(one.interview, Interview)]
    return [main, bma_form.repeat_of(layout, found, rows)]


def _told(sent: dict[str, list[Sent]]) -> dict[str, Any]:
    """What was planted, by component: the enumerators' codes as delivered, and how many rows of each kind there are."""
    known = settings()
    kinds = {
        component: {
            "interviews": sum(
                not one.interview.is_test and one.interview.enumerator != known.supervisor for one in found
            ),
            "back_checks": sum(
                not one.interview.is_test and one.interview.enumerator == known.supervisor for one in found
            ),
            "tests": sum(one.interview.is_test for one in found),
            "last_sent": max(one.day for one in found).isoformat(),
        }
        for component, found in sent.items()
    }
    enumerators = {defect: f"E-{who:02d}" for defect, who in known.planted.items()}
    return {"synthetic": True, "round": NUMBER, "enumerators": enumerators, "rows": kinds}
