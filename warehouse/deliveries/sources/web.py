"""HTTP: asking with a secret that goes to one host only, opening files from an offset, errors a person can act on.

What all sources over HTTP share belongs here; what a service answers is in `kobo` and `dtm`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.auth import AuthBase

from warehouse.deliveries.sources.address import host_of
from warehouse.deliveries.sources.redact import shown
from warehouse.deliveries.sources.retry import PACE, SourceError, Transient, retry_after

BLOCK = 256 * 2**10
AGENT = "mtm-warehouse"


@dataclass(frozen=True)
class Caller:
    """How to ask one host: its secret as a header, and which variable holds it (for messages)."""

    kind: str = ""  # KoboToolbox, the DTM API; nothing for a plain file
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    variable: str | None = None
    host: str = ""  # the secret is sent to this host alone
    todo: str = ""  # where no secret was sent and one is needed
    patience: tuple[float, float] | None = None  # connect and read, where not those of the pace

    def place(self, url: str) -> str:
        """Where something happened, for messages: the service and the address."""
        return f"{self.kind}, {shown(url)}" if self.kind else shown(url)


class _Header(AuthBase):
    """Puts the secret on a request to its host; also keeps `.netrc` from replacing it."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if host_of(request.url or "") == self.caller.host:
            request.headers.update(self.caller.headers)
        return request


@contextmanager
def asked(
    caller: Caller, url: str, method: str = "GET", headers: dict[str, str] | None = None, **more: Any
) -> Iterator[requests.Response]:
    """The answer to a request, its body unread. A fault that may pass is Transient, a refusal a SourceError."""
    where = caller.place(url)
    with requests.Session() as session:
        auth = _Header(caller) if caller.headers else None
        sent = {"User-Agent": AGENT, "Accept-Encoding": "identity", **(headers or {})}
        with faults(where):
            answer = _follow(session, method, url, caller, auth, sent, more)
            with answer:
                refuse(answer, caller, where)
                yield answer


def _follow(
    session: requests.Session,
    method: str,
    url: str,
    caller: Caller,
    auth: AuthBase | None,
    headers: dict[str, str],
    more: dict[str, Any],
) -> requests.Response:
    """Redirects one by one: the secret stays with its host, and nothing goes from https to http."""
    timeout = caller.patience or (PACE.connect, PACE.read)
    for _ in range(10):
        answer = session.request(
            method, url, auth=auth, headers=headers, timeout=timeout, stream=True, allow_redirects=False, **more
        )
        target = session.get_redirect_target(answer)
        if not target:
            return answer
        answer.close()
        following = urljoin(url, target)
        if urlsplit(url).scheme == "https" and urlsplit(following).scheme != "https":
            raise SourceError(
                "the server sends us from https to http",
                where=caller.place(url),
                expected="a redirect to https",
                todo="use the final https address",
                code="source_tls",
            )
        url, more = following, {}
        method = "GET" if method == "POST" and answer.status_code in (301, 302, 303) else method
    raise SourceError("too many redirects", where=caller.place(url), todo="check the URL", code="bad_url")


@contextmanager
def faults(where: str) -> Iterator[None]:
    """What `requests` raises, as an error a person can act on."""
    try:
        yield
    except requests.exceptions.SSLError:
        raise SourceError(
            "the server's certificate is not trusted",
            where=where,
            expected="a valid certificate",
            todo="check the host; a private authority goes into REQUESTS_CA_BUNDLE",
            code="source_tls",
        ) from None
    except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema):
        raise SourceError("this is not a URL", where=where, todo="check the URL", code="bad_url") from None
    except (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError):
        raise Transient(unavailable("the server did not answer in time", where, "source_timeout")) from None
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, ConnectionError) as error:
        cut = isinstance(error, requests.exceptions.ChunkedEncodingError | urllib3.exceptions.ProtocolError)
        what = "the connection was cut" if cut else "the server can't be reached"
        raise Transient(unavailable(what, where, "source_truncated" if cut else "source_unavailable")) from None


def unavailable(what: str, where: str, code: str = "source_unavailable") -> SourceError:
    """A fault that may pass, as it is told when it did not."""
    return SourceError(
        what, where=where, expected="an answer", todo="check the network and the host, then run it again", code=code
    )


def refuse(answer: requests.Response, caller: Caller, where: str) -> None:
    """Raise where the status is no success."""
    status = answer.status_code
    if status in (200, 201, 206):
        return
    if status in (202, 408, 425, 429) or status >= 500:
        asked_for = retry_after(answer.headers.get("Retry-After"))
        pause = f" and asks for a pause of {asked_for:.0f} s" if asked_for else ""
        told = unavailable(f"the server answers {status} ({answer.reason or 'no reason'}){pause}", where)
        raise Transient(told, asked_for)
    if status in (401, 403):
        raise _unauthorised(status, caller, where)
    if status in (404, 410):
        raise SourceError(
            f"there is nothing at this address ({status})",
            where=where,
            expected="a file, a form or an export that this account may see",
            todo="check the address, and that the account has access",
            code="source_not_found",
        )
    raise SourceError(
        f"the server refuses the request ({status} {answer.reason or ''})",
        where=where,
        expected="200 OK",
        todo="check the address and its parameters",
        code="source_refused",
    )


def _unauthorised(status: int, caller: Caller, where: str) -> SourceError:
    what = "does not know us" if status == 401 else "does not let us"
    given = bool(caller.headers)
    variable = caller.variable or "the secret's variable"
    return SourceError(
        f"the server {what} ({status})",
        where=where,
        expected=f"a valid secret in {variable}" if given else f"credentials: {variable} is not set",
        todo=f"renew the secret in {variable}, or ask for access" if given else caller.todo or f"export {variable}=…",
        code="source_unauthorised",
    )


def stream(answer: requests.Response, where: str) -> Iterator[bytes]:
    """The body as it comes in. One that only drips is given up as one that stands still."""
    since, came = time.monotonic(), 0
    for chunk in _as_it_comes(answer):
        came += len(chunk)
        passed = time.monotonic() - since
        if passed > PACE.read:
            if came < PACE.slowest * passed:
                raise Transient(unavailable("the server did not answer in time", where, "source_timeout"))
            since, came = time.monotonic(), 0
        yield chunk


def _as_it_comes(answer: requests.Response) -> Iterator[bytes]:
    """What came before a cut is kept, so that the next try goes on from there."""
    if is_chunked(answer) or answer.headers.get("Content-Encoding", "identity") != "identity":
        yield from answer.iter_content(BLOCK)
        return
    while chunk := answer.raw.read1(BLOCK):
        yield chunk


def is_chunked(answer: requests.Response) -> bool:
    """Whether the body says itself where it ends."""
    return "chunked" in answer.headers.get("Transfer-Encoding", "").lower()
