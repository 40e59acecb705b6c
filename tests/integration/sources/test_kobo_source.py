"""KoboToolbox: pages to one JSON that is the same while the form is; exports as they are set; never half."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.sources.api_servers import ASSET, TOKEN, Kobo, submission
from tests.integration.sources.web_server import Web
from warehouse.codebooks.recognise import Declared
from warehouse.deliveries import vault as vault_module
from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.deliveries.sources import kobo as kobo_source
from warehouse.deliveries.sources import spool
from warehouse.deliveries.sources.model import Source
from warehouse.deliveries.sources.pull import Outcome
from warehouse.deliveries.vault import Vault
from warehouse.errors import MtmError
from warehouse.settings import Home

Pull = Callable[..., list[Outcome]]


@pytest.fixture
def form(web: Web) -> Kobo:
    return Kobo(web, [submission(n) for n in range(1, 26)], most=10)


@pytest.fixture
def json_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands for the reader of KoboToolbox JSON (it has tests of its own): the toy codebook's columns."""
    read = vault_module.read_file

    def both(path: Path, name: str | None = None, **more: Any) -> list[RawSheet]:
        if path.read_bytes()[:1] != b"{":
            return read(path, name, **more)
        rows = [
            [s["_uuid"], s["place/region"], s["people/displaced"]] for s in json.loads(path.read_bytes())["results"]
        ]
        table = tmp_path / "submissions.csv"
        table.write_text("\n".join(",".join(r) for r in [["_uuid", "Region", "Displaced people"], *rows]) + "\n")
        return read(table, name, **more)

    monkeypatch.setattr(vault_module, "read_file", both)


def bytes_of(home: Home, url: str) -> bytes:
    with kobo_source.pulled(home, Source(url)) as file:
        return file.path.read_bytes()


def pages(web: Web) -> list[str]:
    return [path.split("start=")[1].split("&")[0] for _, path, _ in web.seen if "data.json" in path]


def test_all_pages_become_one_delivery_in_the_shape_of_the_api(form: Kobo, home: Home, web: Web) -> None:
    data = json.loads(bytes_of(home, form.url))
    assert list(data) == ["count", "results"] and data["count"] == 25
    assert [s["_id"] for s in data["results"]] == list(range(1, 26))
    assert data["results"][0]["place/region"] == "Region 1" and data["results"][0]["_geolocation"] == [42.87, 74.59]
    assert pages(web) == ["0", "10", "20"]
    assert all(headers["Authorization"] == f"Token {TOKEN}" for _, _, headers in web.seen)


def test_an_unchanged_form_gives_the_same_bytes(form: Kobo, home: Home) -> None:
    first = bytes_of(home, form.url)
    form.most = 7
    form.submissions = [dict(reversed(s.items())) for s in reversed(form.submissions)]
    for s in form.submissions:
        s["_attachments"] = [{"download_url": s["_attachments"][0]["download_url"].replace("s1gned", "again")}]
    assert bytes_of(home, form.url) == first
    assert b"Signature" not in first
    form.submissions[3]["people/displaced"] = "11"
    assert bytes_of(home, form.url) != first


@pytest.mark.parametrize("fault", [503, 500, "half"])
def test_a_page_is_asked_for_again_and_the_ones_before_are_kept(form: Kobo, home: Home, web: Web, fault: object) -> None:  # fmt: skip
    form.faults = [None, fault, fault, None]
    assert json.loads(bytes_of(home, form.url))["count"] == 25
    assert pages(web) == ["0", "10", "10", "10", "20"]


def test_the_next_pull_goes_on_at_the_page(form: Kobo, home: Home, web: Web) -> None:
    form.faults = [None, None, *[503] * 6]
    with pytest.raises(MtmError) as failed:
        bytes_of(home, form.url)
    assert failed.value.code == "source_unavailable"
    web.seen.clear()
    assert json.loads(bytes_of(home, form.url))["count"] == 25
    assert pages(web) == ["20"]
    assert [p for p in (home.build / "pulls").iterdir() if p.suffix != ".lock"] == []


