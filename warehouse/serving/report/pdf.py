"""The report as PDF: the page of the report, printed by a Chromium that is on the machine.

Finding and running the browser belongs here. It gets a file and loads nothing; what the pages look like is the style's matter.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from warehouse.errors import MtmError

VARIABLE = "MTM_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
SECONDS = 120
FLAGS = (
    "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-extensions",
    "--disable-sync", "--no-pdf-header-footer", "--hide-scrollbars",
)  # fmt: skip


def found_chromium() -> str | None:
    """The browser: MTM_CHROMIUM, or the first of the usual names on the PATH; None where there is none."""
    stated = os.environ.get(VARIABLE)
    return shutil.which(stated) if stated else next((path for name in NAMES if (path := shutil.which(name))), None)


def chromium() -> str:
    """The browser. Raises MtmError where there is none."""
    if found := found_chromium():
        return found
    stated = os.environ.get(VARIABLE)
    raise MtmError(
        f"there is no Chromium at {VARIABLE}" if stated else "a PDF needs a Chromium, and none was found",
        expected=f"a program that {VARIABLE} names, or on the PATH one of: " + ", ".join(NAMES),
        todo=f"install one (Debian: apt-get install chromium), set {VARIABLE}, or leave out the PDF and print the HTML from a browser",
        code="no_chromium",
    )


def pdf(page: str) -> bytes:
    """The PDF of a page. Raises MtmError: no Chromium, or it made no PDF."""
    browser = chromium()
    with tempfile.TemporaryDirectory(prefix="mtm-report-") as name:
        folder = Path(name)
        (folder / "report.html").write_text(page, encoding="utf-8")
        target = folder / "report.pdf"
        root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # its sandbox refuses root
        command = [browser, *FLAGS, *root, f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={target}"]
        try:
            done = subprocess.run([*command, (folder / "report.html").as_uri()], capture_output=True, timeout=SECONDS)
        except (subprocess.TimeoutExpired, OSError) as error:
            raise _failed(browser, type(error).__name__) from error
        if done.returncode != 0 or not target.is_file() or not target.read_bytes().startswith(b"%PDF"):
            raise _failed(browser, f"exit code {done.returncode}")
        return target.read_bytes()


def _failed(browser: str, why: str) -> MtmError:
    return MtmError(
        f"{Path(browser).name} made no PDF ({why})",
        expected="a Chromium that can print a page without a screen",
        todo=f"try another one ({VARIABLE}=PATH), or print the HTML from a browser",
        code="pdf_failed",
    )
