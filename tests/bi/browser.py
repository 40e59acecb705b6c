"""Headless Chromium on the dashboards: waits until every chart is drawn, keeps answers, errors, outside calls, a picture."""

from __future__ import annotations

import json
import time
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bi.superset.recipe import dashboards
from warehouse.serving.report.pdf import found_chromium

CHROMIUM = found_chromium()
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
DRAWN = """wanted => {
  const charts = [...document.querySelectorAll('[data-test="chart-grid-component"]')];
  const busy = document.querySelector('.loading, [data-test="loading-indicator"]');
  return charts.length === wanted && !busy && charts.every(c => c.querySelector('svg, canvas, table, .mtm, .missing-chart-container, [class*="empty"]'));
}"""


@dataclass
class Seen:
    """One dashboard. `answers`: chart title → what its query gave; `asked`: chart title → the query itself."""

    picture: Path
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: dict[str, dict[str, Any]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    text: str = ""
    errors: list[str] = field(default_factory=list)

    def data(self, title: str) -> list[dict[str, Any]]:
        """The rows that a chart was given."""
        rows: list[dict[str, Any]] = self.answers[title]["data"]
        return rows


def look(url: str, pictures: Path, width: int = 1500) -> dict[str, Seen]:
    """Opens every dashboard without a login and takes its picture."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        found = {name: _one(browser, url, name, pictures / f"{name}.png", width) for name in dashboards()}
        browser.close()
    return found


def _height(name: str) -> int:
    """Pixels that hold the whole dashboard: a window that is made taller later is drawn anew, and caught half-way."""
    return 260 + sum(8 * max(height for _, _, height in row) + 16 for row in dashboards()[name].rows)


def _one(browser: Any, url: str, name: str, picture: Path, width: int) -> Seen:
    page, seen, replies = browser.new_page(viewport={"width": width, "height": _height(name)}), Seen(picture), []
    page.on("response", lambda reply: replies.append(reply))
    page.on(
        "requestfinished",
        lambda r: seen.outside.append(r.url) if not r.url.startswith((url, "data:", "blob:")) else None,
    )
    page.goto(f"{url}/superset/dashboard/mtm-{name}/", wait_until="domcontentloaded", timeout=120_000)
    try:
        page.wait_for_function(DRAWN, arg=len(dashboards()[name].charts), timeout=180_000)
        _settle(page)
        page.wait_for_function(DRAWN, arg=len(dashboards()[name].charts), timeout=60_000)
    except Exception as error:  # the picture of a page that does not come to rest is what one wants to see
        seen.errors.append(f"not drawn: {type(error).__name__}")
    page.screenshot(path=str(picture), timeout=120_000)
    seen.text = page.inner_text("body")
    seen.errors += page.locator(
        ".ant-alert-error, [data-test='error-message'], .missing-chart-container"
    ).all_inner_texts()
    titles = {
        c["id"]: c["slice_name"]
        for reply in replies
        if reply.url.endswith(f"mtm-{name}/charts")
        for c in reply.json()["result"]
    }
    for reply in replies:
        _keep(seen, reply, titles)
    page.close()
    return seen


def _settle(page: Any, quiet: float = 1.5) -> None:
    """Waits until no request has begun or ended for a while: charts move in after their answers."""
    last = [time.monotonic()]
    page.on("request", lambda _: last.__setitem__(0, time.monotonic()))
    page.on("requestfinished", lambda _: last.__setitem__(0, time.monotonic()))
    for _ in range(200):
        page.wait_for_timeout(150)
        if time.monotonic() - last[0] > quiet:
            return


def _keep(seen: Seen, reply: Any, titles: dict[int, str]) -> None:
    address = urllib.parse.urlparse(reply.url)
    if not address.path.endswith(("/api/v1/chart/data", "/superset/explore_json/")):
        return
    form = json.loads(urllib.parse.parse_qs(address.query).get("form_data", ["{}"])[0])
    if reply.status != 200:
        seen.failed.append(f"{titles.get(form.get('slice_id'), 'a filter')}: {reply.status} {reply.text()[:500]}")
    elif "slice_id" in form:
        body = reply.json()
        seen.answers[titles[form["slice_id"]]] = body["result"][0] if "result" in body else body
        if address.path.endswith("chart/data"):
            seen.asked[titles[form["slice_id"]]] = json.loads(reply.request.post_data)
