"""ZIP archives of deliveries: every member is read by the same rules, after a look at the archive itself.

Opening archives and naming the sheets of members belongs here; reading a member does not. Sheets are called by their member
(`main` for `main.csv`), sheets of a workbook `member/sheet`. One archive inside another is opened, no deeper.
"""

from __future__ import annotations

import io
import re
import stat
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import PurePosixPath
from typing import IO

from warehouse.deliveries.readers.alphabets import cyrillic_words, score
from warehouse.deliveries.readers.codepages import SURE
from warehouse.deliveries.readers.formats import detect
from warehouse.deliveries.readers.limits import current
from warehouse.deliveries.readers.refusal import refuse
from warehouse.deliveries.readers.sheet import Notice, RawSheet
from warehouse.deliveries.readers.stream import LARGE, Data, Stream
from warehouse.deliveries.readers.wire import RowSheet
from warehouse.errors import UnreadableDelivery

Read = Callable[[Data, str], list[RawSheet]]
MAX_INFLATED = 200 * 2**20  # bytes of all members that are no text together, those of an inner archive too
MAX_PART = 100 * 2**20  # of one that is no text
MAX_RATIO = 100
MAX_MEMBERS = 1000
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_LITTER = re.compile(r"(^|/)(__MACOSX/.*|\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)$", re.IGNORECASE)
_UNSAFE = re.compile(r"^/|^[A-Za-z]:|\\|(^|/)\.\.?(/|$)|[\x00-\x1f\x7f]|//")
_LOCAL_HEADER = 30
_WORKBOOK = re.compile(r"^(\[Content_Types\]\.xml|mimetype|content\.xml|xl/.*)$")


def is_archive(data: Data) -> bool:
    """Whether a ZIP is an archive of files, not a workbook (which is a ZIP too)."""
    if not data.startswith(ZIP):
        return False
    try:
        with zipfile.ZipFile(_seekable(data)) as archive:
            return not any(map(_WORKBOOK.match, archive.namelist()))
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def _seekable(data: Data) -> IO[bytes]:
    return data.opener() if isinstance(data, Stream) else io.BytesIO(data)


def read_archive(data: Data, name: str, read: Read) -> list[RawSheet]:
    """The sheets of all members. `read` reads one member. Raises UnreadableDelivery where the archive or a member is refused."""
    sheets, ignored = _read(data, name, read, 0, [MAX_INFLATED])
    if not sheets:
        raise refuse("the archive holds no table", name, "empty_file", "a ZIP of tables")
    if ignored:
        what = f"{ignored} files of the system that packed the archive were left out"
        notices = (*sheets[0].notices, Notice("ignored_members", "note", what))
        sheets[0] = _with(sheets[0], sheets[0].name, notices)
    return sheets


def _read(data: Data, name: str, read: Read, depth: int, left: list[int]) -> tuple[list[RawSheet], int]:
    sheets: list[RawSheet] = []
    members, ignored = _members(data, name, left)
    stems = Counter(_stem(path) for path, _ in members)
    for path, content in members:
        where, stem = f"{name}/{path}", _stem(path)
        label = stem if stems[stem] == 1 else str(PurePosixPath(path).with_suffix(""))
        if is_archive(content):
            if depth:
                raise refuse("an archive is inside an archive inside an archive", where, "nested_archive", "one ZIP")
            inner, more = _read(content, where, read, depth + 1, left)
            ignored += more
            sheets += [_with(s, f"{label}/{s.name}", s.notices) for s in inner]
        else:
            sheets += _named(read(_bounded(content, where, left), where), label, content.startswith((ZIP, OLE)))
    _refuse_same_names(sheets, name)
    return sheets, ignored


def _named(sheets: list[RawSheet], label: str, workbook: bool) -> Iterator[RawSheet]:
    """A table is called as its member; further sheets, and all of a workbook, `member/sheet`."""
    for i, sheet in enumerate(sheets):
        yield _with(sheet, f"{label}/{sheet.name}" if workbook or i else label, sheet.notices)


def _with(sheet: RawSheet, name: str, notices: tuple[Notice, ...]) -> RawSheet:
    if isinstance(sheet, RowSheet):
        return RowSheet(name, sheet.rows_of, sheet.wide, sheet.height, list(notices))
    return replace(sheet, name=name, notices=notices)


def _stem(path: str) -> str:
    return PurePosixPath(path).stem


