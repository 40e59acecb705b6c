"""Generated tables of several shapes, and defects put into them at random. Nothing here looks at how drift is found.

`python -m tests.unit.normalize.drift.tables 500` measures detection and false alarms over 500 tables per shape and defect.
"""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from warehouse.codebooks.match import match_sheet
from warehouse.codebooks.model import Codebook
from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.normalize.drift.find import Drift, find_drift
from warehouse.normalize.frame import text_frame

Rows = list[list[Any]]
CONSONANTS, VOWELS = "bdfgklmnrstvz", "aeiou"


@dataclass
class Table:
    """A header, rows, and what the codebook says of each column: (field, type, measure)."""

    shape: str
    columns: list[tuple[str, str, dict[str, Any] | None]]
    rows: Rows
    lists: dict[str, list[str]] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)

    def at(self, name: str) -> int:
        return [c[0] for c in self.columns].index(name)

    def book(self) -> Codebook:
        columns = [
            {"field": n, "labels": [n], "type": t, **({"measure": m} if m else {}), **({"options": n} if t == "choice" else {})}
            for n, t, m in self.columns
            if n not in self.ignored
        ]  # fmt: skip
        levels = [
            {"level": i, "name_field": f"admin{i}_name", "code_field": f"admin{i}_code", "required": False}
            for i in (1, 2, 3)
        ]
        return Codebook.model_validate(
            {
                "codebook": f"drift-{self.shape}", "operation": "kgz", "component": "baseline", "row_grain": "site",
                "round_number": [], "places": {"scheme": "names", "levels": levels},
                "sheets": [{"name": "main", "role": "main", "columns": columns, "ignored": self.ignored}],
                "code_lists": {n: [{"code": o} for o in options] for n, options in self.lists.items()},
            }
        )  # fmt: skip

    def drift(self, rows: Rows | None = None, leave: frozenset[int] = frozenset()) -> Drift:
        body = self.rows if rows is None else rows
        width = max(len(self.columns), *(len(r) for r in body))
        cells = [[*r, *[""] * (width - len(r))] for r in [[c[0] for c in self.columns], *body]]
        book = self.book()
        match = match_sheet(book, book.main, RawSheet("data", cells), 5)
        assert match is not None
        return find_drift(text_frame(match), book, 5, leave)


def word(rng: random.Random) -> str:
    return "".join(rng.choice(CONSONANTS) + rng.choice(VOWELS) for _ in range(rng.randint(2, 4))).capitalize()


def places(rng: random.Random, count: int) -> Rows:
    """Code and name of three levels, in order of the codes."""
    found: Rows = []
    regions = {f"{a}{b}": word(rng) + "skaya" for a, b in zip("KLMNPR", "ABCDEF", strict=True)}
    for code, name in regions.items():
        for d in range(1, 9):
            district = word(rng)
            for v in range(1, 40):
                found.append([code, name, f"{code}{d:02d}", district, f"{code}{d:02d}{v:02d}", word(rng)])
    return [found[i] for i in sorted(rng.sample(range(len(found)), count))]


PLACES = [("admin1_code", "code"), ("admin1_name", "text"), ("admin2_code", "code"), ("admin2_name", "text"),
          ("admin3_code", "code"), ("admin3_name", "text")]  # fmt: skip


def place_columns() -> list[tuple[str, str, None]]:
    return [(name, kind, None) for name, kind in PLACES]


def people(rng: random.Random, mean: float = 5) -> int:
    return int(rng.lognormvariate(mean, 1.2)) + 1


def counts(rng: random.Random, rows: int) -> Table:
    """Wide counts by reason with Yes/No columns between, like the baselines of DTM."""
    reasons = ["conflict", "clash", "flood"]
    columns: list[tuple[str, str, dict[str, Any] | None]] = [*place_columns()]
    for unit in ("households", "individuals"):
        columns.append((f"idp_{unit}", "count", {"category": "idp", "unit": unit}))
    columns += [("site_type", "text", None), ("year", "text", None)]
    for reason in reasons:
        columns.append((f"{reason}_yesno", "text", None))
        for unit in ("households", "individuals"):
            measure = {"category": "idp", "unit": unit, "dimension": "reason", "item": reason}
            columns.append((f"{reason}_{unit}", "count", measure))
    body = []
    for place in places(rng, rows):
        parts: list[Any] = []
        total = [0, 0]
        chosen = rng.sample(reasons, rng.choice([1, 1, 2]))
        for reason in reasons:
            h = people(rng, 4) if reason in chosen else 0
            i = h * 6 + rng.randint(-h, h) if h else 0
            total = [total[0] + h, total[1] + i]
            parts += ["Yes", h, i] if h else ["No", "", ""]
        camp = rng.random() < 0.05  # in camps the reasons are not asked
        body.append([*place, *total, "Camp" if camp else "Host community", rng.choice([2014, 2015, 2016, 2017]),
                     *(["", "", ""] * 3 if camp else parts)])  # fmt: skip
    ignored = ["year", "conflict_yesno", "clash_yesno", "flood_yesno"]
    return Table("counts", columns, body, ignored=ignored)


