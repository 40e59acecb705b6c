"""The vault: append only, by content, and it notices when it is tampered with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from warehouse.codebooks.recognise import Declared
from warehouse.deliveries.vault import Vault
from warehouse.errors import MtmError, UnreadableDelivery, UsageError
from warehouse.settings import Home

pytestmark = pytest.mark.usefixtures("toy")
ROWS = [["Region", "Displaced people"], ["North", 10], ["South", 20]]


def test_the_same_bytes_again_are_nothing_new(home: Home, workbook: Callable[..., Path]) -> None:
    path = workbook("round1.xlsx", ROWS)
    first, again = Vault(home).receive(path), Vault(home).receive(path)
    assert (first.is_new, again.is_new) == (True, False)
    assert first.delivery == again.delivery
    assert Vault(home).rounds() == ["toy-baseline-r01"]


def test_other_bytes_for_the_round_supersede(home: Home, workbook: Callable[..., Path]) -> None:
    vault = Vault(home)
    first = vault.receive(workbook("round1.xlsx", ROWS)).delivery
    second = vault.receive(workbook("round1 corrected.xlsx", [*ROWS, ["East", 5]])).delivery
    assert (second.delivery_seq, second.supersedes) == (2, first.delivery_id)
    assert vault.current("toy-baseline-r01") == second
    assert vault.path(first).exists()


def test_a_file_says_itself_that_it_is_partial(home: Home, workbook: Callable[..., Path]) -> None:
    assert Vault(home).receive(workbook("round1_in-progress.xlsx", ROWS)).delivery.partial


def test_an_altered_or_lost_file_is_found(home: Home, workbook: Callable[..., Path]) -> None:
    vault = Vault(home)
    delivery = vault.receive(workbook("round1.xlsx", ROWS)).delivery
    stored = vault.path(delivery)
    stored.chmod(0o600)
    stored.write_bytes(stored.read_bytes() + b" ")
    with pytest.raises(MtmError, match="altered"):
        vault.path(delivery)
    stored.unlink()
    with pytest.raises(MtmError, match="missing"):
        vault.path(delivery)


def test_an_unknown_layout_is_refused_and_nothing_is_stored(home: Home, workbook: Callable[..., Path]) -> None:
    with pytest.raises(UnreadableDelivery) as caught:
        Vault(home).receive(workbook("round1.xlsx", [["Something", "else"], [1, 2]]))
    assert caught.value.code == "unknown_layout"
    assert Vault(home).rounds() == []


def test_folders_with_microdata_are_private(home: Home) -> None:
    for folder in (home.vault, home.normalized, home.build):
        assert folder.stat().st_mode & 0o077 == 0


def test_a_round_that_was_never_delivered(home: Home) -> None:
    with pytest.raises(UsageError, match="no delivery of toy-baseline-r09"):
        Vault(home).current("toy-baseline-r09")


def test_a_declared_round_decides_but_not_over_the_rows(home: Home, workbook: Callable[..., Path]) -> None:
    unnamed = workbook("delivery.xlsx", ROWS)
    with pytest.raises(UnreadableDelivery, match="not in the delivery"):
        Vault(home).receive(unnamed)
    assert Vault(home).receive(unnamed, Declared(round_number=4)).delivery.round_key == "toy-baseline-r04"
    named = workbook("round5.xlsx", [*ROWS, ["East", 1]])
    found = Vault(home).receive(named, Declared(round_number=6)).delivery
    assert found.round_key == "toy-baseline-r06"
    assert any("although the file's name says 5" in reason for reason in found.why)
    rows = workbook("delivery 7.xlsx", [[*ROWS[0], "Round"], ["North", 1, 7]])
    with pytest.raises(UnreadableDelivery, match="not certain"):
        Vault(home).receive(rows, Declared(round_number=8))
