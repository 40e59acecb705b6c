"""Delimiter and quotes of a text by a strict test over all rows: one delimiter fits every row, or the file is refused.

Splitting lines into cells and judging how well they fit belongs here; decoding (encoding.py) and sheets (text.py) do not.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from warehouse.deliveries.readers.refusal import AGAIN, refuse
from warehouse.errors import UnreadableDelivery

NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", "^": "caret", "~": "tilde"}
COMMON, RARE = ",;\t|", "^~"
MAX_BANNER = 20  # rows of one cell that may stand above a table
MAX_CELL = 20 * 2**20  # characters
MAX_BLANK = 500_000  # blank lines
MAX_COLUMNS = 16_384  # as many as a spreadsheet has
EXPECTED = "one delimiter (comma, semicolon, tab or bar) that gives every row the same number of cells"
_NUMBER = re.compile(r"[\s\d.,%+-]*\Z")
_IN_QUOTES = re.compile('"[^"]*"')
_PLAIN_BACKSLASH = re.compile(r"""(?<!\\)\\[^\\"'\r\n0-9NntrbfvZx,;\t|^~]""")
_LINE_ENDS = re.compile("\r\n|\r|\n")


@dataclass
class Misfit(Exception):
    """Why a delimiter does not fit, and at which line."""

    code: str
    what: str
    line: int
    todo: str = AGAIN

    def refusal(self, name: str) -> UnreadableDelivery:
        """The error that a person reads."""
        return refuse(self.what, f"{name}, line {self.line}", self.code, EXPECTED, self.todo)


@dataclass(frozen=True)
class Fit:
    """A delimiter that fits every row: the width of the table, and how many rows of one cell stand above it."""

    delimiter: str
    quoted: bool  # cells may stand in quotes; else quotes are letters like others
    width: int
    banner: int


@dataclass
class _Place:
    """Where the reader is: the number of the line, and whether the row at hand goes over several."""

    line: int = 0
    joined: bool = False
    escapes: int = 0  # lines in which a backslash stands before a delimiter
    doubled: int = 0  # the line in which a backslash stands before another or before a line end
    plain: bool = False  # whether a backslash stands where no writer that escapes would leave it alone

    def look(self, line: str, delimiter: str) -> None:
        """Take note of a line with backslashes."""
        self.escapes += f"\\{delimiter}" in line
        if "\\\\" in line or line.rstrip("\r\n").endswith("\\"):
            self.doubled = self.doubled or self.line
        self.plain = self.plain or _PLAIN_BACKSLASH.search(line.replace("\\\\", "")) is not None

    def refuse_escapes(self, rows: int) -> None:
        """A table that fits with its backslashes as letters would not fit if they were escapes, if some row has none."""
        if (self.escapes and rows <= self.escapes) or (self.doubled and not self.plain):
            what = "a backslash stands before a delimiter, a line end or another backslash: it may be an escape"
            raise Misfit("escapes", what, self.doubled or self.line)


def rows(lines: Iterable[str], fit: Fit) -> Iterator[list[str]]:
    """The rows of a text whose fit was found: nothing is checked again."""
    csv.field_size_limit(MAX_CELL)
    return _reader(lines, fit.delimiter, fit.quoted)


def _reader(lines: Iterable[str], delimiter: str, quoted: bool) -> Iterator[list[str]]:
    if quoted:
        return csv.reader(lines, delimiter=delimiter, strict=True)
    return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=True)


def _split(lines: Iterable[str], delimiter: str, quoted: bool, place: _Place) -> Iterator[list[str]]:
    csv.field_size_limit(MAX_CELL)
    checked = (_quoted if quoted else _unquoted)(lines, delimiter, place)
    try:
        yield from _reader(checked, delimiter, quoted)
    except csv.Error as error:
        raise _told(str(error), place.line) from None


