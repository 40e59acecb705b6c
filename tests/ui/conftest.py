"""What people see, in a real browser: the demo's site, opened from the disk by headless Chromium. Run by `make ui-test`.

`MTM_UI_HOME` (else `MTM_HOME`) names a home with the demo's releases; without it the demo is made in `.ui/home`. Pictures go to `.ui/pictures`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from warehouse.serving.report.pdf import found_chromium
from warehouse.serving.site.build import build
from warehouse.settings import PROJECT, Home

PLACE = PROJECT / ".ui"
PICTURES = PLACE / "pictures"
CHROMIUM = found_chromium()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.ui)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("no Chromium is installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def ui_home() -> Home:
    """A home with releases; the demo where none is named."""
    if named := os.environ.get("MTM_UI_HOME") or os.environ.get("MTM_HOME"):
        return Home(Path(named).absolute())
    home = Home(PLACE / "home")
    if not home.current.is_symlink():
        PLACE.mkdir(exist_ok=True)
        code = "from warehouse.cli import main; main(['demo'])"
        subprocess.run(
            [sys.executable, "-c", code], check=True, cwd=PROJECT, env={**os.environ, "MTM_HOME": str(home.root)}
        )
    return home


@pytest.fixture(scope="session")
def ui_site(ui_home: Home) -> Path:
    """The site of it; the folder is built anew each time."""
    return build(ui_home, PLACE / "site", base_url=None).folder


@pytest.fixture(scope="session")
def pictures() -> Path:
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES
