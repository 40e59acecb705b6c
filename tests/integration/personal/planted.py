"""Planted people and a scanner of its own: it shares no code with the project, so that both can't be wrong alike."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import sqlite3
import zipfile
from io import BytesIO
from pathlib import Path

import duckdb

PEOPLE = [f"Зурзбек Кватманов{chr(0x430 + i)}" for i in range(8)]
PHONES = [f"+999 71{i} 48{i:02d}37" for i in range(8)]
NUMBERS = [f"2{i}9071973{i}4826" for i in range(8)]
MAILS = [f"qvat{i}.zur@posta.example" for i in range(8)]
PLACES = [f"42.87{i}613, 74.56{i}917" for i in range(8)]
VALUES = [*PEOPLE, *PHONES, *NUMBERS, *MAILS, *PLACES]


def spelled(value: str) -> list[bytes]:
    """A value as it could have got out."""
    texts = {value, value.replace(" ", "")}
    if value.startswith("+"):
        texts |= {value.replace(" ", "")[1:], value.replace(" ", "")[-9:]}
    found: list[bytes] = []
    for text in texts:
        plain = text.encode()
        found += [plain, text.encode("utf-16-le"), text.encode("utf-16-be"), text.encode("cp1251"), text[::-1].encode()]
        found += [plain.hex().encode(), plain.hex().upper().encode()]
        for shift in range(3):
            coded = base64.b64encode(b"x" * shift + plain)
            found.append(coded[4 if shift else 0 : len(coded) // 4 * 4 - 4])
        for name in ("md5", "sha1", "sha256", "sha512"):
            digest = hashlib.new(name, plain)
            found += [digest.hexdigest()[:20].encode(), digest.hexdigest()[:20].upper().encode(), digest.digest()[:16]]
            found.append(base64.b64encode(digest.digest())[:20])
    return found


PATTERNS = [(value, pattern) for value in VALUES for pattern in set(spelled(value))]


def parts(path: Path) -> list[bytes]:
    """The bytes of a file and of what is packed in it."""
    data = path.read_bytes()
    found = [path.name.encode(), data]
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(BytesIO(data)) as archive:
            found += [archive.read(name) for name in archive.namelist()]
    elif data[:2] == b"\x1f\x8b":
        found.append(gzip.decompress(data))
    elif data[:15] == b"SQLite format 3":
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as con:
            for (table,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                found.append("\n".join(map(repr, con.execute(f'SELECT * FROM "{table}"'))).encode())
    elif path.suffix == ".parquet":
        found.append(_rows(duckdb.sql(f"SELECT * FROM read_parquet('{path}')")))
    elif path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as con:
            for schema, table in con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall():
                found.append(_rows(con.sql(f'SELECT * FROM "{schema}"."{table}"')))
    return found


def _rows(table: duckdb.DuckDBPyRelation) -> bytes:
    """All rows as one text: a search in many small texts takes minutes."""
    return "\n".join(map(repr, table.fetchall())).encode()


def leaks(root: Path, leave: tuple[str, ...] = ("vault", "build")) -> dict[str, set[str]]:
    """File below a folder -> planted values that stand in it; the folders `leave` are left out."""
    found: dict[str, set[str]] = {}
    for base, folders, names in os.walk(root):
        if Path(base) == root:
            folders[:] = [f for f in folders if f not in leave]
        for path in (Path(base) / name for name in names):
            if not path.is_symlink():
                told = {value for part in parts(path) for value, pattern in PATTERNS if pattern in part}
                if told:
                    found[path.relative_to(root).as_posix()] = told
    return found
