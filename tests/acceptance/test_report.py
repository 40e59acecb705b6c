"""Reports of several rounds: every number in them is the mart's, they load nothing, and equal releases give equal files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.acceptance.conftest import CommandLine
from tests.figures import Marts, check
from warehouse.serving.charts import Picture
from warehouse.serving.report import report_html, write_reports
from warehouse.serving.source import ReleaseSource, published
from warehouse.settings import Home

pytestmark = pytest.mark.slow
ROUNDS = [
    ("kgz-bma-r01", "en", 500),
    ("kgz-bma-r04", "ru", 1500),
    ("kgz-rms-r04", "ky", 400),
    ("kgz-rms-r01", "en", 250),
]


@pytest.fixture(scope="module")
def release(demo: CommandLine) -> ReleaseSource:
    return published(Home(demo.home))


@pytest.fixture(scope="module")
def marts(release: ReleaseSource) -> Marts:
    return Marts(release.folder / "mtm.duckdb")


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures take most of the time, and their numbers stand in the tables too."""
    monkeypatch.setattr(Picture, "html", lambda self: "<svg role='img'></svg>")


@pytest.mark.parametrize("round_key,lang,at_least", ROUNDS)
def test_every_number_of_a_report_is_the_marts(
    release: ReleaseSource, marts: Marts, undrawn: None, round_key: str, lang: str, at_least: int
) -> None:
    page = report_html(release, round_key, lang)
    assert check(page, marts, lang) >= at_least
    assert "SYNTHETIC" in page


def test_the_reports_of_a_release_stand_alone_and_come_out_equal(release: ReleaseSource, tmp_path: Path) -> None:
    written = write_reports(release, tmp_path / "once")
    assert [path.name for path in written] == [f"{release.brought[0]}.{lang}.html" for lang in ("en", "ru", "ky")]
    again = write_reports(release, tmp_path / "again")
    assert [path.read_bytes() for path in written] == [path.read_bytes() for path in again]
    for path in written:
        page = path.read_text(encoding="utf-8")
        assert not re.search(r"<script|<link|<iframe|<object|\bsrc=|@import|url\((?!#)|https?://(?!www\.w3\.org)", page)
        assert page.count("<svg") > 2
