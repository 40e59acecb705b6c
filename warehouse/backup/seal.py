"""Sealed bytes: in chunks of 1 MiB, compressed where that helps, encrypted and authenticated where there is a key.

The format belongs here: magic, salt, then for each chunk its length (the highest bit marks the last) and its bytes. AES-256-GCM
with a key for each object (HKDF over its salt), the chunk's number and "last" as nonce, the object's name as what is
authenticated beside: chunks can't be dropped, swapped, cut off or moved to another name.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from warehouse.errors import MtmError

MAGIC, SALT, CHUNK = b"MTM1", 16, 2**20
LAST = 2**31
RAW, PACKED = b"\0", b"\1"
LONGEST = CHUNK + 64


def sealed(blocks: Iterable[bytes], key: bytes | None, name: str) -> Iterator[bytes]:
    """The bytes as they are stored under a name."""
    salt = os.urandom(SALT)
    cipher = _cipher(key, salt)
    yield MAGIC + salt
    waiting, number = b"", 0
    for chunk in _chunks(blocks):
        if number:
            yield _frame(waiting, cipher, number, name, last=False)
        waiting, number = chunk, number + 1
    yield _frame(waiting, cipher, max(number, 1), name, last=True)


def opened(blocks: Iterable[bytes], key: bytes | None, name: str) -> Iterator[bytes]:
    """The bytes as they were. Raises MtmError (`backup_damaged`) where they are not as they were stored."""
    source = _Reader(blocks)
    head = source.take(len(MAGIC) + SALT)
    if head[: len(MAGIC)] != MAGIC:
        raise damaged(name)
    cipher, number, last = _cipher(key, head[len(MAGIC) :]), 0, False
    while not last:
        length = int.from_bytes(source.take(4), "big")
        last, number = bool(length & LAST), number + 1
        if (length := length & ~LAST) > LONGEST or not length:
            raise damaged(name)
        yield _opened(source.take(length), cipher, number, name, last)
    if source.more():
        raise damaged(name)


def damaged(name: str) -> MtmError:
    """The error of bytes that are not as they were stored."""
    return MtmError(
        f"{name} of the backup is damaged", expected="the bytes that were stored, unaltered and whole",
        todo="mtm backup URL --verify tells what else is; restore from another snapshot (mtm backup URL --list)", code="backup_damaged",
    )  # fmt: skip


class _Reader:
    """So many bytes at a time, of blocks of any length."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self.blocks, self.buffer = iter(blocks), bytearray()

    def take(self, size: int) -> bytes:
        while len(self.buffer) < size:
            block = next(self.blocks, None)
            if block is None:
                raise damaged("what was cut off")
            self.buffer += block
        taken = bytes(self.buffer[:size])
        del self.buffer[:size]
        return taken

    def more(self) -> bool:
        return bool(self.buffer) or any(self.blocks)


def _chunks(blocks: Iterable[bytes]) -> Iterator[bytes]:
    buffer = bytearray()
    for block in blocks:
        buffer += block
        while len(buffer) >= CHUNK:
            yield bytes(buffer[:CHUNK])
            del buffer[:CHUNK]
    if buffer:
        yield bytes(buffer)


def _frame(chunk: bytes, cipher: Any, number: int, name: str, *, last: bool) -> bytes:
    packed = zlib.compress(chunk, 1)
    text = PACKED + packed if len(packed) < len(chunk) * 0.95 else RAW + chunk
    if cipher:
        text = cipher.encrypt(_nonce(number, last), text, name.encode())
    return (len(text) | (LAST if last else 0)).to_bytes(4, "big") + text


def _opened(text: bytes, cipher: Any, number: int, name: str, last: bool) -> bytes:
    from cryptography.exceptions import InvalidTag

    try:
        text = cipher.decrypt(_nonce(number, last), text, name.encode()) if cipher else text
        if text[:1] == RAW:
            return text[1:]
        unpack = zlib.decompressobj()
        chunk = unpack.decompress(text[1:], CHUNK)
        if text[:1] != PACKED or not unpack.eof or unpack.unconsumed_tail:
            raise damaged(name)
        return chunk
    except (InvalidTag, zlib.error):
        raise damaged(name) from None


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _cipher(key: bytes | None, salt: bytes) -> Any:
    if key is None:
        return None
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return AESGCM(HKDF(SHA256(), 32, salt, b"object").derive(key))
