"""The last reading is given once, for the same bytes, and a large one is not kept."""

from __future__ import annotations

import pytest

from warehouse.deliveries.readers import last
from warehouse.deliveries.readers.sheet import RawSheet


def test_it_is_given_once_for_the_same_bytes() -> None:
    sheets = [RawSheet("a", [["1", "2"]])]
    last.keep("one", sheets)
    assert last.given("other") is None
    assert last.given("one") is sheets
    assert last.given("one") is None


def test_one_is_kept_and_no_large_one(monkeypatch: pytest.MonkeyPatch) -> None:
    last.keep("one", [RawSheet("a", [["1"]])])
    last.keep("two", [RawSheet("a", [["2"]])])
    assert last.given("one") is None
    monkeypatch.setattr(last, "CELLS", 3)
    last.keep("large", [RawSheet("a", [["1", "2"], ["3", "4"]])])
    assert last.given("two") is None
    assert last.given("large") is None