def test_what_lay_too_long_starts_again(form: Kobo, home: Home, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    form.faults = [None, None, *[503] * 6]
    with pytest.raises(MtmError):
        bytes_of(home, form.url)
    monkeypatch.setattr(spool, "FRESH_SECONDS", -1)
    web.seen.clear()
    bytes_of(home, form.url)
    assert pages(web)[0] == "0"


def test_a_form_that_changes_while_it_is_read_is_read_again(form: Kobo, home: Home) -> None:
    form.faults = [None, "grow"]
    assert json.loads(bytes_of(home, form.url))["count"] == 26
    form.faults = [None, "grow"] * 9
    with pytest.raises(MtmError) as failed:
        bytes_of(home, form.url)
    assert failed.value.code == "source_changing"


def test_fewer_submissions_than_counted_are_no_delivery(form: Kobo, home: Home, web: Web) -> None:
    page = {"count": 25, "next": None, "previous": None, "results": form.submissions[:10]}
    web.routes[f"/api/v2/assets/{ASSET}/data.json"] = lambda h: h.answer(200, json.dumps(page).encode())
    with pytest.raises(MtmError, match="10 of 25 submissions"):
        bytes_of(home, form.url)


@pytest.mark.parametrize("page", [[], {"results": []}, {"count": 1, "next": None, "results": [{"q": 1}]}, {"count": 1, "next": "http://elsewhere.example.org/?start=1", "results": [{"_id": 1}]}])  # fmt: skip
def test_another_shape_is_refused(form: Kobo, home: Home, web: Web, page: Any) -> None:
    web.routes[f"/api/v2/assets/{ASSET}/data.json"] = lambda h: h.answer(200, json.dumps(page).encode())
    with pytest.raises(MtmError) as failed:
        bytes_of(home, form.url)
    assert failed.value.code == "source_strange" and len(web.seen) == 1


def test_a_form_without_submissions_is_no_delivery(form: Kobo, home: Home) -> None:
    form.submissions = []
    with pytest.raises(MtmError) as failed:
        bytes_of(home, form.url)
    assert failed.value.code == "source_empty"


def test_a_wrong_or_missing_token_says_which_variable(form: Kobo, pull: Pull, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setenv("MTM_KOBO_TOKEN", "wr0ng-token-0f-kobo")
    (outcome,) = pull(form.url)
    assert outcome.error is not None and outcome.error.code == "source_unauthorised"
    assert "MTM_KOBO_TOKEN" in str(outcome.error) and "wr0ng" not in str(outcome.error)
    monkeypatch.delenv("MTM_KOBO_TOKEN")
    (outcome,) = pull(form.url)
    assert outcome.error is not None and outcome.error.code == "missing_secret"
    assert "export MTM_KOBO_TOKEN" in str(outcome.error) and len(web.seen) == 1


def test_each_source_has_its_own_token(form: Kobo, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MTM_KOBO_TOKEN")
    monkeypatch.setenv("MTM_KOBO_TOKEN_TOY", TOKEN)
    with kobo_source.pulled(home, Source(form.url, secret_env="MTM_KOBO_TOKEN_TOY")) as file:
        assert file.path.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("json_reader")
def test_a_form_is_a_delivery_and_unchanged_nothing_new(form: Kobo, pull: Pull, vault: Vault) -> None:
    source = Source(form.url, "toy/kobo-baseline", Declared("toy", "baseline", 3))
    (first,), (second,) = pull(source), pull(source)
    assert first.receipt is not None and first.receipt.is_new
    assert second.receipt is not None and not second.receipt.is_new
    delivery = vault.current("toy-baseline-r03")
    assert delivery.source_name == "toy/kobo-baseline" and delivery.file_name == f"{ASSET}.json"
    assert delivery.source == f"{form.web.url}/api/v2/assets/{ASSET}/data.json"
    form.submissions.append(submission(26))
    pull(source)
    form.submissions.pop()  # deleted in KoboToolbox: what stood before stands again
    pull(source)
    assert [d.restores for d in vault.deliveries("toy-baseline-r03")] == [None, None, 1]


@pytest.mark.parametrize("what", ["export-settings/esOne", "export-settings/esOne/data.xlsx", "exports?lang=English (en)"])  # fmt: skip
def test_exports(form: Kobo, pull: Pull, vault: Vault, rows_file: Callable[..., bytes], what: str) -> None:
    form.export = rows_file(1)
    (outcome,) = pull(f"{form.url}/{what}")
    assert outcome.receipt is not None, outcome.error
    delivery = outcome.receipt.delivery
    assert delivery.file_name == "Toy form - round1.xlsx" and vault.path(delivery).read_bytes() == form.export
    if "exports?" in what:
        assert form.asked_settings[0]["lang"] == "English (en)" and form.asked_settings[0]["type"] == "xls"


def test_the_same_export_made_again_is_nothing_new(form: Kobo, pull: Pull, vault: Vault, tmp_path: Path) -> None:
    import xlsxwriter

    def made(people: int, day: int) -> bytes:
        with xlsxwriter.Workbook(str(tmp_path / "e.xlsx")) as book:
            from datetime import datetime

            book.set_properties({"created": datetime(2024, 9, day)})
            page = book.add_worksheet("data")
            for i, row in enumerate([["Region", "Displaced people"], ["North", people]]):
                page.write_row(i, 0, row)
        return (tmp_path / "e.xlsx").read_bytes()

    url = f"{form.url}/export-settings/esOne"
    news = []
    for people, day in ((5, 1), (5, 2), (6, 3)):
        form.export = made(people, day)
        (outcome,) = pull(url)
        news.append(outcome.receipt is not None and outcome.receipt.is_new)
    assert news == [True, False, True]
    assert len(vault.deliveries("toy-baseline-r01")) == 2


def test_an_export_that_fails_is_said(form: Kobo, pull: Pull) -> None:
    form.states = ["created", "error"]
    (outcome,) = pull(f"{form.url}/exports")
    assert outcome.error is not None and "status error" in str(outcome.error)


def test_an_export_that_never_ends_is_given_up(form: Kobo, pull: Pull, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kobo_source, "EXPORT_SECONDS", 0.05)
    form.states = ["processing"]
    (outcome,) = pull(f"{form.url}/exports")
    assert outcome.error is not None and outcome.error.code == "source_timeout"


@pytest.mark.usefixtures("json_reader")
def test_secrets_are_nowhere(form: Kobo, pull: Pull, no_secrets: Callable[[str], None]) -> None:
    form.faults = [503, "half"]
    outcomes = pull(Source(form.url, "toy/kobo", Declared("toy", "baseline", 3)))
    outcomes += pull(f"{form.url}/nothing/at/all") + pull(f"{form.url}Other")
    no_secrets(" ".join(f"{o} {o.error}" for o in outcomes))
