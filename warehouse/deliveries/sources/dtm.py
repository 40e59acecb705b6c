"""The DTM API v3: figures of one operation or country, saved as the API's own JSON envelope.

    dtm://admin1?operation=…&from_round=…&to_round=…

The client `dtmapi` says which address, parameters and header a request has, and checks the parameters; the transfer is
ours, so that it is retried, redacted and never half. Facts of the API: one answer holds everything, with
`totalRecordsCount`; `isSuccess` is false where it refused.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from warehouse.deliveries.sources.address import host_of, is_loopback, query_of
from warehouse.deliveries.sources.model import Source
from warehouse.deliveries.sources.retry import SourceError
from warehouse.deliveries.sources.secrets import required
from warehouse.deliveries.sources.transfer import Pulled, fetched, truncated
from warehouse.deliveries.sources.web import Caller
from warehouse.deliveries.sources.web_file import opened
from warehouse.settings import Home

LEVELS = ("admin0", "admin1", "admin2")
PARAMETERS = {
    "operation": "Operation",
    "country": "CountryName",
    "admin0_pcode": "Admin0Pcode",
    "admin1_name": "Admin1Name",
    "admin1_pcode": "Admin1Pcode",
    "admin2_name": "Admin2Name",
    "admin2_pcode": "Admin2Pcode",
    "from_date": "FromReportingDate",
    "to_date": "ToReportingDate",
    "from_round": "FromRoundNumber",
    "to_round": "ToRoundNumber",
}
NUMBERS = ("from_round", "to_round")


@contextmanager
def pulled(home: Home, source: Source) -> Iterator[Pulled]:
    """The answer of the API, checked and in a fixed order."""
    level, arguments = _request(source.url)
    where = f"the DTM API, dtm://{level}"
    key = required(source, "the DTM API", "a subscription key of dtm.iom.int")
    url, headers = _through_the_client(level, arguments, key, where)
    caller = Caller("the DTM API", headers, source.secret_variable, host_of(url))
    with fetched(home, url, where, f"dtm_{level}.json", f"dtm://{level}", partial(opened, caller, url)) as answer:
        _settle(answer.path, where)
        yield Pulled(answer.path, _name(level, arguments), f"dtm://{host_of(url)}/{level}")


def _request(url: str) -> tuple[str, dict[str, Any]]:
    """The level and the parameters, by the client's names."""
    level = (urlsplit(url).netloc + urlsplit(url).path).strip("/")
    query = query_of(url)
    unknown = sorted(set(query) - set(PARAMETERS))
    if level not in LEVELS or unknown:
        raise _bad_request(
            f"the DTM API has no {level!r}" if level not in LEVELS else f"unknown parameter {', '.join(unknown)}",
            f"dtm://{'|'.join(LEVELS)}?" + "&".join(f"{k}=…" for k in PARAMETERS),
        )
    if bad := [k for k in NUMBERS if k in query and not query[k].isdigit()]:
        raise _bad_request(f"{', '.join(bad)} is no number", "a round's number")
    return level, {PARAMETERS[k]: int(v) if k in NUMBERS else v for k, v in query.items()}


def _through_the_client(level: str, arguments: dict[str, Any], key: str, where: str) -> tuple[str, dict[str, str]]:
    """Address and header as the client `dtmapi` would ask (its own transfer is not used)."""
    import dtmapi  # type: ignore[import-untyped]

    class Client(dtmapi.DTMApi):  # type: ignore[misc]
        """Says what it would ask instead of asking."""

        def _fetch_data(self, api_url: str, params: Any = None, *_: Any, **__: Any) -> Any:
            return api_url, params or {}, self._headers()

    try:
        client = Client(subscription_key=key)
        url, params, headers = getattr(client, f"get_idp_{level}_data")(**arguments, to_pandas=False)
    except (dtmapi.ValidationError, TypeError) as error:
        what = str(error) if isinstance(error, dtmapi.ValidationError) else "a parameter does not fit this level"
        raise _bad_request(what, "one of operation, country, admin0_pcode; dates as YYYY-MM-DD; rounds in order") from None  # fmt: skip
    base = os.environ.get("MTM_DTM_URL", "").rstrip("/")
    if base:
        url = f"{base}/{level}"
    if urlsplit(url).scheme != "https" and not is_loopback(host_of(url)):
        raise _bad_request("http sends the key in the clear", "https in MTM_DTM_URL")
    return f"{url}?{urlencode(params)}", {"Ocp-Apim-Subscription-Key": headers["Ocp-Apim-Subscription-Key"]}


def _settle(path: Path, where: str) -> None:
    """Check the envelope, and write it in a fixed order: the same figures are the same bytes."""
    try:
        data = json.loads(path.read_bytes())
    except ValueError:
        raise truncated(where, "the answer is no whole JSON") from None
    if not isinstance(data, dict) or not isinstance(data.get("result"), list) or not data.get("isSuccess"):
        told = data.get("errorMessages") if isinstance(data, dict) else None
        raise SourceError(
            f"the DTM API refuses: {'; '.join(map(str, told))}" if isinstance(told, list) and told
            else "the answer is not what the API documents",
            where=where, expected="isSuccess and a result", todo="check operation, country and dates", code="source_refused",
        )  # fmt: skip
    rows, total = data["result"], data.get("totalRecordsCount")
    if isinstance(total, int) and total != len(rows):
        raise truncated(where, f"{len(rows)} of {total} records came")
    if not rows:
        raise SourceError(
            "the DTM API has no records for this", where=where, expected="at least one",
            todo="check operation, country, rounds and dates", code="source_empty",
        )  # fmt: skip
    data["result"] = sorted(rows, key=lambda r: (str(r.get("id", "")).zfill(20) if isinstance(r, dict) else "", json.dumps(r, sort_keys=True)))  # fmt: skip
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8", errors="backslashreplace")


def _name(level: str, arguments: dict[str, Any]) -> str:
    """`dtm_admin1_Chad.json`: for people only, the rows say what round they are."""
    words = [str(arguments[k]) for k in ("Operation", "CountryName", "Admin0Pcode") if k in arguments]
    return "_".join(["dtm", level, *words]).replace("/", "-").replace(" ", "_") + ".json"


def _bad_request(what: str, expected: str) -> SourceError:
    return SourceError(what, where="dtm://", expected=expected, todo="correct the URL of the source", code="bad_url")
