"""From the bytes of a text to its characters: Unicode by its marks and rules, code pages by a strict test, or a refusal.

Only decoding belongs here: which code page is decided in codepages.py, what the characters mean in delimiter.py.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from warehouse.deliveries.readers.codepages import READ, decide
from warehouse.deliveries.readers.refusal import refuse
from warehouse.deliveries.readers.sheet import Notice
from warehouse.deliveries.readers.stream import Data, Stream, opened
from warehouse.errors import UnreadableDelivery

MARKS = {
    codecs.BOM_UTF32_LE: "utf-32-le", codecs.BOM_UTF32_BE: "utf-32-be", codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be",
}  # fmt: skip
STEP = 2**20  # bytes that are decoded at a time
MAX_LINE = 32 * 2**20  # characters of one line
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CONTROLS = frozenset(map(chr, (*range(9), 11, 12, *range(14, 32), 127)))
_NOT_UTF16 = re.compile("[^\t\n\r -~\u00a0-\u052f\u1e00-\u1eff\u2000-\u206f\u20a0-\u20bf\u2116\u00ab\u00bb\ufeff]")
_AFTER = {page: re.escape(bytes(range(0x80, 0xC0)).decode(page, "ignore")) for page in ("latin-1", "cp1252", "cp1251")}
_WESTERN_AFTER = f"[{_AFTER['latin-1']}{_AFTER['cp1252']}]"
_COMMON = "\u00a0«»–—…‘’“”„°№Ёё"  # of these, Russian texts hold many
_RARE = frozenset(bytes(range(0x80, 0xC0)).decode("cp1251", "ignore")) - set(_COMMON)
# UTF-8 that was read in a code page and written again: the signs that give it away, what its letters look like then, and how
# many different such words it takes
_TWICE = (
    (frozenset("Ãâ"), re.compile(f"(?:Ã|â€){_WESTERN_AFTER}"), 1),
    (frozenset("ÐÑÒÓ"), re.compile(f"(?:[ÐÑÒÓ]{_WESTERN_AFTER}){{2}}"), 1),
    (_RARE, re.compile(f"(?:[РСТУ][{_AFTER['cp1251']}]){{2}}"), 1),
    (frozenset(map(chr, range(0x2500, 0x25A0))), re.compile("[╨╤][\u2500-\u259fА-Яа-я]|[пя][\u2500-\u259f]"), 1),
    (frozenset(map(chr, range(0xC0, 0x100))), re.compile("[À-ÖØ-öø-ÿ]{4,}"), 3),  # no word has four accents in a row
)
_INVISIBLE = frozenset(map(chr, range(0x80, 0xA0))) | {"\ufeff"}
_MARK_INSIDE = re.compile('(?:\\A|[\r\n])"?\ufeff')


@dataclass(frozen=True)
class Ends:
    """Line ends of a text: how many CR and LF stand alone, how many together, and whether the last line has one."""

    carriage: int = 0
    feed: int = 0
    both: int = 0
    last: bool = True

    @property
    def mixed(self) -> bool:
        """Whether lines end in more than one way."""
        return sum(map(bool, (self.carriage, self.feed, self.both))) > 1


@dataclass(frozen=True)
class Text:
    """A decoded text, line by line and as often as wanted, without ever being in memory as a whole."""

    name: str
    data: Data
    codec: str
    start: int  # where the text begins, after a byte order mark
    notices: tuple[Notice, ...] = ()
    ends: Ends = Ends()

    def lines(self) -> Iterator[str]:
        """Lines with their ends (CR, LF or CRLF; nothing else ends a line)."""
        source = opened(self.data)
        source.read(self.start)
        return iter(io.TextIOWrapper(source, encoding=self.codec, errors="strict", newline=""))

    def head(self, characters: int = 4096) -> str:
        """The first characters."""
        source = opened(self.data)
        source.read(self.start)
        return io.TextIOWrapper(source, encoding=self.codec, newline="").read(characters)


def decode(data: Data, name: str) -> Text:
    """The text of a file. Raises UnreadableDelivery where its encoding is not certain or its characters are damaged."""
    notices: list[Notice] = []
    mark = next((m for m in MARKS if data.startswith(m)), b"")
    codec, start = MARKS.get(mark, "utf-8"), len(mark)
    while mark and data.startswith(mark, start):  # a mark that was written twice is no data
        start += len(mark)
    if not mark and b"\0" in data[:STEP]:  # type: ignore[operator]
        codec = _unmarked_utf16(_whole(data, name), name)
    error = _undecodable(data, codec, start)
    if error is not None:
        if codec != "utf-8" or mark or (page := decide(_whole(data, name))) is None:
            raise _not_decoded(error, data, codec, name)
        codec = page
    data = _without_end_mark(data, codec, notices)
    ends = _look_at(Text(name, data, codec, start), name, notices)
    if codec != "utf-8":
        told = READ.get(codec, codec.upper())
        notices.append(Notice("encoding", "note", f"the text is {told}, not UTF-8", "CSV UTF-8"))
    return Text(name, data, codec, start, tuple(notices), ends)


def decode_json(data: bytes, name: str) -> str:
    """The whole text of a JSON file: Unicode only."""
    mark = next((m for m in MARKS if data.startswith(m)), b"")
    codec = MARKS.get(mark, "utf-8")
    try:
        return data[len(mark) :].decode(codec)
    except UnicodeDecodeError as error:
        raise _not_decoded(error.start + len(mark), data, codec, name) from None


def _whole(data: Data, name: str) -> bytes:
    """The bytes of a text that is none of UTF-8: they are looked at together. Raises UnreadableDelivery where they are many."""
    if isinstance(data, Stream):
        what = f"the text has {len(data) >> 20} MB and is not UTF-8"
        raise refuse(what, name, "bad_encoding", "a large text as UTF-8", "save it as CSV UTF-8")
    return data


def _undecodable(data: Data, codec: str, start: int) -> int | None:
    """The offset of the first byte that can't be decoded."""
    decoder, at = codecs.getincrementaldecoder(codec)(), start
    parts = (
        data.chunks(start) if isinstance(data, Stream) else (data[i : i + STEP] for i in range(start, len(data), STEP))
    )
    for part in chain(parts, [b""]):
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(part, final=not part)
        except UnicodeDecodeError as error:
            return at - held + error.start
        at += len(part)
    return None