def ages(rng: random.Random, rows: int) -> Table:
    """A hundred columns: four categories by sex and age and by year, with an identifier and a time at the end."""
    columns: list[tuple[str, str, dict[str, Any] | None]] = [
        ("round", "code", None),
        ("day", "date", None),
        *place_columns(),
    ]
    bands = ["0-17", "18-29", "30-44", "45-59", "60+"]
    for category in ("returned", "emigrant", "international", "internal"):
        columns.append((f"{category}_total", "count", {"category": category}))
        for sex in ("male", "female"):
            columns += [(f"{category}_{sex}_{b}", "count", {"category": category, "dimension": "sex_age", "sex": sex, "age_group": b})
                        for b in bands]  # fmt: skip
        columns += [
            (f"{category}_{y}", "count", {"category": category, "dimension": "year", "item": str(y)})
            for y in range(2020, 2024)
        ]
    columns += [("uuid", "code", None), ("submitted", "datetime", None), ("version", "text", None)]
    body = []
    for place in places(rng, rows):
        row: list[Any] = ["3", f"2024-0{rng.randint(3, 5)}-{rng.randint(10, 28)}", *place]
        for _ in range(4):
            total = people(rng, 3)
            row += [total, *shared(rng, total, 10), *shared(rng, total, 4)]
        row += [
            f"{rng.getrandbits(32):08x}-{rng.getrandbits(16):04x}a1",
            f"2024-05-{rng.randint(10, 28)} 10:0{rng.randint(0, 9)}:00",
            "vA2",
        ]
        body.append(row)
    rng.shuffle(body)
    return Table("ages", columns, body)


def shared(rng: random.Random, total: int, parts: int) -> list[int]:
    cuts = sorted(rng.randint(0, total) for _ in range(parts - 1))
    return [b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True)]


def survey(rng: random.Random, rows: int) -> Table:
    """One row per respondent: answers of several lists, an age, a text, a date."""
    lists = {
        "sex": ["Male", "Female"], "education": ["Basic", "Secondary", "Vocational", "Higher"],
        "work": ["Employed", "Own business", "Looking for work", "At home"], "debt": ["Yes", "No"],
        "plan": ["Stay", "Leave again", "Leave for another country", "Not decided"],
    }  # fmt: skip
    columns: list[tuple[str, str, dict[str, Any] | None]] = [
        ("day", "date", None), *place_columns()[:4], ("age", "number", None),
        *((name, "choice", None) for name in lists), ("months", "number", None), ("comment", "text", None), ("uuid", "code", None),
    ]  # fmt: skip
    body = [
        [f"2024-06-{rng.randint(10, 28)}", *place[:4], rng.randint(18, 70), *(rng.choice(o) for o in lists.values()),
         rng.randint(1, 60), " ".join(word(rng) for _ in range(4)) if rng.random() < 0.3 else "", f"{rng.getrandbits(40):010x}z9"]
        for place in places(rng, rows)
    ]  # fmt: skip
    return Table("survey", columns, body, lists, ["comment"])


def small(rng: random.Random, rows: int) -> Table:
    """Few rows, no parts, many columns that never change, like the baselines of Mali."""
    columns: list[tuple[str, str, dict[str, Any] | None]] = [
        ("snapshot", "date", None), ("country", "text", None), *place_columns(), ("level", "text", None),
        ("idp_households", "count", {"category": "idp", "unit": "households"}), ("idp_individuals", "count", {"category": "idp"}),
        ("conflict", "text", None), ("cause", "text", None),
    ]  # fmt: skip
    body = []
    for place in places(rng, min(rows, 50)):
        h = people(rng, 4)
        body.append(["2016-12-31", "Mali", *place, "3", h, h * 6 + rng.randint(-h, h), rng.choice("01"), "Conflict"])
    return Table("small", columns, body, ignored=["level", "conflict", "cause", "country"])


