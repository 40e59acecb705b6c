"""A round that was never held, as canonical tables: clean by default, for tests to plant defects in.

Places belong to oblasts, answers depend on oblast, place and person, enumerators work in a few oblasts: what differs
between enumerators for honest reasons is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from warehouse.normalize.schema import TABLES

START = date(2025, 3, 3)
OBLASTS, PER_OBLAST, ENUMERATORS = 6, 30, 18
SINGLE = {f"q{i:02d}": 2 + i % 4 for i in range(20)}  # question: number of options
MULTIPLE = {"needs": 6, "reasons": 5}


@dataclass
class Round:
    """`rows`: one dictionary per interview; `answers`: interview_key to question to code, number, list of codes or None."""

    rows: list[dict[str, Any]]
    answers: dict[str, dict[str, Any]]
    places: list[dict[str, Any]]
    informants: bool = False
    extra: dict[str, pl.DataFrame] | None = None

    def of(self, enumerator: int) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["enumerator"] == name(enumerator)]

    def tables(self) -> dict[str, pl.DataFrame]:
        made = {
            "interview": pl.DataFrame(self.rows, schema=TABLES["interview"], orient="row"),
            "place": pl.DataFrame(self.places, schema=TABLES["place"], orient="row"),
        }
        told = [row for key, given in self.answers.items() for row in _told(key, given)]
        if self.informants:
            columns = [
                "row_id",
                "population_category",
                "dimension",
                "item",
                "sex",
                "age_group",
                "unit",
                "value",
                "value_status",
            ]
            counts = [
                (k, q, "total", None, "all", "all", "individuals", v, "reported")
                for k, g in self.answers.items()
                for q, v in g.items()
            ]
            data = pl.DataFrame(counts, schema=dict.fromkeys(columns), orient="row")
            made["population"] = (
                pl.DataFrame(schema=TABLES["population"]).select([]).hstack([])
                if data.is_empty()
                else _padded(data, "population")
            )
        else:
            made["answer"] = _padded(
                pl.DataFrame(
                    told,
                    schema=[
                        "response_key",
                        "question_code",
                        "option_code",
                        "value_number",
                        "value_status",
                        "delivered_value",
                    ],
                    orient="row",
                ),
                "answer",
            )
            keys = [row["interview_key"] for row in self.rows if row["is_accepted"]]
            made["response"] = _padded(pl.DataFrame({"response_key": keys}), "response")
        return made | (self.extra or {})


def _padded(data: pl.DataFrame, table: str) -> pl.DataFrame:
    schema = TABLES[table]
    whole = data.with_columns(pl.lit(None).alias(c) for c in schema if c not in data.columns)
    return whole.select(schema.keys()).cast(schema)  # type: ignore[arg-type]


def _told(key: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for question, value in given.items():
        if isinstance(value, list):
            options = [f"o{i}" for i in range(MULTIPLE.get(question, 4))]
            rows += [(key, question, o, float(o in value), "reported", " ".join(value)) for o in options]
        elif value in (None, "skipped"):
            rows.append((key, question, None, None, "not_asked" if value else "missing", None))
        elif isinstance(value, str):
            rows.append((key, question, value, None, "reported", value))
        else:
            rows.append((key, question, None, float(value), "reported", str(value)))
    return rows


def name(enumerator: int) -> str:
    return "E-" + "ABCDEFGHJKLMNPQRSTUVWXYZ"[enumerator % 24] * 8


def made_round(n: int = 1500, seed: int = 1, informants: bool = False) -> Round:
    """A clean round of `n` interviews over eight weeks."""
    rng = np.random.default_rng(seed)
    places, areas = _places()
    rows, answers = [], {}
    tilt = {q: rng.dirichlet(np.ones(k) * 8, size=OBLASTS) for q, k in SINGLE.items()}
    busy: dict[tuple[int, date], datetime] = {}
    for i in range(n):
        who = int(rng.integers(ENUMERATORS))
        oblast = (who + int(rng.integers(3))) % OBLASTS
        place = areas[oblast][int(rng.integers(PER_OBLAST))]
        key, day = f"k{i:05d}", START + timedelta(days=int(i * 50 / n))
        start = busy.get((who, day), datetime(day.year, day.month, day.day, 8, int(rng.integers(0, 60))))
        minutes = float(np.clip(rng.lognormal(np.log(32), 0.28), 12, 120))
        busy[who, day] = start + timedelta(minutes=minutes + int(rng.integers(6, 50)))
        rows.append(_row(i, key, who, place, day, start, minutes, rng))
        local = np.random.default_rng([seed, oblast, int(place[-2:])])
        answers[key] = _counts(rng, local) if informants else _answers(rng, local, tilt, oblast)
    return Round(rows, answers, places, informants)


def _places() -> tuple[list[dict[str, Any]], list[list[str]]]:
    def place(code: str, level: int, parent: str | None) -> dict[str, Any]:
        return {"round_key": "kgz-rms-r09", "place_code": code, "place_level": level, "parent_code": parent, "place_name_en": f"Place {code}",
                "place_name_ru": f"Место {code}", "place_name_ky": f"Жер {code}", "delivered_code": code, "in_gazetteer": True}  # fmt: skip

    whole, areas = [place("KG", 0, None)], []
    for o in range(OBLASTS):
        codes = [f"KG{o}-{i:02d}" for i in range(PER_OBLAST)]
        whole += [place(f"KG{o}", 1, "KG"), *(place(code, 4, f"KG{o}") for code in codes)]
        areas.append(codes)
    return whole, areas


def _row(
    i: int, key: str, who: int, place: str, day: date, start: datetime, minutes: float, rng: Any
) -> dict[str, Any]:
    end = start + timedelta(minutes=minutes)
    return {
        "round_key": "kgz-rms-r09", "interview_key": key, "row_number": i + 2, "is_accepted": True, "reason_code": None, "kind": "interview",
        "enumerator": name(who), "device": "D-" + name(who)[2:], "started_at": start, "ended_at": end,
        "submitted_at": end.replace(hour=21, minute=int(rng.integers(0, 60))), "minutes": minutes, "interview_date": day, "place_code": place,
        "place_level": 4, "informant_number": str(i), "form_version": "v1" if day < START + timedelta(days=20) else "v2",
        "gps_km": float(rng.gamma(1.5, 0.5)), "gps_accuracy_m": float(rng.gamma(2, 6)), "asked": 24, "answered": 24, "content_hash": f"h{key}",
    }  # fmt: skip


def _answers(rng: Any, local: Any, tilt: dict[str, Any], oblast: int) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for question, options in SINGLE.items():
        own = local.dirichlet(tilt[question][oblast] * 30 + 0.05)
        given[question] = f"o{int(rng.choice(options, p=own))}"
    given["q05"] = (
        given["q04"] if rng.random() < 0.5 and given["q04"] in ("o0", "o1") else given["q05"]
    )  # answers go together
    given["q19"] = "skipped" if given["q18"] == "o0" else given["q19"]
    given["age"] = int(np.clip(rng.normal(36, 11), 18, 75)) if rng.random() > 0.02 else None
    given["months"] = int(np.clip(rng.lognormal(2.5, 0.9), 1, 180))
    for question, options in MULTIPLE.items():
        given[question] = [f"o{i}" for i in range(options) if rng.random() < 0.35] or ["o0"]
    return given


def _counts(rng: Any, local: Any) -> dict[str, int]:
    """Counts of an informant: of one place two tell nearly the same; many round; small places have many zeros."""
    size = local.lognormal(3, 1)
    counts = {f"c{i:02d}": int(rng.poisson(max(local.gamma(0.5) * size, 0.01))) for i in range(24)}
    return {c: round(n / 5) * 5 if n > 10 and rng.random() < 0.4 else n for c, n in counts.items()}
