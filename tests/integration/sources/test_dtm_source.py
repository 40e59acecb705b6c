"""The DTM API: asked as its client asks, the envelope kept, never half."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import SHARED
from tests.integration.sources.api_servers import KEY, Dtm, record
from tests.integration.sources.web_server import Web
from warehouse.deliveries.sources import dtm as dtm_source
from warehouse.deliveries.sources.model import Source
from warehouse.deliveries.sources.pull import Outcome
from warehouse.errors import MtmError
from warehouse.settings import Home

Pull = Callable[..., list[Outcome]]
URL = "dtm://admin1?operation=Toy Crisis&from_round=3&to_round=4"


@pytest.fixture
def api(web: Web, monkeypatch: pytest.MonkeyPatch) -> Dtm:
    served = Dtm(web, [record(n, 3) for n in range(12, 0, -1)])
    monkeypatch.setenv("MTM_DTM_URL", served.url)
    return served


def answer(home: Home, url: str = URL) -> bytes:
    with dtm_source.pulled(home, Source(url)) as file:
        return file.path.read_bytes()


def test_the_envelope_is_kept_in_a_fixed_order(api: Dtm, home: Home, web: Web) -> None:
    first = answer(home)
    data = json.loads(first)
    assert [r["id"] for r in data["result"]] == list(range(1, 13))
    assert (data["isSuccess"], data["statusCode"], data["totalRecordsCount"]) == (True, 200, 12)
    _, path, headers = web.seen[0]
    assert path == "/v3/displacement/admin1?Operation=Toy+Crisis&FromRoundNumber=3&ToRoundNumber=4"
    assert headers["Ocp-Apim-Subscription-Key"] == KEY
    api.records.reverse()
    assert answer(home) == first


def test_the_client_says_where_the_api_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MTM_DTM_URL", raising=False)
    url, headers = dtm_source._through_the_client("admin2", {"CountryName": "Toyland"}, KEY, "")
    assert url == "https://dtmapi.iom.int/v3/displacement/admin2?CountryName=Toyland"
    assert headers == {"Ocp-Apim-Subscription-Key": KEY}


@pytest.mark.parametrize(("url", "said"), [("dtm://admin1", "At least one"), ("dtm://admin9?country=Toyland", "admin9"), ("dtm://admin1?country=T&rounds=3", "rounds"), ("dtm://admin1?country=T&from_round=5&to_round=3", "FromRoundNumber"), ("dtm://admin1?country=T&from_date=1.9.2024", "YYYY-MM-DD"), ("dtm://admin0?country=T&admin2_name=Hill", "level"), ("dtm://admin0?country=T&from_round=three", "no number"), ("dtm://admin0?country=T&country=U", "more than once")])  # fmt: skip
def test_a_request_that_makes_no_sense_is_not_sent(api: Dtm, pull: Pull, web: Web, url: str, said: str) -> None:
    (outcome,) = pull(url)
    assert outcome.error is not None and said in str(outcome.error)
    assert web.seen == []


def test_fewer_records_than_counted_are_no_delivery(api: Dtm, home: Home) -> None:
    api.total = 13
    with pytest.raises(MtmError, match="12 of 13 records"):
        answer(home)


def test_no_records_and_refusals_are_said(api: Dtm, home: Home) -> None:
    api.records = []
    with pytest.raises(MtmError, match="no records"):
        answer(home)
    api.success = False
    with pytest.raises(MtmError, match="No data for this operation"):
        answer(home)


def test_a_wrong_or_missing_key_says_which_variable(api: Dtm, pull: Pull, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DTMAPI_SUBSCRIPTION_KEY", "wr0ng-key-wr0ng")
    (outcome,) = pull(URL)
    assert outcome.error is not None and "DTMAPI_SUBSCRIPTION_KEY" in str(outcome.error) and "wr0ng" not in str(outcome.error)  # fmt: skip
    monkeypatch.delenv("DTMAPI_SUBSCRIPTION_KEY")
    (outcome,) = pull(URL)
    assert outcome.error is not None and outcome.error.code == "missing_secret"


def test_the_key_is_nowhere(api: Dtm, pull: Pull, no_secrets: Callable[[str], None]) -> None:
    outcomes = pull(URL) + pull("dtm://admin1")
    api.total = 99
    no_secrets(" ".join(f"{o} {o.error}" for o in outcomes + pull(URL)))


@pytest.mark.real
def test_a_real_answer(web: Web, api: Dtm, home: Home) -> None:
    path: Path = SHARED / "api" / "dtm_v3_admin1_tcd.json"
    if not path.exists():
        pytest.skip("real answers are not at hand: set MTM_SHARED to the folder that holds data/api")
    body = path.read_bytes()
    web.routes["/v3/displacement/admin1"] = lambda handler: handler.answer(200, body)
    kept = json.loads(answer(home, "dtm://admin1?country=Chad"))
    real = json.loads(body)
    assert sorted(r["id"] for r in kept["result"]) == sorted(r["id"] for r in real["result"])
    assert {k: v for k, v in kept.items() if k != "result"} == {k: v for k, v in real.items() if k != "result"}
