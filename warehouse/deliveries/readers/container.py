"""ZIP containers (XLSX, ODS, archives), looked at before anything in them is parsed.

Trusting or refusing a container and inflating its members belongs here; what the members say does not.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator

from warehouse.deliveries.readers.refusal import refuse
from warehouse.errors import UnreadableDelivery

MAX_INFLATED = 200 * 2**20  # bytes of all members together
MAX_PART = 100 * 2**20  # bytes of one member
MAX_RATIO = 100  # inflated : packed
MAX_MEMBERS = 10_000
CHUNK = 2**20
KEPT = 8 * 2**20  # bytes of XML parts that are kept from the first look until they are read
DECLARATIONS = tuple(
    word.encode(encoding) for word in ("<!DOCTYPE", "<!ENTITY") for encoding in ("utf-8", "utf-16-le", "utf-16-be")
)


class Container:
    """A ZIP whose directory, sizes, checksums and XML parts were all looked at. Names are found whatever their case."""

    def __init__(self, data: bytes, name: str) -> None:
        """Raises UnreadableDelivery where the container can't be trusted."""
        self.name, self.data = name, data
        self._kept: dict[str, bytes] = {}
        self._infos = {info.filename.lower(): info for info in self._directory()}
        for info in self._infos.values():
            self._look_at(info)

    @property
    def names(self) -> list[str]:
        """The members, as they are written."""
        return [info.filename for info in self._infos.values()]

    def __contains__(self, part: str) -> bool:
        """Whether there is such a member."""
        return part.lower() in self._infos

    def read(self, part: str) -> bytes:
        """A member's bytes. Raises UnreadableDelivery where there is none."""
        info = self._infos.get(part.lower())
        if info is None:
            raise refuse("a part of the file is missing", f"{self.name}, {part}", "missing_part")
        kept = self._kept.pop(info.filename, None)
        return b"".join(self._chunks(info)) if kept is None else kept

    def _directory(self) -> list[zipfile.ZipInfo]:
        try:
            with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
                infos, end, comment = archive.infolist(), archive.start_dir, len(archive.comment)
        except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError, OSError, OverflowError):
            raise self._damaged("the file is not a whole archive") from None
        last = self.data.rfind(b"PK\x05\x06")
        if last < 0 or last + 22 + comment != len(self.data):
            raise self._damaged("the archive does not end where it says")
        if not infos:
            raise self._damaged("the archive is empty")
        _check_names(infos, self.name)
        _check_sizes(infos, len(self.data), self.name)
        self._check_places(infos, end)
        return infos

    def _check_places(self, infos: list[zipfile.ZipInfo], end: int) -> None:
        """Each member has a place of its own between the start and the directory, and its header agrees."""
        position = 0
        if min(info.header_offset for info in infos) != 0:
            raise self._damaged("the archive does not begin with its first member")
        for info in sorted(infos, key=lambda i: i.header_offset):
            head = self.data[info.header_offset : info.header_offset + 30]
            if len(head) < 30 or head[:4] != b"PK\x03\x04" or info.header_offset < position:
                raise self._damaged("members of the archive lie over each other or outside it", info.filename)
            size, extra = int.from_bytes(head[26:28], "little"), int.from_bytes(head[28:30], "little")
            start = info.header_offset + 30
            written = self.data[start : start + size]
            if written != _raw_name(info) or head[8:10] != info.compress_type.to_bytes(2, "little"):
                raise self._damaged("the archive's directory and its members disagree", info.filename)
            position = start + size + extra + info.compress_size
            if position > end:
                raise self._damaged("members of the archive lie over each other or outside it", info.filename)

    def _chunks(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        """The member, inflated piece by piece, never past the size it declares."""
        head = self.data[info.header_offset + 26 : info.header_offset + 30]
        start = info.header_offset + 30 + int.from_bytes(head[:2], "little") + int.from_bytes(head[2:], "little")
        packed = memoryview(self.data)[start : start + info.compress_size]
        crc = size = 0
        for chunk in _inflated(packed) if info.compress_type == zipfile.ZIP_DEFLATED else (bytes(packed),):
            crc, size = zlib.crc32(chunk, crc), size + len(chunk)
            if size > info.file_size:
                raise self._damaged("a member is larger than the archive says", info.filename)
            yield chunk
        if size != info.file_size or crc != info.CRC:
            raise self._damaged("a member is damaged: its checksum or size is wrong", info.filename)

    def _look_at(self, info: zipfile.ZipInfo) -> None:
        """Inflate once: checksum, and no document type in any XML part."""
        is_xml = info.filename.lower().endswith((".xml", ".rels", ".vml", ".rdf"))
        tail = b""
        keep = is_xml and info.file_size + sum(map(len, self._kept.values())) <= KEPT
        chunks: list[bytes] = []
        try:
            for chunk in self._chunks(info):
                text = tail + chunk
                if is_xml and b"!" in text and any(word in text for word in DECLARATIONS):
                    raise refuse(
                        "a part declares a document type or entities", f"{self.name}, {info.filename}", "doctype"
                    )
                tail = text[-40:]
                chunks += [chunk] if keep else []
        except zlib.error:
            raise self._damaged("a member can't be inflated", info.filename) from None
        if keep:
            self._kept[info.filename] = b"".join(chunks)

    def _damaged(self, what: str, part: str = "") -> UnreadableDelivery:
        return refuse(
            what,
            f"{self.name}, {part}" if part else self.name,
            "bad_zip",
            expected="a whole file, as it was saved",
            todo="send the file again, or save it as a new XLSX file and deliver that",
        )


def _inflated(packed: memoryview) -> Iterator[bytes]:
    inflate = zlib.decompressobj(-15)
    rest: bytes | memoryview = packed
    while not inflate.eof:
        chunk = inflate.decompress(rest, CHUNK)
        rest = inflate.unconsumed_tail
        if not chunk and not rest and not inflate.eof:
            raise zlib.error("the stream ends too early")
        yield chunk
    if inflate.unused_data:
        raise zlib.error("bytes are left behind the stream")


def _raw_name(info: zipfile.ZipInfo) -> bytes:
    return info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437", "replace")


def _check_names(infos: list[zipfile.ZipInfo], name: str) -> None:
    names = [info.orig_filename for info in infos]
    unsafe = next(
        (n for n in names if n.startswith("/") or "\\" in n or "\0" in n or ":" in n or ".." in n.split("/") or not n),
        None,
    )
    links = any(stat.S_ISLNK(info.external_attr >> 16) for info in infos)
    if unsafe is not None or links:
        raise refuse("the archive has unsafe member names or links", name, "unsafe_member")
    if len({n.lower() for n in names}) != len(names):
        raise refuse("two members of the archive have the same name", name, "duplicate_member")
    if any(info.flag_bits & 1 for info in infos):
        raise refuse(
            "the archive is protected by a password", name, "password",
            expected="a file that opens without a password", todo="save it without a password and deliver that",
        )  # fmt: skip
    if any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in infos):
        raise refuse("the archive is packed by a method that spreadsheets don't use", name, "bad_zip")


def _check_sizes(infos: list[zipfile.ZipInfo], packed: int, name: str) -> None:
    inflated = sum(info.file_size for info in infos)
    biggest = max(info.file_size for info in infos)
    if inflated > MAX_INFLATED or biggest > MAX_PART or inflated > MAX_RATIO * max(packed, 10_000):
        raise refuse(
            "the file inflates to too much", name, "zip_bomb",
            expected=f"at most {MAX_INFLATED >> 20} MB inflated, {MAX_PART >> 20} MB a part, {MAX_RATIO} times the packed size",
            todo="copy the table alone into a new workbook and deliver that",
        )  # fmt: skip
    if len(infos) > MAX_MEMBERS:
        raise refuse(
            f"the archive has {len(infos)} members", name, "zip_bomb", expected=f"at most {MAX_MEMBERS} members"
        )