def _told(error: str, line: int) -> Misfit:
    """What the module csv stumbled over."""
    if "field larger" in error:
        return Misfit("too_large", f"a cell is longer than {MAX_CELL >> 20} million characters", line)
    if "unexpected end" in error:
        return Misfit("unclosed_quote", "a quote is opened and never closed", line)
    if "expected after" in error:
        return Misfit("stray_quote", "text stands beside a quoted cell", line)
    return Misfit("broken_row", "the line can't be taken apart into cells", line)


@cache
def _record(delimiter: str) -> Callable[[str], re.Match[str] | None]:
    """A whole record: cells in quotes (a quote inside is doubled), or cells without any quote."""
    d = re.escape(delimiter)
    cell = f'(?>"(?:[^"]++|"")*+"|[^"{d}\r\n]*+)'
    return re.compile(f"{cell}(?:{d}{cell})*+(?:\r\n|\r|\n)?").fullmatch


def _quoted(lines: Iterable[str], delimiter: str, place: _Place) -> Iterator[str]:
    """The lines, once it is sure that quotes stand around whole cells only."""
    whole, open_, start = _record(delimiter), False, 0
    held: list[str] = []
    for line in lines:
        place.line += 1
        if "\\" in line:
            place.look(line, delimiter)
        if held or '"' in line:
            start = start if held else place.line
            held.append(line)
            open_ ^= bool(line.count('"') & 1)
            if not open_:  # an even number of quotes: here the record ends, or its quotes are broken
                if not whole("".join(held)):
                    raise Misfit("stray_quote", "a quote stands inside a cell, or text beside a quoted cell", start)
                place.joined, held = len(held) > 1, []
        yield line
    if held:
        raise Misfit("unclosed_quote", "a quote is opened and never closed", start)


def _unquoted(lines: Iterable[str], delimiter: str, place: _Place) -> Iterator[str]:
    """The lines of a writer that knows no quotes: a name in quotes is part of one cell (`LLC "North" 5`)."""
    for line in lines:
        place.line += 1
        if "\\" in line:
            place.look(line, delimiter)
        if '"' in line and not all(map(_plain, line.split(delimiter))):
            raise Misfit("stray_quote", "a quote stands inside a cell, or text beside a quoted cell", place.line)
        yield line


def _plain(cell: str) -> bool:
    odd = cell.count('"') % 2 or '""' in cell or '\\"' in cell
    return not odd and not cell.lstrip().startswith('"')


def fit(lines: Iterable[str], delimiter: str, quoted: bool = True, skipped: int = 0) -> Fit:
    """How a delimiter fits: one width for all rows, below rows of one cell at most. Raises Misfit at the first other row."""
    place, width, banner, above = _Place(skipped), 1, 0, list[str]()
    full = 0
    for number, row in enumerate(_split(lines, delimiter, quoted, place)):
        cells = len(row)
        if cells != width or cells == 1:
            if cells == 0 or (cells == 1 and row[0].isspace()):
                if number - full > MAX_BLANK:
                    raise Misfit("too_large", "there are more blank lines than any table has", place.line)
                continue  # a blank line is a blank row (a line of two quotes is a cell)
            if width > 1:
                raise _ragged(place.line, cells, width)
            if cells == 1:
                above.append(row[0])
            else:
                width, banner = cells, number if above else 0
                if width > MAX_COLUMNS:
                    raise Misfit("too_large", f"the table has {width} columns", place.line)
                if above:
                    _check_banner(above, row, number > len(above), place.line)
        full += 1
        if place.joined:
            place.joined = False
            _check_lost_quote(row, delimiter, width, place.line)
    place.refuse_escapes(full)
    return Fit(delimiter, quoted, width, banner)


def _check_banner(above: list[str], header: list[str], apart: bool, line: int) -> None:
    """Rows of one cell are a banner only if they are sentences or stand apart, and a header follows that is neither prose
    nor decimal commas: else a delimiter or a line end may be what is wrong."""
    labels = [cell.strip() for cell in header]
    named = all(labels) and len(set(labels)) == len(header) > 2
    named = named and sum(not _NUMBER.match(label) for label in labels) * 2 > len(header)
    prose = all(cell.startswith(" ") for cell in header[1:])
    sentences = all(" " in cell.strip() for cell in above)
    if not named or prose or len(above) > MAX_BANNER or not (apart or sentences):
        raise _ragged(line, len(header), 1)


