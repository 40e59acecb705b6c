"""Comparing two deliveries of a round: delivered cells, canonical values, columns, people.

Putting the comparison together and keeping it belongs here; pairing rows and counting people have modules of their own.
The result is kept by the names of the two normalizations: asked again, it is read.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

import polars as pl

from warehouse.deliveries.vault import Delivery, Vault
from warehouse.errors import UsageError
from warehouse.normalize.frame import TextFrame, text_frame
from warehouse.normalize.identity import files_hash
from warehouse.normalize.reopen import reopen
from warehouse.normalize.run import Normalized, normalize
from warehouse.operations import load_operation
from warehouse.redelivery.model import SHOWN, Comparison, Side
from warehouse.redelivery.people import counted, moved
from warehouse.redelivery.rows import PAIR, Sheets, by_contents, column_key, pairs, sheets
from warehouse.settings import Home

VALUES = {  # canonical long table: key of a value within its row, and what it says
    "population": (["population_category", "dimension", "item", "sex", "age_group", "unit"], ["value", "value_status"]),
    "answer": (["question_code", "option_code"], ["value_number", "value_status"]),
}


def superseded(home: Home, delivery: Delivery) -> Delivery | None:
    """The delivery that this one took the place of."""
    known = Vault(home).deliveries(delivery.round_key)
    return next((d for d in known if d.delivery_id == delivery.supersedes), None)


def redelivery(normalized: Normalized) -> Comparison | None:
    """A normalized delivery beside the one that it supersedes; None where it supersedes nothing."""
    before = superseded(normalized.home, normalized.delivery)
    return None if before is None else compare(normalized.home, before, normalized.delivery)


def compare(home: Home, before: Delivery, after: Delivery) -> Comparison:
    """Two deliveries of one round. Raises UsageError for different rounds, UnreadableDelivery where one can't be read."""
    if before.round_key != after.round_key:
        raise UsageError(f"{before.round_key} and {after.round_key} are different rounds", expected="two deliveries of one round",
                         todo="compare rounds in the marts: mtm query", code="different_rounds")  # fmt: skip
    one, other = normalize(home, before), normalize(home, after)
    path = _kept_at(home, one, other)
    if path.exists():
        return Comparison.of(json.loads(path.read_text(encoding="utf-8")))
    made = _made(home, one, other)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_suffix(f".{os.getpid()}")
    temporary.write_text(json.dumps(made.as_dict(), ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(temporary, path)
    return made


def _kept_at(home: Home, one: Normalized, other: Normalized) -> Path:
    name = f"{one.normalized_id}-{other.normalized_id}-{_code()}.json"
    return home.normalized / one.round_key / "compared" / name


@cache
def _code() -> str:
    here = Path(__file__).parent
    return files_hash(here.glob("*.py"), here)[:8]


def _made(home: Home, one: Normalized, other: Normalized) -> Comparison:
    operation = load_operation(other.delivery.operation)
    opened = [reopen(home, n.delivery, operation) for n in (one, other)]
    frames = [text_frame(found.main) for found in opened]
    both = sheets(*frames)
    paired, how = pairs(both, opened[1].codebook)
    cells, by_column, changed = _cells(both, paired)
    kept = [set(paired["before"]), set(paired["after"])]
    gone, added = ([n for n in f.data["row_number"] if n not in k] for f, k in zip(frames, kept, strict=True))
    values = _values(one, other, paired)
    columns = _columns(*frames)
    return Comparison(
        round_key=other.round_key, component=other.delivery.component,
        before=_side(one, frames[0]), after=_side(other, frames[1]), matched_by=how,
        rows_added=len(added), rows_gone=len(gone), rows_changed=len(changed), rows_equal=paired.height - len(changed),
        cells_compared=cells, cells_changed=sum(by_column.values()), values_compared=values[0], values_changed=values[1],
        columns_added=columns[0], columns_gone=columns[1], columns_renamed=columns[2], columns_changed=by_column,
        repeats=_repeats([text_frame(m) for m in opened[0].repeats], [text_frame(m) for m in opened[1].repeats]),
        added=added[:SHOWN], gone=gone[:SHOWN], changed=changed[:SHOWN],
        people=moved(paired, counted(one, frames[0]), counted(other, frames[1])),
    )  # fmt: skip


def _side(normalized: Normalized, frame: TextFrame) -> Side:
    d = normalized.delivery
    return Side(d.delivery_id, d.delivery_seq, d.file_name, normalized.normalized_id, frame.data.height)


def _cells(both: Sheets, paired: pl.DataFrame) -> tuple[int, dict[str, int], list[int]]:
    """Cells compared, changed cells by label, and row numbers (after) of rows with a changed cell. Outer spaces don't count."""
    sides = []
    for side, (name, frame) in enumerate((("before", both.before), ("after", both.after))):
        texts = [pl.col(c[side]).str.strip_chars().alias(f"{name}{i}") for i, c in enumerate(both.shared.values())]
        sides.append(frame.data.select(pl.col("row_number").alias(name), *texts))
    joined = paired.join(sides[0], on="before").join(sides[1], on="after")
    differ = joined.select("after", *((pl.col(f"before{i}") != pl.col(f"after{i}")).alias(f"d{i}") for i in range(len(both.shared))))  # fmt: skip
    by_column: dict[str, int] = {}
    for i, (_, name) in enumerate(both.shared.values()):
        if (n := int(differ[f"d{i}"].sum())) > 0:
            label = both.after.label(name)
            by_column[label] = by_column.get(label, 0) + n
    rows = differ.filter(pl.any_horizontal(pl.exclude("after"))) if both.shared else differ.head(0)
    return joined.height * len(both.shared), by_column, sorted(rows["after"].to_list())


def _columns(before: TextFrame, after: TextFrame) -> tuple[list[str], list[str], list[list[str]]]:
    """Labels of columns that came, went and changed their name; all columns of the sheet, used or not."""
    used = [{column_key(c): c.label.strip() for c in f.match.columns} for f in (before, after)]
    other = [{label.strip() for _, label in [*f.match.ignored, *f.match.unknown]} for f in (before, after)]
    renamed = [[used[0][k], used[1][k]] for k in used[0] if k in used[1] and used[0][k] != used[1][k]]
    old = [label for k, label in used[0].items() if k not in used[1]] + sorted(other[0])
    new = [label for k, label in used[1].items() if k not in used[0]] + sorted(other[1])
    return [c for c in new if c not in old], [c for c in old if c not in new], renamed


def _values(one: Normalized, other: Normalized, paired: pl.DataFrame) -> tuple[int, int]:
    """Canonical values of accepted rows that are in both: how many there are on either side, how many differ."""
    compared = changed = 0
    for table, (keys, said) in VALUES.items():
        sides = [_keyed(n, table, paired, column) for n, column in ((one, "before"), (other, "after"))]
        rows = set(sides[0]["after"]) & set(sides[1]["after"])
        left, right = (s.filter(pl.col("after").is_in(list(rows))) for s in sides)
        nth = pl.int_range(pl.len()).over(["after", *keys]).alias("_nth")
        joined = left.with_columns(nth, _here=True).join(
            right.with_columns(nth, _there=True),
            on=["after", *keys, "_nth"],
            how="full",
            nulls_equal=True,
            coalesce=True,
        )
        same = pl.all_horizontal(pl.col(c).eq_missing(pl.col(f"{c}_right")) for c in said)
        same = same & pl.col("_here").is_not_null() & pl.col("_there").is_not_null()
        compared, changed = compared + joined.height, changed + joined.filter(~same).height
    return compared, changed


def _keyed(normalized: Normalized, table: str, paired: pl.DataFrame, column: str) -> pl.DataFrame:
    main, key = ("response", "response_key") if table == "answer" else ("assessment", "row_id")
    rows = normalized.table(main).select(key, pl.col("row_number").alias(column))
    keys, said = VALUES[table]
    long = normalized.table(table).join(rows, on=key).join(paired, on=column)
    return long.select("after", *keys, *said).sort("after", *keys, *said)


def _repeats(before: list[TextFrame], after: list[TextFrame]) -> dict[str, list[int]]:
    """Rows of repeat sheets before, after and with equal contents in both."""
    found = {}
    for frame in after:
        name = frame.match.sheet.name
        old = next((f for f in before if f.match.sheet.name == name), None)
        equal = by_contents(sheets(old, frame), pl.DataFrame(schema=PAIR)).height if old else 0
        found[frame.match.raw.name] = [old.data.height if old else 0, frame.data.height, equal]
    return found
