"""Measures of the delivery's layout: columns that a round can't do without, and the layout of the round before.

The two layouts are compared by the codebook's fields, never by position. A label of the delivery is never repeated:
evidence is the field's own name. What nobody knows is measured in `columns.py`.
"""

from __future__ import annotations

import re

import polars as pl

from expectations.candidate_input import CandidateInput
from expectations.inputs import RoundInput
from expectations.measures.measured import Measured, code_text, count
from expectations.measures.previous import NONE
from warehouse.normalize.schema import empty

COUNTED = pl.col("value_status").is_in(["reported", "derived"])
# an option as forms number them: `2)2014`, `3. Other`
NUMBERED = re.compile(r"\s*(\d{1,3})\s*[).:]\s*(\S.*)")


def key_columns_absent(given: RoundInput) -> Measured:
    """Fields that name a required place and are not delivered, and categories counted in parts without a column of totals."""
    table = given.table("column_map")
    mapped = set(table.filter(pl.col("mapping") == "mapped")["field"].drop_nulls().to_list())
    absent = set(table.filter(pl.col("mapping") == "absent")["field"].drop_nulls().to_list())
    gone = [name for name in sorted(absent - mapped) if name in _required(given, mapped)]
    # a sheet can be long (a row per category), so the totals are looked for in what was counted, not in the columns
    sql = """
        SELECT population_category FROM population WHERE unit = 'individuals' AND population_category IS NOT NULL
        GROUP BY population_category HAVING NOT coalesce(bool_or(dimension = 'total'), false) ORDER BY ALL
    """
    bare = given.canonical.texts(sql)
    return count(len(gone) + len(bare), "columns", [*gone, *(f"{code_text(c)} total" for c in bare)])


def _required(given: RoundInput, mapped: set[str]) -> set[str]:
    """Fields of required levels of which neither code nor name is delivered."""
    books = [b for b in given.operation.codebooks if b.component == given.component]
    known = {c.field for b in books for sheet in b.sheets for c in sheet.columns}
    levels = [level for book in books if {c.field for c in book.main.columns} & mapped for level in book.places.levels]
    pairs = [{f for f in (x.code_field, x.name_field) if f and f in known} for x in levels if x.required]
    return {field for pair in pairs if not pair & mapped for field in pair}


def columns_gone(given: CandidateInput) -> Measured:
    """What the round before counted or asked, by category, unit and kind of part or by question, and this one does not."""
    before = {name: _earlier(given, name) for name in ("population", "answer")}
    if before["population"] is None or before["answer"] is None:
        return Measured(0.0, NONE)
    old = _counted(before["population"]) | _asked(before["answer"])
    new = _counted(_own(given, "population")) | _asked(_own(given, "answer"))
    gone = sorted(old - new)
    return count(len(gone), f"of {len(old)} kinds of figures and questions", gone)


def _own(given: CandidateInput, table: str) -> pl.LazyFrame:
    path = given.normalized.folder / f"{table}.parquet"
    return pl.scan_parquet(path, glob=False) if path.is_file() else given.table(table).lazy()


def _counted(population: pl.LazyFrame) -> set[str]:
    rows = population.filter(COUNTED).select("population_category", "unit", "dimension").unique()
    return {" ".join(map(code_text, row)) for row in rows.collect(engine="streaming").iter_rows()}


def _asked(answers: pl.LazyFrame) -> set[str]:
    asked = answers.filter(pl.col("value_status") == "reported").select("question_code").unique()
    return {code_text(q) for (q,) in asked.collect(engine="streaming").iter_rows()}


def headers_changed(given: CandidateInput) -> Measured:
    """Fields that both rounds deliver, under other labels."""
    before = _earlier(given, "column_map")
    if before is None:
        return Measured(0.0, NONE)
    old, new = _labels(before.collect()), _labels(given.table("column_map"))
    changed = sorted(field for field in set(old) & set(new) if old[field].isdisjoint(new[field]))
    return count(len(changed), f"of {len(set(old) & set(new))} fields in both rounds", [code_text(f) for f in changed])


def options_relabelled(given: CandidateInput) -> Measured:
    """Numbered options whose label shares no word with that of the round before: another answer may stand under the number."""
    before = _earlier(given, "answer")
    if before is None:
        return Measured(0.0, NONE)
    old, new = _numbered(before), _numbered(_own(given, "answer"))
    both = sorted(set(old) & set(new))
    other = [key for key in both if old[key].isdisjoint(new[key])]
    return count(len(other), f"of {len(both)} numbered options", [f"{code_text(q)} {number}" for q, number in other])


def _numbered(answers: pl.LazyFrame) -> dict[tuple[str, int], set[str]]:
    """Question and number → the words of its labels, folded."""
    said = answers.filter(pl.col("option_code").is_not_null()).select("question_code", "delivered_value").unique()
    found: dict[tuple[str, int], set[str]] = {}
    for question, text in said.collect(engine="streaming").iter_rows():
        if match := NUMBERED.fullmatch(text or ""):
            found.setdefault((question, int(match[1])), set()).update(re.findall(r"\w+", match[2].casefold()))
    return found


def _labels(table: pl.DataFrame) -> dict[str, set[str]]:
    mapped = table.filter((pl.col("mapping") == "mapped") & pl.col("field").is_not_null())
    found: dict[str, set[str]] = {}
    for field, label in mapped.select("field", "column_label").iter_rows():
        found.setdefault(field, set()).add(" ".join((label or "").casefold().split()))
    return found


def _earlier(given: CandidateInput, table: str) -> pl.LazyFrame | None:
    """A canonical table of the newest earlier round of the component in the release; None where there is none."""
    stem, _, number = given.key.rpartition("-r")
    versions = given.candidate.versions if given.candidate else ()
    earlier = [v for v in versions if v.round_key.rpartition("-r")[0] == stem and _number(v.round_key) < int(number)]
    if given.candidate is None or not earlier:
        return None
    last = max(earlier, key=lambda v: _number(v.round_key))
    path = given.candidate.home.normalized / last.round_key / last.normalized_id / f"{table}.parquet"
    if not path.exists():
        return None
    # whichever version wrote it: columns that it lacks are null
    return pl.concat([empty(table).lazy(), pl.scan_parquet(path, glob=False)], how="diagonal_relaxed")


def _number(round_key: str) -> int:
    return int(round_key.rpartition("-r")[2])
