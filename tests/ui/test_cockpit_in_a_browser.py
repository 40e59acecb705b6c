"""The cockpit in a browser, for real: a file is dropped, the sensor takes it, the run is watched, checks and verdicts are read.

`mtm dev` with its daemon runs on a toy country; Chromium drives the UI; alerts go to a webhook on loopback. Pictures are
`.ui/pictures/dagster-*.png`. Waiting is asking again: nothing sleeps for a fixed time.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.faults import toyland
from tests.faults.dagster_running import Dagster, running
from tests.faults.lab import patiently
from tests.faults.served import what_is_served
from tests.integration.alerts import hooks
from warehouse.settings import PROJECT, Home

ONE, TWO = toyland.round_key(1), toyland.round_key(2)
MINUTE = 60_000
TICKS = """query($n: String!) {sensorOrError(sensorSelector: {repositoryName: "__repository__", repositoryLocationName: "mtm", sensorName: $n})
  {... on Sensor {sensorState {status ticks(limit: 40) {status runIds skipReason}}}}}"""
STATE = """query($p: [String!]!) {assetNodeOrError(assetKey: {path: $p}) {... on AssetNode {
  latestMaterializationByPartition {partition runId} assetPartitionStatuses {... on DefaultPartitionStatuses
  {materializedPartitions failedPartitions materializingPartitions unmaterializedPartitions}}}}}"""


@dataclass
class Cockpit:
    """What the tests go through, one after the other."""

    home: Home
    dagster: Dagster
    page: Page
    hook: hooks.Hook
    folder: Path
    pictures: Path

    def drop(self, path: Path) -> None:
        """As a person does: the file is copied under another name first, then it is there."""
        hidden = self.home.inbox / f".{path.name}"
        shutil.copy(path, hidden)
        hidden.rename(self.home.inbox / path.name)

    def see(self, where: str, text: str | re.Pattern[str], picture: str = "") -> None:
        """Open a page of the UI, wait until it shows a text, and take its picture."""
        self.page.goto(f"{self.dagster.url}{where}")
        self.shows(text)
        if picture:
            self.shoot(picture)

    def shows(self, text: str | re.Pattern[str], seconds: float = 90) -> None:
        """Wait until the page shows a text."""
        expect(self.page.get_by_text(text).locator("visible=true").first).to_be_visible(timeout=seconds * 1000)

    def shoot(self, name: str) -> None:
        """A picture, once nothing turns any more."""
        with suppress(Exception):
            self.page.wait_for_load_state("networkidle", timeout=5000)
        self.page.screenshot(path=str(self.pictures / f"dagster-{name}.png"))

    def ticks(self, sensor: str) -> list[dict[str, Any]]:
        ticks: list[dict[str, Any]] = self.dagster.ask(TICKS, n=sensor)["sensorOrError"]["sensorState"]["ticks"]
        return ticks

    def partitions(self, asset: str) -> dict[str, list[str]]:
        """State → rounds of an asset."""
        found: dict[str, list[str]] = self.dagster.ask(STATE, p=[asset])["assetNodeOrError"]["assetPartitionStatuses"]
        return found

    def told(self, *words: str, seconds: float = 120) -> str:
        """The alert that holds these words, once it arrived."""
        patiently(lambda: any(all(w in text for w in words) for text in self.hook.texts), seconds, 0.5)
        return next(text for text in self.hook.texts if all(w in text for w in words))


@pytest.fixture(scope="module")
def cockpit(browser: Browser, tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> Iterator[Cockpit]:
    folder = tmp_path_factory.mktemp("cockpit")
    home = Home(folder / "home").ensure()
    own = {"MTM_HOME": str(home.root), "MTM_OPERATIONS": str(toyland.operation(folder)), "PYTHONPATH": str(PROJECT)}
    alone = {k: v for k, v in os.environ.items() if not k.startswith(("MTM_ALERT_", "MTM_UI", "MTM_PAGES", "DAGSTER_"))}
    with hooks.serve() as hook:
        own |= {"MTM_ALERT_SLACK_URL": hook.url, "MTM_HANDOUTS": "off", "MTM_DBT_TARGET": str(folder / "dbt")}
        (folder / "dbt").mkdir()
        with running({**alone, **own}, folder / "dagster.log") as dagster:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            yield Cockpit(home, dagster, page, hook, folder, pictures)
            page.close()


def broken(path: Path) -> Path:
    """The same delivery with counts that are none."""
    book = openpyxl.load_workbook(path)
    for row in range(2, 6):
        book["data"].cell(row, 6).value = "12,5"
    target = path.with_name(f"{path.stem} wrong.xlsx")
    book.save(target)
    return target


def test_a_dropped_file_is_taken_run_and_published(cockpit: Cockpit) -> None:
    cockpit.see("/automation", "inbox", "automation")
    cockpit.drop(toyland.delivery(cockpit.folder, 1))
    patiently(lambda: any(t["runIds"] for t in cockpit.ticks("inbox")), 180, 1.0)
    (run,) = cockpit.dagster.runs(ONE)
    cockpit.page.locator("a[href*='/sensors/inbox']").locator("visible=true").first.click()
    cockpit.shows("1 run requested")
    cockpit.shoot("sensor")
    cockpit.see(f"/runs/{run['runId']}", "release", "run")
    assert cockpit.dagster.ended(ONE, 1)["status"] == "SUCCESS", cockpit.dagster.log.read_text()[-3000:]
    served = what_is_served(cockpit.home.root)
    assert served is not None and served.people == {ONE: toyland.people(1)}
    assert cockpit.partitions("release")["materializedPartitions"] == [ONE]
    cockpit.see(f"/assets/release?view=partitions&partition={ONE}", ONE, "published")
    assert not list(cockpit.home.inbox.glob("*.xlsx"))


def test_a_file_that_is_none_is_refused_with_a_reason_and_told(cockpit: Cockpit) -> None:
    path = cockpit.folder / "toy round 9.xlsx"
    path.write_bytes(b"this is no workbook")
    cockpit.drop(path)
    text = cockpit.told("toy round 9.xlsx", "inbox/refused")
    assert (cockpit.home.inbox / "refused" / "toy round 9.xlsx.txt").is_file() and "Where" not in text
    cockpit.see("/automation", "inbox")
    assert any("refused" in (t["skipReason"] or "") for t in cockpit.ticks("inbox"))


def test_a_wrong_delivery_is_refused_with_a_sentence_and_told(cockpit: Cockpit) -> None:
    before = what_is_served(cockpit.home.root)
    cockpit.drop(broken(toyland.delivery(cockpit.folder, 2)))
    patiently(lambda: cockpit.dagster.runs(TWO), 180, 1.0)
    run = cockpit.dagster.ended(TWO, 1)
    assert run["status"] == "FAILURE"
    assert what_is_served(cockpit.home.root) == before
    assert TWO not in cockpit.partitions("release")["materializedPartitions"]
    cockpit.see("/assets/canonical_round?view=checks", "normalized_gate")
    cockpit.page.get_by_text("normalized_gate").locator("visible=true").first.click()
    cockpit.shows(re.compile("Refused", re.IGNORECASE))
    cockpit.shoot("refused")
    cockpit.see(f"/runs/{run['runId']}", re.compile("Failure|Failed"), "refused-run")
    text = cockpit.told(TWO, "refused", "not a whole number", run["runId"])
    assert "mtm findings" in text and not [s for s in toyland.secrets() if s in text]


def test_the_verdict_is_one_click_away(cockpit: Cockpit) -> None:
    cockpit.see("/assets/canonical_round?view=checks", "normalized_gate")
    cockpit.page.get_by_text("normalized_gate").locator("visible=true").first.click()
    link = cockpit.page.locator(f"a[href*='/{TWO}/'][href$='index.html']").locator("visible=true").first
    link.wait_for(timeout=2 * MINUTE)
    with cockpit.page.context.expect_page(timeout=MINUTE) as opened:
        link.click()
    verdict = opened.value
    verdict.wait_for_load_state("load")
    verdict.screenshot(path=str(cockpit.pictures / "dagster-verdict.png"))
    assert TWO in verdict.content() and "refused" in verdict.content().lower()
    verdict.close()


def test_a_corrected_redelivery_is_published_and_the_partition_is_true(cockpit: Cockpit) -> None:
    cockpit.drop(toyland.delivery(cockpit.folder, 2))
    patiently(lambda: len(cockpit.dagster.runs(TWO)) == 2, 180, 1.0)
    run = cockpit.dagster.ended(TWO, 2)
    assert run["status"] == "SUCCESS"
    served = what_is_served(cockpit.home.root)
    assert served is not None and served.people == {ONE: toyland.people(1), TWO: toyland.people(2)}
    states = cockpit.partitions("release")
    assert sorted(states["materializedPartitions"]) == [ONE, TWO] and states["failedPartitions"] == []
    cockpit.see(f"/assets/release?view=partitions&partition={TWO}", TWO, "corrected")
    cockpit.told(TWO, "published after all", run["runId"])
