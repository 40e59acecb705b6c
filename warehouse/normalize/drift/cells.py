"""The cells of a sheet as numbers: each distinct text is read once, and every cell is an index to it.

What a text looks like (its kind, its pattern, its number) belongs here; what a column expects does not.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from warehouse.codebooks.folding import fold
from warehouse.codebooks.match import header_labels
from warehouse.codebooks.model import Codebook
from warehouse.normalize.frame import TextFrame

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

BLANK, WHOLE, DECIMAL, DATE, CODE, WORDS, OTHER = range(7)
KINDS = 7
LOOKED_AT = 40  # characters of a text that tell its pattern
REPEATS = 3  # uses of a text or a pattern from which on it can be a column's habit
_DATE = r"^(9{4}-99?-99?|99?[./-]99?[./-]9{4})([ A].*)?$"
_WHOLE = r"^[+-]?(9+|9{1,3}( 999)+)$"
_DECIMAL = r"^[+-]?9*[.,]9+$|^[+-]?9+([.,]9+)?A[+-]?9+$"


@dataclass(frozen=True)
class Cells:
    """`codes[i, j]` is the index of the text of row i, column j; the other arrays are by that index."""

    row_numbers: Ints
    codes: Ints
    labels: list[str]
    texts: pl.Series
    kind: Ints
    shape: Ints  # equal number, equal pattern of letters, digits and signs
    number: Floats  # nan where the text is no number
    common: Ints  # a dense index of the texts that repeat; 0 for all others
    length: Ints  # characters
    absent: int  # the index of the blank text, for cells that are not there
    patterns: dict[str, int] = field(default_factory=dict)  # patterns to their numbers in `shape`

    @property
    def height(self) -> int:
        """Rows with content."""
        return int(self.codes.shape[0])

    @property
    def width(self) -> int:
        """Delivered columns, those without a label too."""
        return int(self.codes.shape[1])

    def numbers(self, column: int) -> Floats:
        """A column as numbers."""
        return self.number[self.codes[:, column]]

    def only(self, rows: Flags) -> Cells:
        """Some of the rows."""
        return replace(self, row_numbers=self.row_numbers[rows], codes=self.codes[rows])

    def kinds(self) -> Ints:
        """The kind of every cell."""
        return self.kind[self.codes]


@dataclass(frozen=True)
class Vocabulary:
    """Patterns and texts that repeat in a sheet, with their numbers: for pieces of it, which are compared with the whole."""

    shapes: dict[str, int]
    texts: pl.Series
    numbers: pl.Series

    @classmethod
    def of(cls, cells: Cells) -> Vocabulary:
        """The vocabulary of a sheet (or of rows from all parts of it)."""
        shapes = {pattern: number for pattern, number in cells.patterns.items() if number}
        known = cells.common > 0
        return cls(shapes, cells.texts.filter(pl.Series(known)), pl.Series(cells.common[known]))

    def common(self, texts: pl.Series) -> Ints:
        """The number of each text; 0 for those that are not known."""
        found: Ints = texts.replace_strict(self.texts, self.numbers, default=0, return_dtype=pl.Int32).to_numpy()
        return found


def read_cells(frame: TextFrame, book: Codebook, known: Vocabulary | None = None) -> Cells:
    """All delivered columns of the frame's rows, mapped or not. `known`: of the sheet that the frame is a piece of."""
    raw, match = frame.match.raw, frame.match
    numbers = frame.data["row_number"].to_numpy()
    taken = pl.Series(numbers - 1 - match.shift, dtype=pl.UInt32)
    columns = [raw.column(j).gather(taken).rename("text") for j in range(raw.width)]
    labels = header_labels(match.sheet, raw, match.header_index)
    labels += [""] * (raw.width - len(labels))
    stacked = pl.concat(columns).fill_null("") if columns else pl.Series("text", [], dtype=pl.String)
    texts = pl.concat([stacked, pl.Series("text", [""])]).unique()
    codes = stacked.cast(pl.Enum(texts)).to_physical().to_numpy().astype(np.int32)
    kind, shape, number, patterns = _read_texts(texts, book.missing)
    uses = np.bincount(codes, minlength=len(texts))
    common = np.where((uses >= REPEATS) & (kind != BLANK), 1, 0).cumsum() * (uses >= REPEATS) * (kind != BLANK)
    absent = int((texts == "").arg_max() or 0)
    lengths = texts.str.len_chars().to_numpy().astype(np.int32)
    numbers_of = _dense(np.bincount(shape, weights=uses, minlength=len(patterns) + 1) >= REPEATS)
    if known is not None:
        common = np.where(kind != BLANK, known.common(texts), 0)
        numbers_of = np.array([0, *(known.shapes.get(p, 0) for p in patterns)], dtype=np.int32)
    shape = numbers_of[shape]
    table = codes.reshape(len(columns), len(numbers)).T
    return Cells(
        numbers.astype(np.int32), table, labels, texts, kind, shape, number, common.astype(np.int32), lengths, absent,
        dict(zip(patterns, numbers_of[1:].tolist(), strict=True)),
    )  # fmt: skip


def _dense(repeats: Flags) -> Ints:
    """Patterns that repeat, numbered from 1; 0 for all others."""
    numbers: Ints = np.where(repeats, repeats.cumsum(), 0).astype(np.int32)
    return numbers


def _read_texts(texts: pl.Series, missing: list[str]) -> tuple[Ints, Ints, Floats, list[str]]:
    words = sorted({fold(word) for word in missing} | {""})
    read = pl.DataFrame({"text": texts}).with_columns(
        pl.col("text").str.slice(0, LOOKED_AT).str.normalize("NFKC").str.replace_all(r"\s+", " ").str.strip_chars()
    )
    text = pl.col("text")
    done = read.select(
        text.str.replace_all("[0-9]", "9").str.replace_all("[A-Za-z]", "A").str.replace_all(r"\p{L}", "A").alias("shape"),
        text.str.to_lowercase().is_in(words).alias("is_blank"),
        text.str.replace_all(" ", "", literal=True).str.replace(",", ".", literal=True).cast(pl.Float64, strict=False).alias("number"),
    )  # fmt: skip
    shapes = done["shape"].unique().sort()
    shape = done["shape"].cast(pl.Enum(shapes)).to_physical().to_numpy().astype(np.int32)
    kind = np.where(done["is_blank"].to_numpy(), np.int32(BLANK), _kinds(shapes)[shape])
    read_as = done["number"].fill_null(float("nan")).to_numpy()
    values = np.where(np.isin(kind, (WHOLE, DECIMAL)) & np.isfinite(read_as), read_as, np.nan)
    return kind, shape + 1, values, shapes.to_list()


def _kinds(shapes: pl.Series) -> Ints:
    """The kind of each pattern."""
    pattern = pl.col("shape")
    kind = (
        pl.when(pattern.str.contains(_WHOLE)).then(WHOLE)
        .when(pattern.str.contains(_DECIMAL)).then(DECIMAL)
        .when(pattern.str.contains(_DATE)).then(DATE)
        .when(pattern.str.contains("^[^ ]*A[^ ]*9[^ ]*$|^[^ ]*9[^ ]*A[^ ]*$")).then(CODE)
        .when(pattern.str.contains("A")).then(WORDS)
        .otherwise(OTHER)
    )  # fmt: skip
    found: Ints = shapes.to_frame("shape").select(kind.cast(pl.Int32)).to_series().to_numpy()
    return found
