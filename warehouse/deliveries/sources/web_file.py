"""One file over HTTP: opened from an offset where it is unchanged, with its length and the name the server gives it.

What the headers of a file mean belongs here; asking and its faults are in `web`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote

import requests

from warehouse.deliveries.names import clean_name
from warehouse.deliveries.sources.retry import Restart, SourceError, seconds_between
from warehouse.deliveries.sources.transfer import Opened
from warehouse.deliveries.sources.web import Caller, asked, faults, is_chunked, stream, unavailable

SETTLED = 60.0  # seconds after which a time of change says that a file is the same
PAGE = re.compile(rb"^(\xef\xbb\xbf)?\s*<(!doctype html|html)", re.IGNORECASE)


@contextmanager
def opened(caller: Caller, url: str, offset: int, stamp: str | None) -> Iterator[Opened]:
    """A file over HTTP, from `offset` on where the server has it unchanged under `stamp`; else from its start."""
    headers = {"Range": f"bytes={offset}-", "If-Range": stamp} if offset and stamp else {}
    where = caller.place(url)
    try:
        with asked(caller, url, headers=headers) as answer:
            start, total = _extent(answer)
            if start not in (0, offset):
                raise Restart(unavailable("the server sent another part of the file than was asked", where))
            if start and stamp not in (answer.headers.get("ETag"), answer.headers.get("Last-Modified")):
                raise Restart(unavailable("the file changed, and the server went on in it all the same", where))
            yield Opened(
                _chunks(answer, where, start), start, total, _strong(answer), disposition(answer), is_chunked(answer)
            )
    except SourceError as error:
        if headers and error.code == "source_refused":  # 416: what we have is not a beginning of what is there now
            raise Restart(unavailable("the server can't go on where it was cut", where)) from None
        raise


def _extent(answer: requests.Response) -> tuple[int, int | None]:
    """Where the body starts in the file, and how long the file is."""
    length = answer.headers.get("Content-Length")
    size = int(length) if length and length.isdigit() and not answer.headers.get("Content-Encoding") else None
    if answer.status_code != 206:
        return 0, size
    found = re.match(r"bytes (\d+)-(\d+)/(\d+|\*)", answer.headers.get("Content-Range", ""))
    if not found:
        return -1, None
    start = int(found.group(1))
    return start, int(found.group(3)) if found.group(3) != "*" else (start + size if size is not None else None)


def _chunks(answer: requests.Response, where: str, start: int) -> Iterator[bytes]:
    first = start == 0
    with faults(where):
        for chunk in stream(answer, where):
            if first and "html" in answer.headers.get("Content-Type", "").lower() and PAGE.match(chunk):
                raise SourceError(
                    "the server answers with a web page instead of a file (a login page?)",
                    where=where,
                    expected="a file",
                    todo="use the address of the file itself, with credentials",
                    code="source_refused",
                )
            first = False
            yield chunk


def _strong(answer: requests.Response) -> str | None:
    """What says that the file is unchanged, good enough to go on in it: a strong ETag, else its time of change."""
    etag, changed = answer.headers.get("ETag"), answer.headers.get("Last-Modified")
    if etag:
        return None if etag.startswith("W/") else etag
    age = seconds_between(changed, answer.headers.get("Date"))
    return changed if age is not None and age >= SETTLED else None  # it could change again within its second


def disposition(answer: requests.Response) -> str | None:
    """The file's name as the server calls it (`Content-Disposition`), cleaned."""
    header = answer.headers.get("Content-Disposition", "")
    if found := re.search(r"filename\*\s*=\s*([\w-]+)'[^']*'([^;]+)", header, re.IGNORECASE):
        try:
            return clean_name(unquote(found.group(2).strip().strip('"'), encoding=found.group(1)))
        except LookupError:
            return None
    found = re.search(r'filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]+))', header, re.IGNORECASE)
    if not found:
        return None
    name = re.sub(r"\\(.)", r"\1", found.group(1)) if found.group(1) is not None else found.group(2).strip()
    return clean_name(_utf8(name))


def _utf8(name: str) -> str:
    """Headers arrive as latin-1; many servers send UTF-8 in them."""
    try:
        return name.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return name
