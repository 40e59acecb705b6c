"""A quick look at a source of files: what lies there now, without pulling anything. Sensors compare looks.

Looking belongs here, once and with short patience; deciding what stands still is the sensor's.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from warehouse.deliveries.sources.address import protocol_of, without_secrets, without_user
from warehouse.deliveries.sources.files import Item, local_items
from warehouse.deliveries.sources.model import Source
from warehouse.deliveries.sources.pull import local_path
from warehouse.deliveries.sources.redact import quiet, shown
from warehouse.deliveries.sources.retry import SourceError, Transient
from warehouse.deliveries.sources.secrets import web_caller
from warehouse.errors import MtmError

PATIENCE = (5.0, 8.0)  # seconds to connect and to wait: a tick must not hang


def look(source: Source) -> list[Item]:
    """The files of a source as they are now. Raises MtmError where it can't be asked; nothing is tried twice."""
    quiet()
    protocol = protocol_of(source.url)
    with _once(source):
        if protocol == "file":
            return local_items(local_path(source.url))[0]
        if protocol in ("http", "https"):
            return [_head(source)]
        from warehouse.deliveries.sources.remote import Remote

        with closing(Remote(source.url, source.secret_variable, PATIENCE)) as remote:
            return remote.items()


@contextmanager
def _once(source: Source) -> Iterator[None]:
    try:
        yield
    except Transient as fault:
        raise fault.error from None
    except MtmError:
        raise
    except Exception as error:
        raise SourceError(
            f"unexpected {type(error).__name__}", where=source.name or shown(source.url), code="unexpected"
        ) from None


def _head(source: Source) -> Item:
    """ETag, time of change and size. Where the server says none of them, the clock stands in: pulled at each interval."""
    from warehouse.deliveries.sources.web import asked

    url = without_user(source.url)
    with asked(web_caller(source, PATIENCE), url, headers={"Range": "bytes=0-0"}) as answer:
        ranged = answer.headers.get("Content-Range", "").rpartition("/")[2]
        size = ranged or answer.headers.get("Content-Length", "")
        marks = [answer.headers.get("ETag"), answer.headers.get("Last-Modified")]
    stamp = ";".join([size, *(m for m in marks if m)]) if any(marks) else f"every {int(time.time() // source.every)}"
    return Item(without_secrets(url), shown(url).rpartition("/")[2], shown(url), None, stamp)