def _unmarked_utf16(data: bytes, name: str) -> str:
    """UTF-16 without a mark, if one byte order gives plain letters only and the other does not."""
    fits = []
    for codec in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if not _NOT_UTF16.search(text) and re.search(r"[\r\n]", text):
            fits.append(codec)
    if len(fits) != 1:
        at = data.index(b"\0")
        raise refuse("the text holds NUL characters", _place(name, data, at, "utf-8"), "nul", "plain text")
    return fits[0]


def _without_end_mark(data: Data, codec: str, notices: list[Notice]) -> Data:
    """DOS ended texts with Ctrl-Z on a line of its own: no data."""
    end = "\x1a".encode(codec)
    if not data.endswith(("\n\x1a".encode(codec), "\r\x1a".encode(codec))):
        return data
    notices.append(Notice("end_mark", "note", "the file ends with the end mark of DOS (Ctrl-Z), which was left out"))
    return data.shorter(len(end)) if isinstance(data, Stream) else data[: -len(end)]


def _look_at(text: Text, name: str, notices: list[Notice]) -> Ends:
    """Refuse damaged characters; notice letters that were lost before delivery. What ends the lines is counted."""
    lost = odd = line = 0
    ends = Ends()
    for chunk in _chunks(text):
        signs = frozenset(chunk)
        _refuse_damage(chunk, signs, name, line)
        lost += chunk.count("\ufffd")
        odd += sum(map(chunk.count, _INVISIBLE & signs))
        both = chunk.count("\r\n")
        carriage, feed = ends.carriage + chunk.count("\r") - both, ends.feed + chunk.count("\n") - both
        ends = Ends(carriage, feed, ends.both + both, chunk.endswith(("\r", "\n")))
        line = ends.carriage + ends.feed + ends.both
    if lost:
        what = f"{lost} letters were lost before delivery (U+FFFD stands in their place)"
        notices.append(Notice("lost_letters", "review", what, "all letters", "export it again as CSV UTF-8 or XLSX"))
    if odd:
        notices.append(Notice("odd_characters", "review", f"{odd} invisible control characters stand in the text"))
    return ends


def _refuse_damage(chunk: str, signs: frozenset[str], name: str, before: int) -> None:
    if _CONTROLS & signs and (damaged := _CONTROL.search(chunk)):
        code, told = ("nul", "NUL") if damaged.group() == "\0" else ("control_characters", "control")
        where = _line(name, before, chunk, damaged.start())
        raise refuse(f"the text holds {told} characters", where, code, "plain text")
    if twice := next((m for rare, looks, words in _TWICE if rare & signs and (m := _nth(looks, chunk, words))), None):
        raise refuse(
            "letters were encoded twice", _line(name, before, chunk, twice.start()), "bad_encoding",
            "text that was saved in one encoding and opened in the same",
            "export it again from its source as CSV UTF-8 or XLSX; don't open and save it in between",
        )  # fmt: skip
    if "\ufeff" in signs and (inside := _MARK_INSIDE.search(chunk)):
        raise refuse(
            "a byte order mark stands inside the text", _line(name, before, chunk, inside.end()), "joined_files",
            "one file", "deliver the files that were joined one by one",
        )  # fmt: skip


def _nth(looks: re.Pattern[str], chunk: str, words: int) -> re.Match[str] | None:
    """The first match, if there are as many different ones as it takes to be sure."""
    first, seen = None, set()
    for match in looks.finditer(chunk):
        first = first or match
        seen.add(match.group())
        if len(seen) >= words:
            return first
    return None


def _chunks(text: Text) -> Iterator[str]:
    source = opened(text.data)
    source.read(text.start)
    reader = io.TextIOWrapper(source, encoding=text.codec, newline="")
    while chunk := reader.read(STEP):
        chunk += reader.readline(MAX_LINE)  # whole lines: no CR LF and no sequence of letters is cut
        if len(chunk) >= MAX_LINE:
            raise refuse("a line is longer than any row", text.name, "too_large", "a table, one row in a line")
        yield chunk


def _line(name: str, before: int, chunk: str, at: int) -> str:
    return f"{name}, line {before + _line_ends(chunk[:at]) + 1}"


def _line_ends(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _place(name: str, data: Data, at: int, codec: str) -> str:
    if isinstance(data, Stream):
        return f"{name}, byte {at}"
    line = _line_ends(data[:at].decode(codec, "replace")) + 1
    return f"{name}, byte {at}, line {line}"


def _not_decoded(at: int, data: Data, codec: str, name: str) -> UnreadableDelivery:
    told = {"utf-8": "UTF-8"}.get(codec, f"the {codec[:6].upper()} that its mark says")
    return refuse(
        f"the text is not {told}", _place(name, data, at, codec), "bad_encoding",
        "UTF-8, UTF-16 with a mark, or text that can only be Windows-1251 or Latin-1", "save it as CSV UTF-8",
    )  # fmt: skip