def _check_lost_quote(row: list[str], delimiter: str, width: int, line: int) -> None:
    """A closing quote that was lost swallows the rows below: taken apart, each line is as wide as the table."""
    for before, cell in enumerate(row):
        if "\n" not in cell and "\r" not in cell:
            continue
        widths = [part.count(delimiter) + 1 for part in _LINE_ENDS.split(cell)]
        widths[0] += before
        widths[-1] += len(row) - before - 1
        if all(w == width for w in widths):
            what = "a quoted cell goes over lines that are whole rows each: a closing quote may be lost"
            raise Misfit("unclosed_quote", what, line)


def _ragged(line: int, found: int, width: int) -> Misfit:
    what = f"the rows don't have the same number of cells: {found} in this line, {width} in the lines above"
    return Misfit("ragged_rows", what, line)


def record_ends(lines: Iterable[str]) -> set[str]:
    """In which ways the rows of a text end (line ends inside quoted cells are none)."""
    ends: set[str] = set()
    open_ = False
    for line in lines:
        open_ ^= bool(line.count('"') & 1)
        if not open_:
            ends.add("\r\n" if line.endswith("\r\n") else line[-1:] if line.endswith(("\r", "\n")) else "")
    return ends - {""}


def choose(lines: Callable[[], Iterable[str]], candidates: str, name: str, skipped: int = 0) -> Fit:
    """The one delimiter that fits. Raises UnreadableDelivery where none or more than one does."""
    fits: list[Fit] = []
    misfits: dict[str, Misfit] = {}
    for delimiter in candidates:
        try:
            fits.append(_either(lines, delimiter, skipped))
        except Misfit as misfit:
            misfits[delimiter] = misfit
    for group in (COMMON, RARE):
        for banner in (False, True):
            wide = [f for f in fits if f.width > 1 and f.delimiter in group and bool(f.banner) == banner]
            if len(wide) == 1:
                rivals = [d for d in COMMON if d in misfits and _almost_fits(lines(), d, misfits[d].code == "escapes")]
                told = [wide[0].delimiter, *rivals]
            else:
                told = [f.delimiter for f in wide]
            if len(told) > 1:
                raise _ambiguous(told, name)
            if wide:
                return wide[0]
    common = [f for f in fits if f.delimiter in COMMON]
    if common and len(common) == sum(c in COMMON for c in candidates):
        return common[0]
    raise max(misfits.values(), key=lambda m: m.line).refusal(name)


def _almost_fits(lines: Iterable[str], delimiter: str, escaped: bool) -> bool:
    """Whether damage may hide that a delimiter is the right one: the first line holds it outside quotes, and some cell seems to
    escape it, or most lines hold it as often as the first."""
    first = same = every = 0
    for line in lines:
        count = _IN_QUOTES.sub("", line).count(delimiter)
        if every == 0 and not line.isspace():
            if count == 0:
                return False
            if escaped:
                return True
            first = count
        every += not line.isspace()
        same += count == first
    return same * 2 > every


def _either(lines: Callable[[], Iterable[str]], delimiter: str, skipped: int) -> Fit:
    try:
        return fit(lines(), delimiter, True, skipped)
    except Misfit as misfit:
        if misfit.code != "stray_quote":
            raise
        try:
            return fit(lines(), delimiter, False, skipped)
        except Misfit:
            raise misfit from None


def _ambiguous(delimiters: list[str], name: str) -> UnreadableDelivery:
    told = " and ".join(NAMES.get(d, "another sign") for d in delimiters)
    return refuse(f"more than one delimiter fits ({told})", name, "ambiguous_delimiter", EXPECTED)
