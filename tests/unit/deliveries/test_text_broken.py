"""Broken and odd texts, made by code: each is read exactly, or refused with a code and a place; never anything else."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.unit.deliveries.broken_texts import KINDS, Rows, break_, some, trimmed
from warehouse.deliveries.readers.delimiter import Misfit, fit, rows
from warehouse.deliveries.readers.text import read_text
from warehouse.errors import UnreadableDelivery


def reading(data: bytes) -> Rows | str:
    """The rows of a text, or the code with which it is refused."""
    try:
        (sheet,) = read_text(data, "generated.csv")
    except UnreadableDelivery as error:
        assert error.code and error.where.startswith("generated.csv") and error.todo and error.expected
        return error.code
    return trimmed([list(row) for row in sheet.rows])  # type: ignore[arg-type]


@pytest.mark.parametrize("first", range(0, 300, 50))
def test_whole_files_in_any_dialect_and_encoding_are_read_exactly(first: int) -> None:
    refused = 0
    for seed in range(first, first + 50):
        written = some(seed)
        found = reading(written.data)
        if written.end == "\r":  # the standard writer leaves LF bare there: a row that is cut in two, to be refused
            assert found == trimmed(written.rows) or isinstance(found, str), seed
            continue
        refused += found == "bad_encoding"
        assert found in (trimmed(written.rows), "bad_encoding"), seed
    assert refused <= 3  # too few words to be sure of a code page


@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_refused_or_changes_only_what_it_touched(kind: str) -> None:
    refused = 0
    for seed in range(60):
        broken = break_(some(seed), kind, seed)
        if broken is None:
            continue
        found = reading(broken.data)
        refused += isinstance(found, str)
        assert isinstance(found, str) or found in broken.allowed, (seed, broken.data)
    assert refused >= 5


@pytest.mark.parametrize("kind", ["drop quote", "add quote", "nul", "swap encoding"])
def test_damage_that_can_be_told_is_always_refused(kind: str) -> None:
    broken = [b for seed in range(60) if (b := break_(some(seed), kind, seed))]
    assert len(broken) > 20 and all(isinstance(reading(b.data), str) for b in broken)


def test_a_cut_at_any_byte_leaves_whole_rows_or_is_refused() -> None:
    written = some(4)
    for cut in range(1, len(written.data)):
        found = reading(written.data[:cut])
        assert isinstance(found, str) or found == written.truth(written.data[:cut]), cut


CELL = st.text(st.sampled_from("aZé ,;|\t\"'\\\r\n0.5ёӨ~^«»\u2028\u00a0=😀"), max_size=6)
DIALECT: dict[str, Any] = {
    "delimiter": st.sampled_from(",;\t|"),
    "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC, csv.QUOTE_NONE]),
    "doublequote": st.booleans(),
    "escapechar": st.sampled_from([None, "\\"]),
    "lineterminator": st.sampled_from(["\n", "\r\n", "\r"]),
}


@settings(max_examples=150, deadline=None)
@given(
    st.integers(2, 4).flatmap(lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n), min_size=1, max_size=5)),
    st.fixed_dictionaries(DIALECT),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
)
def test_what_the_standard_writer_writes_is_read_back_or_refused(table: Rows, dialect: Any, encoding: str) -> None:
    assume(not (dialect["quoting"] == csv.QUOTE_NONE and dialect["escapechar"] is None))
    # Python 3.11 leaves a CR or LF bare where lines end in another way: a cell that ends in CR can't be told from a line that ends in CR LF
    bare = set("\r\n") - set(dialect["lineterminator"])
    assume(dialect["quoting"] == csv.QUOTE_ALL or not any(bare & set(cell) for row in table for cell in row))
    out = io.StringIO(newline="")
    try:
        csv.writer(out, **dialect).writerows(table)
    except csv.Error:
        assume(False)
    found = reading(out.getvalue().encode(encoding))
    assert isinstance(found, str) or found == trimmed(table)


TEXT = st.text(st.sampled_from('ab",;\n\r\t '), max_size=30)


@settings(max_examples=150, deadline=None)
@given(TEXT, st.sampled_from(",;"))
def test_rows_are_those_of_the_strict_standard_reader(text: str, delimiter: str) -> None:
    try:
        found = list(rows(io.StringIO(text, newline=""), fit(io.StringIO(text, newline=""), delimiter)))
    except Misfit:
        return
    assert found == list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
