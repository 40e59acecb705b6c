"""All submissions of a KoboToolbox form as one JSON that is the same bytes while the form is unchanged.

Paging and the canonical form belong here: submissions by `_id`, keys sorted, no envelope but `count` and `results`, no
signatures in addresses of attachments. Pages are spooled to disk, so memory does not grow with the form; a pull that
was cut goes on at its page for a quarter of an hour.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from warehouse.deliveries.disk import MAX_BYTES
from warehouse.deliveries.sources.address import host_of
from warehouse.deliveries.sources.progress import Meter
from warehouse.deliveries.sources.redact import shown
from warehouse.deliveries.sources.retry import SourceError, Transient, patiently
from warehouse.deliveries.sources.spool import Spool, fresh, left_over, write_whole
from warehouse.deliveries.sources.transfer import Pulled, private, truncated
from warehouse.deliveries.sources.web import Caller, asked, stream
from warehouse.settings import Home

PAGE = 1000  # the most that KoboToolbox gives at once
ROUNDS = 3  # the form may change while it is read: then reading starts again


class Changed(Exception):
    """The form changed while its pages were read."""


@contextmanager
def submissions(home: Home, caller: Caller, url: str, query: dict[str, str], where: str, name: str) -> Iterator[Pulled]:
    """The submissions of a form, for the time of the context. `query` may narrow them (`query={"…"}`)."""
    first = f"{url}?{urlencode({**query, 'format': 'json', 'limit': PAGE, 'start': 0, 'sort': json.dumps({'_id': 1})})}"
    with private(home, first) as path:
        spool = left_over(path, first)
        for _ in range(ROUNDS):
            try:
                _read_pages(spool, caller, where)
                break
            except Changed:
                spool.drop()
                spool = fresh(path, first)
        else:
            raise SourceError(
                "the form keeps changing while it is read",
                where=where,
                expected="the same number of submissions on every page",
                todo="pull it again when fewer submissions come in",
                code="source_changing",
            )
        target = path.with_suffix(".whole")
        try:
            write_whole(spool, target)
            yield Pulled(target, name, shown(url))
        finally:
            spool.drop()
            target.unlink(missing_ok=True)


def _read_pages(spool: Spool, caller: Caller, where: str) -> None:
    meter, seen = Meter(where), set[str]()
    while spool.next:
        if spool.next in seen:
            raise _strange("the pages go round in a circle", where)
        seen.add(spool.next)
        url = spool.next
        page = patiently(partial(_page, caller, url, where))
        if spool.count is not None and page["count"] != spool.count:
            raise Changed
        spool.count = page["count"]
        _keep(spool, page["results"], where)
        spool.next = _following(page["next"], url, where)
        spool.save()
        meter.say(f"{len(spool.index)} of {spool.count} submissions")
    meter.end()
    ids = {i for i, _, _ in spool.index}
    if len(ids) != len(spool.index):
        raise Changed
    if len(ids) != spool.count:
        if not seen:
            raise Changed
        raise truncated(where, f"{len(ids)} of {spool.count} submissions came")
    if not ids:
        raise SourceError(
            "the form has no submissions", where=where, expected="at least one",
            todo="nothing: it is pulled again later", code="source_empty",
        )  # fmt: skip


def _page(caller: Caller, url: str, where: str) -> dict[str, Any]:
    """One page in KoboToolbox's shape. A body that is cut or no JSON may pass."""
    with asked(caller, url, headers={"Accept": "application/json"}) as answer:
        body = bytearray()
        for chunk in stream(answer, where):
            body += chunk
            if len(body) > MAX_BYTES:
                raise _strange(f"a page has more than {MAX_BYTES >> 20} MB", where)
        length = answer.headers.get("Content-Length", "")
        if length.isdigit() and len(body) != int(length) and not answer.headers.get("Content-Encoding"):
            raise Transient(truncated(where, f"{len(body)} of {length} bytes came"))
    try:
        page = json.loads(body)
    except ValueError:
        raise Transient(_strange("the answer is not JSON", where)) from None
    ok = isinstance(page, dict) and isinstance(page.get("count"), int) and isinstance(page.get("results"), list)
    if not ok or not isinstance(page.get("next"), str | None):
        raise _strange("the answer has no count and results", where)
    return dict(page) | {"next": page.get("next")}


def _following(link: str | None, url: str, where: str) -> str | None:
    """The next page, on our host and with our scheme: behind a proxy KoboToolbox may say http."""
    if not link:
        return None
    target, ours = urlsplit(urljoin(url, link)), urlsplit(url)
    if target.hostname != ours.hostname:
        raise _strange(f"the next page is said to be on another host ({host_of(link)})", where)
    asked_for, given = dict(parse_qsl(ours.query)), dict(parse_qsl(target.query))
    kept = {k: v for k, v in asked_for.items() if k not in ("start", "offset")}
    return target._replace(scheme=ours.scheme, netloc=ours.netloc, query=urlencode({**kept, **given})).geturl()


def _keep(spool: Spool, results: list[Any], where: str) -> None:
    with spool.path.open("ab") as file:
        for submission in results:
            if not isinstance(submission, dict) or not isinstance(submission.get("_id"), int):
                raise _strange("a submission has no _id", where)
            try:
                line = canonical(_without_signatures(submission)).encode("utf-8", "backslashreplace")
            except ValueError:
                raise _strange(f"submission {submission['_id']} holds a number that is none", where) from None
            file.write(line + b"\n")
            spool.index.append((submission["_id"], spool.size, len(line)))
            spool.size += len(line) + 1
    if spool.size > MAX_BYTES:
        raise SourceError(
            f"the submissions have more than {MAX_BYTES >> 20} MB", where=where, expected="one round's submissions",
            todo='narrow them down: ?query={"_submission_time":{"$gt":"2024-09-01"}}', code="too_large",
        )  # fmt: skip


def canonical(value: Any) -> str:
    """JSON with sorted keys, on one line."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)


def _without_signatures(submission: dict[str, Any]) -> dict[str, Any]:
    """Addresses of attachments may carry a signature that changes with every answer: their query is left out."""
    attachments = submission.get("_attachments")
    if not isinstance(attachments, list):
        return submission
    plain = [
        {k: v.split("?")[0] if isinstance(v, str) and k.endswith("url") else v for k, v in a.items()}
        if isinstance(a, dict)
        else a
        for a in attachments
    ]
    return {**submission, "_attachments": plain}


def _strange(what: str, where: str) -> SourceError:
    return SourceError(
        what, where=where, expected="the KoboToolbox API v2", todo="check the host and the form", code="source_strange"
    )
