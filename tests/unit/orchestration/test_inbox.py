"""The inbox: a file is taken when it stands still, refused with a reason beside it, never lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.inbox import look, still, take
from warehouse.deliveries.vault import Vault
from warehouse.errors import MtmError
from warehouse.settings import Home


def test_hidden_locked_and_half_copied_files_are_left_alone(home: Home) -> None:
    for name in (".hidden", "~$open.xlsx", "big.xlsx.part", "big.TMP", "round1.xlsx"):
        (home.inbox / name).write_bytes(b"x")
    (home.received).mkdir()
    assert list(look(home.inbox)) == ["round1.xlsx"]


def test_a_file_stands_still_when_size_and_time_do() -> None:
    before = {"grows": [1, 10], "still": [5, 10], "touched": [5, 10], "older": [5, 3]}
    now = {"grows": [2, 10], "still": [5, 10], "touched": [5, 11], "older": [5, 3], "new": [1, 1]}
    assert still(before, now) == ["older", "still"]


def test_a_readable_file_is_received_and_moved(home: Home, deliver: Callable[..., Path]) -> None:
    deliver("toy round1.xlsx")
    taken = take(home, "toy round1.xlsx")
    assert taken.receipt is not None and taken.receipt.delivery.round_key == "toy-baseline-r01"
    assert taken.receipt.delivery.source == "inbox"
    assert [p.name for p in (home.received).iterdir()] == ["toy round1.xlsx"]


def test_an_unreadable_file_is_refused_with_one_line_beside_it(home: Home) -> None:
    (home.inbox / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    taken = take(home, "broken.xlsx")
    refused = home.inbox / "refused"
    assert taken.receipt is None and taken.reason
    assert sorted(p.name for p in refused.iterdir()) == ["broken.xlsx", "broken.xlsx.txt"]
    assert (refused / "broken.xlsx.txt").read_text(encoding="utf-8") == taken.reason + "\n"
    assert taken.reason.count("\n") == 0


def test_a_second_file_of_the_same_name_is_kept_beside_the_first(home: Home) -> None:
    for content in (b"one", b"two"):
        (home.inbox / "note.bin").write_bytes(content)
        take(home, "note.bin")
    kept = {p.name: p.read_bytes() for p in (home.inbox / "refused").glob("*.bin")}
    assert kept == {"note.bin": b"one", "note (2).bin": b"two"}


def test_names_at_the_limit_of_the_file_system_are_refused_like_others(home: Home) -> None:
    name = "я" * 120 + " [*].xlsx"  # 249 bytes
    for _ in range(2):
        (home.inbox / name).write_bytes(b"not a workbook")
        assert take(home, name).receipt is None
    kept = sorted(len(os.fsencode(p.name)) for p in (home.inbox / "refused").iterdir())
    assert len(kept) == 4 and kept[-1] <= 255 and look(home.inbox) == {}


def test_a_name_of_unknown_bytes_is_taken_and_shown_as_text(home: Home, deliver: Callable[..., Path]) -> None:
    raw = os.fsencode(home.inbox) + b"/round1 \xd0\xff.xlsx"
    os.rename(deliver("toy round1.xlsx"), raw)
    (name,) = look(home.inbox)
    taken = take(home, name)
    assert taken.receipt is not None and taken.receipt.delivery.file_name == "round1 \ufffd\ufffd.xlsx"


def test_a_fault_nobody_foresaw_does_not_stop_the_others(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("a value from the file")

    monkeypatch.setattr(Vault, "receive", broken)
    (home.inbox / "a.xlsx").write_bytes(b"x")
    taken = take(home, "a.xlsx")
    assert "unexpected KeyError" in taken.reason and "value" not in taken.reason
    assert (home.inbox / "refused" / "a.xlsx").exists()


def test_what_is_the_disks_fault_leaves_the_file_where_it_is(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise MtmError("the file could not be stored: No space left on device", code="disk_full")

    monkeypatch.setattr(Vault, "receive", full)
    (home.inbox / "a.xlsx").write_bytes(b"x")
    assert take(home, "a.xlsx").receipt is None and list(look(home.inbox)) == ["a.xlsx"]
    assert take(home, "gone.xlsx").receipt is None


def test_only_the_owner_reads_what_was_moved(home: Home, deliver: Callable[..., Path]) -> None:
    deliver("toy round1.xlsx")
    take(home, "toy round1.xlsx")
    assert (home.received).stat().st_mode & 0o077 == 0