def _bounded(content: Data, where: str, left: list[int]) -> Data:
    """A member that is no text counts to the limit of all such members."""
    if isinstance(content, Stream) and detect(content, where) == "text":
        return content
    left[0] -= len(content)
    if left[0] < 0 or len(content) > MAX_PART:
        raise _refuse("the archive inflates to too much", where, "zip_bomb")
    return content


def _members(data: Data, name: str, left: list[int]) -> tuple[list[tuple[str, Data]], int]:
    """Names and contents of the members that are files, and how many were litter."""
    try:
        with zipfile.ZipFile(_seekable(data)) as archive:
            found = archive.infolist()
            _check_names(found, name)
            _check_sizes(found, len(data), name)
            files = [m for m in found if not m.is_dir() and not _LITTER.search(m.filename)]
            ignored = sum(not m.is_dir() for m in found) - len(files)
            return [
                (_told(m), _content(archive, m) if m.file_size <= LARGE else _stream(data, m)) for m in files
            ], ignored
    except Exception as error:  # damaged streams raise the errors of their own libraries
        if isinstance(error, UnreadableDelivery):
            raise
        raise _refuse("the archive is cut or damaged", name, "bad_zip") from None


def _told(member: zipfile.ZipInfo) -> str:
    """The name of a member: Windows in Russian packs names in cp866, others in UTF-8, both without saying so."""
    if member.flag_bits & 0x800 or member.filename.isascii():
        return member.filename
    raw = member.filename.encode("cp437", "replace")
    with suppress(UnicodeDecodeError):
        return raw.decode("utf-8")
    runs = [cyrillic_words(run) or [] for run in re.findall(r"[^\W\d_]+", raw.decode("cp866")) if not run.isascii()]
    sure = all(runs) and score([word for run in runs for word in run], "russian_kyrgyz") >= SURE
    return raw.decode("cp866") if sure else member.filename


def _stream(data: Data, member: zipfile.ZipInfo) -> Stream:
    """A large member: inflated each time that it is read through. Its checksum is tested at each end."""

    def opener() -> IO[bytes]:
        archive = zipfile.ZipFile(_seekable(data))
        source = archive.open(member)
        archive.close()  # the file stays open until the member is closed
        return source

    return Stream(opener, member.file_size)


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """What a member holds: never more than it says (its checksum is tested at the end)."""
    with archive.open(member) as stream:
        content = stream.read(member.file_size + 1)
    if len(content) != member.file_size:
        raise zipfile.BadZipFile
    return content


def _check_names(members: list[zipfile.ZipInfo], name: str) -> None:
    names = [unicodedata.normalize("NFC", m.filename).casefold().rstrip("/") for m in members]
    if any(_UNSAFE.search(m.filename) for m in members) or len(set(names)) != len(names):
        raise _refuse("the archive has unsafe or repeated member names", name, "bad_zip")
    for member in members:
        where = f"{name}, member {members.index(member) + 1}"
        if member.flag_bits & 0x41:
            raise _refuse("the archive is protected by a password", where, "password")
        if (member.external_attr >> 16) and stat.S_IFMT(member.external_attr >> 16) not in (
            0,
            stat.S_IFREG,
            stat.S_IFDIR,
        ):
            raise _refuse("the archive holds links or devices", where, "bad_zip")


def _check_sizes(members: list[zipfile.ZipInfo], packed: int, name: str) -> None:
    """Bombs: too many, too much, too dense, or members that share their bytes."""
    inflated = sum(m.file_size for m in members)
    small = sum(m.file_size for m in members if m.file_size <= LARGE)
    dense = any(m.file_size > MAX_RATIO * max(m.compress_size, 10_000) for m in members)
    if (
        inflated > max(MAX_INFLATED, current().text_bytes)
        or small > MAX_INFLATED
        or dense
        or len(members) > MAX_MEMBERS
    ):
        raise _refuse("the archive inflates to too much", name, "zip_bomb")
    end = 0
    for member in sorted(members, key=lambda m: m.header_offset):
        if member.header_offset < end:
            raise _refuse("members of the archive overlap", name, "zip_bomb")
        end = member.header_offset + _LOCAL_HEADER + len(member.orig_filename.encode()) + member.compress_size
    if end > packed:
        raise _refuse("the archive is cut or damaged", name, "bad_zip")


def _refuse_same_names(sheets: list[RawSheet], name: str) -> None:
    if len({sheet.name for sheet in sheets}) != len(sheets):
        raise _refuse("two sheets of the archive have the same name", name, "same_names")


def _refuse(what: str, where: str, code: str) -> UnreadableDelivery:
    return refuse(what, where, code, "a plain ZIP of tables, as a system packs a folder", "pack the files again")
