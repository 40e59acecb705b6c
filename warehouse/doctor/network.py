"""Checks on what is elsewhere and on who can reach this: sources, the PostgreSQL server, what listens, the login of the UI.

Everything here has a time limit and pulls nothing.
"""

from __future__ import annotations

import os
import ssl
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor, wait
from urllib.parse import urlsplit

from warehouse.deliveries.sources.address import protocol_of
from warehouse.deliveries.sources.model import Source
from warehouse.doctor.listening import Listener, listeners, within_a_container
from warehouse.doctor.model import Asked, Found, bad, ok
from warehouse.errors import MtmError

SECONDS = 8.0
LOGIN = {401, 403}


def sources(asked: Asked) -> Found | None:
    """Every source that is on answers, and takes its secret where looking needs one."""
    from warehouse.deliveries.sources.model import all_sources

    found, problems = all_sources()
    if problems:
        return bad(problems[0].what, problems[0].todo)
    enabled = [s for s in found if s.enabled]
    if not enabled:
        return ok("none is on (enabled in sources.yml)")
    pool = ThreadPoolExecutor(max_workers=8)
    asking = {pool.submit(_problem, source): source for source in enabled}
    done, late = wait(asking, timeout=SECONDS)
    pool.shutdown(wait=False, cancel_futures=True)
    wrong = {asking[f].name: f.result() for f in done if f.result()} | {
        asking[f].name: "no answer in time" for f in late
    }
    if wrong:
        return bad(
            "; ".join(f"{name}: {why}" for name, why in sorted(wrong.items())),
            "mend the address or the secret (docs/sources.md); or set enabled: false",
        )
    return ok(f"{len(enabled)} answer")


def _problem(source: Source) -> str:
    """Why a source can't be used now; empty where it can. An API is only knocked at: asking more would be pulling."""
    from warehouse.deliveries.sources.look import look
    from warehouse.deliveries.sources.redact import redact

    try:
        if source.kind == "files":
            look(source)
            return ""
    except MtmError as error:
        return redact(error.what)
    try:
        status = _status(_door(source.url))
    except OSError as error:
        return f"no answer ({type(getattr(error, 'reason', error)).__name__})"
    return f"answers {status}" if status >= 500 else ""


def _door(url: str) -> str:
    """The front page of the server that an API is on."""
    if protocol_of(url) == "dtm":
        return os.environ.get("MTM_DTM_URL", "").strip() or "https://dtmapi.iom.int/"
    parts = urlsplit(url.removeprefix("kobo+"))
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/"


def postgresql(asked: Asked) -> Found | None:
    """The server of MTM_PUBLISH_TO serves what is served here."""
    from warehouse.serving.postgres.automatic import standing

    found = standing(asked.home)
    if found is None:
        return ok("none configured (MTM_PUBLISH_TO)")
    return ok(found.text) if found.agrees else bad(found.text, "mtm publish-to")


def exposure(asked: Asked) -> Found:
    """The UI, which has no login of its own, listens for this machine alone."""
    open_ones = [x for x in listeners() if not x.is_loopback]
    told = ", ".join(str(x) for x in open_ones)
    if not open_ones:
        return ok("nothing of Dagster listens for other machines")
    if within_a_container():
        return ok(f"{told}, in a container: its networks must keep it inside, as those of deploy/compose.yaml do")
    return bad(
        told,
        f"let it listen on 127.0.0.1, and put the proxy with a login in front (docs/deployment.md){_which(open_ones)}",
    )


def _which(open_ones: list[Listener]) -> str:
    return f": processes {', '.join(str(x.pid) for x in open_ones)}"


def login(asked: Asked) -> Found | None:
    """The address that people open asks for a login, over TLS."""
    if not asked.address:
        return None
    url = asked.address.rstrip("/") + "/server_info"
    try:
        status = _status(url)
    except OSError as error:
        why = getattr(error, "reason", error)
        return bad(
            f"{asked.address} does not answer ({type(why).__name__})",
            "look at the proxy, its certificate and its name (docs/deployment.md)",
        )
    if status not in LOGIN:
        return bad(
            f"{asked.address} answers {status} without a login",
            "put the proxy with a login in front, and close the port behind it",
        )
    if not asked.address.startswith("https://"):
        return bad(f"{asked.address} asks for a login in the clear", "serve it over TLS only: https://")
    return ok(f"{asked.address} asks for a login")


def _status(url: str) -> int:
    """The status of an answer, whatever it is; redirections are followed. Raises OSError where there is none."""
    try:
        with urllib.request.urlopen(url, timeout=5, context=ssl.create_default_context()) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except ValueError as error:  # no address at all
        raise OSError(str(error)) from None
