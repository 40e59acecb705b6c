"""KoboToolbox API v2: submissions as one JSON (`data.json`, paged), or an export as the form's owner set it.

    kobo+https://HOST/ASSET                                   all submissions
    kobo+https://HOST/ASSET/export-settings/SETTING           that export (data.xlsx; or …/data.csv)
    kobo+https://HOST/ASSET/exports?lang=_xml&type=xls        an export made for this pull

The way to each file belongs here; paging is in `kobo_pages`. Facts of the API: at most 1,000 submissions a page
(100 where nothing is asked), `next` is null on the last one; an export is `created`, `processing`, `complete` or
`error`, and its file is at `result`; a synchronous export redirects to its file.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from urllib.parse import urljoin, urlsplit

from warehouse.deliveries.sources.address import host_of, is_loopback, query_of
from warehouse.deliveries.sources.kobo_pages import submissions
from warehouse.deliveries.sources.model import Source
from warehouse.deliveries.sources.progress import Meter
from warehouse.deliveries.sources.redact import shown
from warehouse.deliveries.sources.retry import PACE, SourceError, Transient, patiently
from warehouse.deliveries.sources.secrets import required
from warehouse.deliveries.sources.transfer import Pulled, fetched
from warehouse.deliveries.sources.web import Caller, asked
from warehouse.deliveries.sources.web_file import opened
from warehouse.settings import Home

ADDRESS = re.compile(
    r"^/?(?:api/v2/assets/)?(?P<asset>[A-Za-z0-9]+)/?"
    r"(?:(?P<what>data(?:\.json|/)?|exports/?|export-settings/(?P<setting>[A-Za-z0-9]+)(?:/data\.(?P<ending>xlsx|csv))?)/?)?$"
)
EXPORT = {
    "type": "xls",
    "lang": "_xml",
    "fields_from_all_versions": "true",
    "group_sep": "/",
    "hierarchy_in_labels": "true",
    "multiple_select": "both",
}
ENDINGS = {"xls": "xlsx", "csv": "csv", "spss_labels": "zip", "geojson": "geojson"}
EXPORT_SECONDS = 1800.0  # as long as KoboToolbox lets an export run
POLL_SECONDS = (1.0, 15.0)


@contextmanager
def pulled(home: Home, source: Source) -> Iterator[Pulled]:
    """The one file of a KoboToolbox source."""
    base, asset, found = _address(source.url)
    caller = _caller(source)
    where = f"KoboToolbox, {shown(source.url)}"
    if setting := found["setting"]:
        ending = found["ending"] or "xlsx"
        url = f"{base}/export-settings/{setting}/data.{ending}"
        with fetched(home, url, where, f"{asset}.{ending}", shown(url), partial(opened, caller, url)) as file:
            yield file
    elif (found["what"] or "").startswith("exports"):
        with _export(home, caller, base, asset, where, query_of(source.url)) as file:
            yield file
    else:
        query = query_of(source.url)
        with submissions(home, caller, f"{base}/data.json", query, where, f"{asset}.json") as file:
            yield file


def is_export(url: str) -> bool:
    """Whether the source gives an export: its bytes differ each time it is made, also where its content does not."""
    return "/export" in urlsplit(url).path


def _address(url: str) -> tuple[str, str, dict[str, str | None]]:
    parts = urlsplit(url)
    found = ADDRESS.match(parts.path)
    if not found:
        raise SourceError(
            "this is no address of a KoboToolbox form",
            where=shown(url),
            expected="kobo+https://HOST/ASSET, …/ASSET/export-settings/SETTING or …/ASSET/exports",
            todo="take HOST and ASSET from the form's page: https://HOST/#/forms/ASSET",
            code="bad_url",
        )
    scheme = parts.scheme.removeprefix("kobo+")
    host = parts.netloc.rpartition("@")[2]
    return f"{scheme}://{host}/api/v2/assets/{found['asset']}", str(found["asset"]), found.groupdict()


def _caller(source: Source) -> Caller:
    token = required(source, "KoboToolbox", "Account settings, Security, API key")
    return Caller("KoboToolbox", {"Authorization": f"Token {token}"}, source.secret_variable, host_of(source.url))


@contextmanager
def _export(home: Home, caller: Caller, base: str, stem: str, where: str, query: dict[str, str]) -> Iterator[Pulled]:
    """Ask for an export, wait until it is complete, download its result."""
    settings = {**EXPORT, **query}
    task = patiently(lambda: _json(caller, f"{base}/exports/", "POST", json=settings))
    result = _result(caller, base, task, where)
    ending = ENDINGS.get(settings["type"], "bin")
    with fetched(home, result, where, f"{stem}.{ending}", shown(f"{base}/exports"), partial(opened, caller, result)) as file:  # fmt: skip
        yield file


def _result(caller: Caller, base: str, task: dict[str, Any], where: str) -> str:
    uid = str(task.get("uid", ""))
    if not re.fullmatch(r"[A-Za-z0-9]+", uid):
        raise _strange("the answer to the request of an export names no uid", where)
    started, meter, pause = time.monotonic(), Meter(where), POLL_SECONDS[0]
    while task.get("status") in ("created", "processing"):
        if time.monotonic() - started > EXPORT_SECONDS:
            raise SourceError(
                "the export was not made in time", where=where, expected="an export within half an hour",
                todo="make the export smaller, or pull the submissions (without /exports)", code="source_timeout",
            )  # fmt: skip
        meter.say(f"the export is {task['status']}")
        time.sleep(min(pause, PACE.longest_wait))
        pause = min(pause * 1.5, POLL_SECONDS[1])
        task = patiently(lambda: _json(caller, f"{base}/exports/{uid}/"))
    if task.get("status") != "complete" or not isinstance(task.get("result"), str):
        raise SourceError(
            f"KoboToolbox could not make the export (status {str(task.get('status'))[:20]})",
            where=where,
            expected="status complete",
            todo="make the same export on the form's page to see why",
            code="source_refused",
        )
    return _to_host(urljoin(f"{base}/exports/", task["result"]), base)


def _to_host(url: str, base: str) -> str:
    """Behind a proxy KoboToolbox may name its own host with http: the scheme of the source's URL holds."""
    ours, theirs = urlsplit(base), urlsplit(url)
    if theirs.hostname == ours.hostname and theirs.scheme == "http" and not is_loopback(ours.hostname or ""):
        return theirs._replace(scheme=ours.scheme, netloc=ours.netloc).geturl()
    return url


def _json(caller: Caller, url: str, method: str = "GET", **more: Any) -> dict[str, Any]:
    with asked(caller, url, method, {"Accept": "application/json"}, **more) as answer:
        try:
            data = answer.json()
        except ValueError:
            raise Transient(_strange("the answer is not JSON", f"KoboToolbox, {shown(url)}")) from None
    if not isinstance(data, dict):
        raise _strange("the answer is not what the API documents", f"KoboToolbox, {shown(url)}")
    return data


def _strange(what: str, where: str) -> SourceError:
    return SourceError(
        what, where=where, expected="the KoboToolbox API v2", todo="check the host", code="source_strange"
    )
