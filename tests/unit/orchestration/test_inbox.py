"""The inbox: a file is taken when it stands still, refused with a reason beside it, never lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from orchestration.inbox import look, still, take
from warehouse.settings import Home


def test_hidden_locked_and_half_copied_files_are_left_alone(home: Home) -> None:
    for name in (".hidden", "~$open.xlsx", "big.xlsx.part", "big.TMP", "round1.xlsx"):
        (home.inbox / name).write_bytes(b"x")
    (home.inbox / "received").mkdir()
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
    assert [p.name for p in (home.inbox / "received").iterdir()] == ["toy round1.xlsx"]


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


def test_only_the_owner_reads_what_was_moved(home: Home, deliver: Callable[..., Path]) -> None:
    deliver("toy round1.xlsx")
    take(home, "toy round1.xlsx")
    assert (home.inbox / "received").stat().st_mode & 0o077 == 0
