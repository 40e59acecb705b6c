"""Building the site: the same bytes each time, the folder replaced as a whole, and only what readers may see."""

from __future__ import annotations

import hashlib
import shutil
import threading
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.unit.releases import made
from tests.unit.serving.site.conftest import BASE_URL
from warehouse.deliveries.disk import file_hash
from warehouse.errors import UsageError
from warehouse.releases.gc import collect
from warehouse.releases.manifest import read_manifest
from warehouse.releases.pointer import flip
from warehouse.serving.site import build as building
from warehouse.serving.site.build import build
from warehouse.serving.site.serve import server
from warehouse.settings import Home


def tree(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): file_hash(p) for p in sorted(folder.rglob("*")) if p.is_file()}


def states(site: Path) -> dict[str, str]:
    soup = BeautifulSoup((site / "en/releases.html").read_text(encoding="utf-8"), "html.parser")
    return {row.th.a.get_text(strip=True): row.select("span.badge")[-1].get_text(strip=True) for row in soup.select("tbody tr")}


def test_the_same_home_gives_the_same_bytes_also_over_the_site_before(made_home: Home, site: Path, tmp_path: Path) -> None:
    shutil.copytree(site, tmp_path / "a")
    again = tree(build(made_home, tmp_path / "a", base_url=BASE_URL).folder)
    apart = tree(build(made_home, tmp_path / "deep" / "b", base_url=BASE_URL).folder)
    assert tree(site) == again == apart and len(again) > 90
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "deep"]  # nothing is left beside


def test_a_folder_that_is_no_site_is_left_as_it_is(made_home: Home, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "notes")
    for out in ("notes", "link"):
        with pytest.raises(UsageError) as refused:
            build(made_home, tmp_path / out)
        assert refused.value.code == "not_a_site"
    assert tree(tmp_path / "notes") == {"mine.txt": hashlib.sha256(b"mine").hexdigest()}


def test_a_failure_leaves_the_site_before(made_home: Home, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(site, tmp_path / "site")

    def torn(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(building, "_marker", torn)
    with pytest.raises(OSError, match="no space"):
        build(made_home, tmp_path / "site")
    assert tree(tmp_path / "site") == tree(site) and [p.name for p in tmp_path.iterdir()] == ["site"]


def test_what_is_held_back_is_nowhere_in_the_site_and_what_was_removed_is_told(own_home: Callable[[], Home], tmp_path: Path) -> None:
    home = own_home()
    collect(home, keep=1)  # the first one goes; it remains listed
    held = made.published(home, {"A": 999, "B": 4321}, hold=True, day="2026-01-05")
    site = build(home, tmp_path / "site", base_url="https://data.example.org").folder
    assert states(site) == {"r000003": "Current", "r000002": "Superseded", "r000001": "Removed"}
    assert not list(site.rglob(f"*{held.release_id}*"))
    for path in (p for p in site.rglob("*") if p.suffix in {".html", ".js", ".json", ".xml"}):
        text = path.read_text(encoding="utf-8")
        assert held.release_id not in text and held.content_hash[:12] not in text, path


def test_a_release_that_was_rolled_back_is_withdrawn_and_gives_no_files(own_home: Callable[[], Home], tmp_path: Path) -> None:
    home = own_home()
    flip(home, "r000002", "r000003")
    site = build(home, tmp_path / "site", every=True).folder
    assert not (site / "feed.xml").exists() and not (site / "sitemap.xml").exists()  # nobody said where it will stand
    assert 'rel="canonical"' not in (site / "en/index.html").read_text(encoding="utf-8")
    assert states(site) == {"r000003": "Withdrawn", "r000002": "Current", "r000001": "Superseded"}
    assert sorted(p.name for p in (site / "files").iterdir()) == ["r000001", "r000002"]
    assert sorted(p.name for p in (site / "gate").iterdir()) == ["r000001", "r000002"]
    assert "use its figures" in (site / "en/releases/r000003.html").read_text(encoding="utf-8")
    assert ">120<" in (site / "en/index.html").read_text(encoding="utf-8")


def test_downloads_are_the_files_of_the_release(made_home: Home, site: Path) -> None:
    files = read_manifest(made_home.releases / "r000003").files
    assert file_hash(site / "files/r000003/mtm.duckdb") == files["mtm.duckdb"]["sha256"]
    assert [p.name for p in (site / "files").iterdir()] == ["r000003"]  # of older ones only where asked for
    with zipfile.ZipFile(site / "files/r000003/parquet.zip") as archive:
        for entry in archive.infolist():
            name = "parquet/" + entry.filename.split("/")[-1]
            assert hashlib.sha256(archive.read(entry)).hexdigest() == files[name]["sha256"]
    page = (site / "en/downloads.html").read_text(encoding="utf-8")
    assert files["mtm.duckdb"]["sha256"] in page and file_hash(site / "files/r000003/parquet.zip") in page


def test_an_operation_that_is_not_there_is_told(made_home: Home, tmp_path: Path) -> None:
    assert build(made_home, tmp_path / "site", operation="toy").releases == 3
    with pytest.raises(UsageError, match="toy"):
        build(made_home, tmp_path / "other", operation="kgz")
    with pytest.raises(UsageError, match="nothing has been published"):
        build(Home(tmp_path / "empty").ensure(), tmp_path / "none")


@pytest.mark.parametrize("address", ["data.example.org", "ftp://data.example.org", "https://user:secret@data.example.org", "https://a.org/?q=1"])
def test_an_address_that_is_none_is_refused_without_repeating_it(made_home: Home, tmp_path: Path, address: str) -> None:
    with pytest.raises(UsageError) as refused:
        build(made_home, tmp_path / "site", base_url=address)
    assert refused.value.code == "bad_base_url" and "secret" not in str(refused.value)


def test_the_server_for_a_look_is_on_loopback_and_shows_the_sites_own_404(site: Path) -> None:
    with server(site, 0) as running:
        assert running.server_address[0] == "127.0.0.1"
        threading.Thread(target=running.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{running.server_port}"
        with urllib.request.urlopen(f"{base}/ky/index.html", timeout=5) as answer:
            assert b'lang="ky"' in answer.read()
        with pytest.raises(urllib.error.HTTPError) as lost:
            urllib.request.urlopen(f"{base}/en/deep/nowhere.html", timeout=5)
        assert lost.value.code == 404 and b'href="/mtm/en/index.html"' in lost.value.read()
        running.shutdown()
