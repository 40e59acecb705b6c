"""Looking at one page: it is opened, everything that it asks for and complains of is noted, a picture is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
WITHOUT_LOADING = {"preload": False}  # axe would load style sheets again by script, which the site's policy forbids


@dataclass
class Seen:
    """What a page did: messages of the console, requests that failed, requests that left the disk or this machine."""

    page: Page
    console: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    @property
    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(self.page.evaluate(OVERFLOW))

    def barriers(self) -> list[str]:
        """Serious and critical findings of axe-core: rule and the first elements."""
        found: list[dict[str, Any]] = Axe().run(self.page, options=WITHOUT_LOADING).response["violations"]
        return [
            f"{v['id']}: {[n['html'][:160] for n in v['nodes'][:2]]}"
            for v in found
            if v["impact"] in ("serious", "critical")
        ]


def opened(context: BrowserContext, path: Path | str, picture: Path | None = None) -> Seen:
    """Open a file, or an address on this machine."""
    page = context.new_page()
    seen = Seen(page)
    page.on("console", lambda m: seen.console.append(f"{m.type}: {m.text}") if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: seen.console.append(str(e)))
    page.on("requestfailed", lambda r: seen.failed.append(r.url))
    page.on(
        "request",
        lambda r: (
            seen.outside.append(r.url)
            if not r.url.startswith(("file:", "data:", "blob:", "http://127.0.0.1:"))
            else None
        ),
    )
    page.goto(path.as_uri() if isinstance(path, Path) else path)
    page.wait_for_load_state("load")
    if picture:
        page.screenshot(path=str(picture), full_page=True)
    return seen
