"""Services for tests that answer as KoboToolbox (API v2) and the DTM API (v3) document it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.integration.sources.web_server import File, Handler, Web

TOKEN = "tok3n-5ecret-0f-kobo"
KEY = "subscr1ption-5ecret"
ASSET = "aToyFormUid22"


@dataclass
class Kobo:
    """A form with submissions, one export setting, and exports that take a few looks to complete."""

    web: Web
    submissions: list[dict[str, Any]] = field(default_factory=list)
    most: int = 100  # a page, as the server's owner set it
    faults: list[object] = field(default_factory=list)  # for pages: a status, "half", "grow"
    export: bytes = b""
    states: list[str] = field(default_factory=lambda: ["created", "processing", "complete"])
    asked_settings: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        base = f"/api/v2/assets/{ASSET}"
        self.web.routes |= {
            f"{base}/data.json": self._data,
            f"{base}/export-settings/esOne/data.xlsx": self._synchronous,
            f"{base}/exports/": self._create,
            f"{base}/exports/eTask1/": self._task,
            "/private-media/user/exports/form.xlsx": self._file,
        }

    @property
    def url(self) -> str:
        return f"kobo+{self.web.url}/{ASSET}"

    def _known(self, handler: Handler) -> bool:
        if handler.headers.get("Authorization") == f"Token {TOKEN}":
            return True
        handler.answer(401, b'{"detail":"Authentication credentials were not provided."}')
        return False

    def _data(self, handler: Handler) -> None:
        if not self._known(handler):
            return None
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, int):
            return handler.answer(fault, b"{}")
        if fault == "grow":
            self.submissions.append({**self.submissions[-1], "_id": self.submissions[-1]["_id"] + 1, "_uuid": "late"})
        query = {k: v[0] for k, v in parse_qs(urlsplit(handler.path).query).items()}
        start, limit = int(query.get("start", 0)), min(int(query.get("limit", 100)), self.most)
        found = self.submissions[start : start + limit]
        following = f"{self.web.url}{urlsplit(handler.path).path}?format=json&limit={limit}&start={start + limit}"
        page = {
            "count": len(self.submissions),
            "next": following if start + limit < len(self.submissions) else None,
            "previous": None,
            "results": found,
        }
        body = json.dumps(page).encode()
        if fault == "half":
            handler.answer(200, body[: len(body) // 2], Content_Length=str(len(body)))
            return handler.cut()
        return handler.answer(200, body, Content_Type="application/json")

    def _synchronous(self, handler: Handler) -> None:
        if self._known(handler):
            handler.answer(302, Location=f"{self.web.url}/private-media/user/exports/form.xlsx")

    def _file(self, handler: Handler) -> None:
        if self._known(handler):
            File(self.export, headers={"Content_Disposition": 'attachment; filename="Toy form - round1.xlsx"'})(handler)

    def _create(self, handler: Handler) -> None:
        if self._known(handler):
            size = int(handler.headers.get("Content-Length", 0))
            self.asked_settings.append(json.loads(handler.rfile.read(size)))
            handler.answer(201, json.dumps(self._state()).encode())

    def _task(self, handler: Handler) -> None:
        if self._known(handler):
            handler.answer(200, json.dumps(self._state()).encode())

    def _state(self) -> dict[str, Any]:
        status = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        result = f"{self.web.url}/private-media/user/exports/form.xlsx" if status == "complete" else None
        return {"uid": "eTask1", "status": status, "messages": {}, "result": result, "data": {"type": "xls"}}


def submission(number: int, people: int = 10) -> dict[str, Any]:
    """A submission as `data.json` holds it: names of groups and questions, and KoboToolbox's own fields."""
    return {
        "_id": number,
        "formhub/uuid": "0f0f",
        "place/region": f"Region {number}",
        "people/displaced": str(people),
        "__version__": "vOne",
        "meta/instanceID": f"uuid:{number}",
        "_xform_id_string": ASSET,
        "_uuid": f"u{number}",
        "_attachments": [{"download_url": f"https://kc.example.org/media/{number}.jpg?Signature=s1gned{number}"}],
        "_status": "submitted_via_web",
        "_geolocation": [42.87, 74.59],
        "_submission_time": "2024-09-05T10:00:00",
        "_tags": [],
        "_notes": [],
        "_validation_status": {},
        "_submitted_by": None,
    }


@dataclass
class Dtm:
    """The endpoints admin0 to admin2, with records of one operation."""

    web: Web
    records: list[dict[str, Any]] = field(default_factory=list)
    total: int | None = None
    success: bool = True

    def __post_init__(self) -> None:
        self.web.routes |= {f"/v3/displacement/admin{n}": self._records for n in range(3)}

    @property
    def url(self) -> str:
        return f"{self.web.url}/v3/displacement"

    def _records(self, handler: Handler) -> None:
        if handler.headers.get("Ocp-Apim-Subscription-Key") != KEY:
            return handler.answer(401, b'{"statusCode":401,"message":"Access denied due to invalid subscription key."}')
        body = {
            "result": self.records if self.success else None,
            "statusCode": 200,
            "isSuccess": self.success,
            "errorMessages": [] if self.success else ["No data for this operation"],
            "totalRecordsCount": len(self.records) if self.total is None else self.total,
        }
        return handler.answer(200, json.dumps(body).encode(), Content_Type="application/json")


def record(number: int, round_number: int) -> dict[str, Any]:
    """A record of the DTM API."""
    return {
        "id": number,
        "operation": "Toy Crisis",
        "admin0Name": "Toyland",
        "admin0Pcode": "TOY",
        "admin1Name": "North",
        "admin1Pcode": "TOY01",
        "numPresentIdpInd": 100 + number,
        "reportingDate": "2024-09-30T00:00:00",
        "roundNumber": round_number,
        "numberMales": None,
        "assessmentType": "BA",
    }