def long(rng: random.Random, rows: int) -> Table:
    """One row per place, category and sex: a single value column."""
    columns = [*place_columns(), ("category", "text", None), ("sex", "text", None), ("day", "date", None),
               ("value", "count", {"category": "returned"})]  # fmt: skip
    body = [
        [*place, category, sex, f"2024-05-{rng.randint(10, 28)}", people(rng, 3)]
        for place in places(rng, rows // 4)
        for category in ("returned", "emigrant")
        for sex in ("male", "female")
    ]
    return Table("long", columns, body)


SHAPES: dict[str, Callable[[random.Random, int], Table]] = {
    "counts": counts, "ages": ages, "survey": survey, "small": small, "long": long,
}  # fmt: skip


def paste(table: Table, rng: random.Random) -> tuple[Rows, set[int]]:
    """Rows in an older layout: an internal id in front, no codes of places."""
    older = [i for i, c in enumerate(table.columns) if not (c[1] == "code" and c[0].startswith("admin"))]
    size = rng.choice([1, 3, 5, max(3, len(table.rows) // 20)])
    at = rng.randrange(len(table.rows) - size)
    block = [[str(rng.randint(1000, 9999)), *(row[i] for i in older)] for row in table.rows[at : at + size]]
    to = rng.choice([0, rng.randrange(len(table.rows)), len(table.rows)])
    return table.rows[:to] + block + table.rows[to:], set(range(to, to + size))


def shift(table: Table, rng: random.Random) -> tuple[Rows, set[int]]:
    """The cells of one row moved right by one or two, or left by one, from a column of the first half on."""
    at, start = rng.randrange(len(table.rows)), rng.randrange(len(table.columns) // 2)
    row, by = table.rows[at], rng.choice([1, 2, -1])
    moved = [*row[:start], *[""] * by, *row[start:]] if by > 0 else [*row[:start], *row[start + 1 :], ""]
    return [*table.rows[:at], moved, *table.rows[at + 1 :]], {at}


def with_column(rows: Rows, column: int, values: list[Any]) -> Rows:
    return [[*row[:column], value, *row[column + 1 :]] for row, value in zip(rows, values, strict=True)]


def swap(rows: Rows, a: int, b: int) -> Rows:
    values = [[row[i] for row in rows] for i in (a, b)]
    return with_column(with_column(rows, a, values[1]), b, values[0])


def sort_alone(rows: Rows, column: int) -> Rows:
    return with_column(rows, column, sorted((row[column] for row in rows), key=lambda v: (v == "", v)))


def one_row_down(rows: Rows, column: int) -> Rows:
    values = [row[column] for row in rows]
    return with_column(rows, column, [*values[-1:], *values[:-1]])


def codes(drift: Drift) -> set[str]:
    return {note["code"] for note in drift.notes}


def measure(shape: str, seeds: range, rows: int = 400) -> dict[str, float]:
    """Shares found, and false alarms, by defect."""
    found: dict[str, list[float]] = defaultdict(list)
    for seed in seeds:
        rng = random.Random(seed)
        table = SHAPES[shape](rng, rows)
        clean = table.drift()
        found["clean tables with any alarm"].append(bool(clean.notes or clean.rows.height))
        for name, defect in (("paste", paste), ("shift", shift)):
            changed, wrong = defect(table, rng)
            seen = {n - 2 for n in table.drift(changed).rows["row_number"]}
            found[f"{name}: rows found"].append(len(seen & wrong) / len(wrong))
            found[f"{name}: false rows"].append(len(seen - wrong))
        for name, changed, code in column_defects(table):
            drift = table.drift(changed)
            found[f"{name}: found"].append(code in codes(drift))
            found[f"{name}: other alarms"].append(len(codes(drift) - {code}))
    return {name: sum(values) / len(values) for name, values in found.items()}


def column_defects(table: Table) -> list[tuple[str, Rows, str]]:
    """Each defect of whole columns that this shape can tell."""
    rows, at = table.rows, table.at
    found = [
        ("code and name swapped", swap(rows, at("admin2_code"), at("admin2_name")), "columns_swapped"),
        ("levels swapped", swap(rows, at("admin1_name"), at("admin2_name")), "columns_swapped"),
    ]
    if table.shape in ("counts", "small"):
        found += [
            (
                "households and individuals swapped",
                swap(rows, at("idp_households"), at("idp_individuals")),
                "columns_swapped",
            ),
            ("individuals sorted alone", sort_alone(rows, at("idp_individuals")), "column_sorted_alone"),
            ("individuals one row down", one_row_down(rows, at("idp_individuals")), "column_shifted"),
        ]
    if table.shape == "ages":
        found += [
            ("totals swapped", swap(rows, at("returned_total"), at("emigrant_total")), "columns_swapped"),
            ("total and part swapped", swap(rows, at("returned_total"), at("returned_2020")), "columns_swapped"),
            ("total sorted alone", sort_alone(rows, at("internal_total")), "column_sorted_alone"),
            ("part sorted alone", sort_alone(rows, at("internal_male_18-29")), "column_sorted_alone"),
            ("part one row down", one_row_down(rows, at("returned_male_18-29")), "column_shifted"),
            ("name sorted alone", sort_alone(rows, at("admin2_name")), "column_sorted_alone"),
        ]
    if table.shape == "survey":
        found.append(("answers swapped", swap(rows, at("education"), at("work")), "columns_swapped"))
    if table.shape == "long":
        found.append(("name one row down", one_row_down(rows, at("admin2_name")), "column_shifted"))
    return found


if __name__ == "__main__":
    for name in SHAPES:
        print(name)
        for what, share in measure(name, range(int(sys.argv[1]))).items():
            print(f"  {what}: {share:.3f}")
