"""The vault: append only, by content, and it notices when it is tampered with."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.toy import write_rows
from warehouse.codebooks.recognise import Declared
from warehouse.deliveries import vault as vault_module
from warehouse.deliveries.names import clean_name
from warehouse.deliveries.vault import Vault
from warehouse.errors import MtmError, UnreadableDelivery, UsageError
from warehouse.settings import PROJECT, Home

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


def test_superseded_bytes_stand_again_as_a_new_delivery(home: Home, workbook: Callable[..., Path]) -> None:
    vault = Vault(home)
    a, b = workbook("round1.xlsx", ROWS), workbook("round1 corrected.xlsx", [*ROWS, ["East", 5]])
    first, second, third = (vault.receive(path) for path in (a, b, a))
    assert [r.is_new for r in (first, second, third)] == [True, True, True]
    again = third.delivery
    assert (again.delivery_seq, again.supersedes, again.restores) == (3, second.delivery.delivery_id, 1)
    assert vault.current("toy-baseline-r01") == again and again.sha256 == first.delivery.sha256
    assert not vault.receive(a).is_new
    assert vault.receive(b).delivery.restores == 2


def test_a_place_that_keeps_old_files_restores_nothing(home: Home, workbook: Callable[..., Path]) -> None:
    vault = Vault(home)
    a, b = workbook("round1.xlsx", ROWS), workbook("round1 corrected.xlsx", [*ROWS, ["East", 5]])
    for path in (a, b):
        vault.receive(path, restore=False)
    again = [vault.receive(path, restore=False) for path in (a, b)]
    assert [(r.is_new, r.stands) for r in again] == [(False, False), (False, True)]
    assert len(vault.deliveries("toy-baseline-r01")) == 2


def test_a_file_that_was_overwritten_in_its_place_stands_again(home: Home, workbook: Callable[..., Path]) -> None:
    vault = Vault(home)
    a, b = workbook("a.xlsx", ROWS), workbook("b.xlsx", [*ROWS, ["East", 5]])
    place = {"name": "round1.xlsx", "source": "s3://mission/in/round1.xlsx"}
    for path in (a, b, a):
        vault.receive(path, restore=False, **place)
    assert vault.current("toy-baseline-r01").restores == 1
    vault.receive(b, name="round1.xlsx")  # a correction by hand: what still lies in the bucket does not undo it
    assert not vault.receive(a, restore=False, **place).stands
    assert vault.current("toy-baseline-r01").restores == 2


def test_the_whole_round_may_be_the_bytes_of_the_partial_one(home: Home, workbook: Callable[..., Path]) -> None:
    vault, path = Vault(home), workbook("round1.xlsx", ROWS)
    vault.receive(path, partial=True)
    assert not vault.receive(path, partial=True).is_new
    whole = vault.receive(path)
    assert whole.is_new and not whole.delivery.partial and not vault.receive(path).is_new


def test_the_same_bytes_declared_for_another_round_are_read_again(home: Home, workbook: Callable[..., Path]) -> None:
    vault, path = Vault(home), workbook("delivery.xlsx", ROWS)
    vault.receive(path, Declared(round_number=4))
    assert vault.receive(path, Declared(round_number=5)).delivery.round_key == "toy-baseline-r05"
    assert not vault.receive(path, Declared(round_number=4)).is_new


def test_a_lost_file_is_put_back_when_it_comes_again(home: Home, workbook: Callable[..., Path]) -> None:
    vault, path = Vault(home), workbook("round1.xlsx", ROWS)
    delivery = vault.receive(path).delivery
    stored = vault.path(delivery)
    stored.chmod(0o600)
    stored.write_bytes(b"altered")
    assert not vault.receive(path).is_new
    assert vault.path(delivery).read_bytes() == path.read_bytes()


def test_what_is_stored_is_what_was_read_also_if_the_file_changes(
    home: Home, workbook: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, read = workbook("round1.xlsx", ROWS), vault_module.read_file
    body = path.read_bytes()

    def read_and_change(*arguments: Any, **more: Any) -> Any:
        path.write_bytes(b"something else")
        return read(*arguments, **more)

    monkeypatch.setattr(vault_module, "read_file", read_and_change)
    vault = Vault(home)
    assert vault.path(vault.receive(path).delivery).read_bytes() == body


def test_a_full_disk_leaves_nothing_half(
    home: Home, workbook: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    vault, path, replace = Vault(home), workbook("round1.xlsx", ROWS), os.replace

    def full(source: Any, target: Any) -> None:
        if str(target).endswith(".json"):
            raise OSError(errno.ENOSPC, "No space left on device", str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(MtmError, match="No space left") as caught:
        vault.receive(path)
    assert caught.value.code == "disk_full" and str(home.root) not in str(caught.value)
    assert vault.rounds() == [] and left_over(home) == []
    monkeypatch.setattr(os, "replace", replace)
    assert vault.receive(path).delivery.delivery_seq == 1


def left_over(home: Home) -> list[str]:
    return [p.name for p in home.vault.rglob("*") if p.suffix == ".part" or p.parent.name == "incoming"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a\u202egpj.xlsx", "a\ufffdgpj.xlsx"),
        ("a\x1b[31m\n.xlsx", "a\ufffd[31m\ufffd.xlsx"),
        ("*?[x].csv", "*?[x].csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\field\\round1.xlsx", "round1.xlsx"),
        ("\udcd0\udcbe.xlsx", "\ufffd\ufffd.xlsx"),
        ("...", "delivery"),
        ("", "delivery"),
        ("я" * 250 + ".xlsx", "я" * 194 + "….xlsx"),
    ],
)
def test_names_are_text(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def test_a_hostile_name_is_stored_as_text(home: Home, workbook: Callable[..., Path], tmp_path: Path) -> None:
    hostile = os.fsencode(tmp_path) + b"/round1 \xff\xe2\x80\xae*?[.xlsx"
    os.rename(workbook("round1.xlsx", ROWS), hostile)
    delivery = Vault(home).receive(Path(os.fsdecode(hostile))).delivery
    assert delivery.file_name == "round1 \ufffd\ufffd*?[.xlsx"
    assert Vault(home).current("toy-baseline-r01") == delivery


def test_many_processes_number_deliveries_one_after_the_other(home: Home, tmp_path: Path, toy: Path) -> None:
    paths = []
    for n in range(6):
        write_rows(tmp_path / f"round1 v{n}.xlsx", [*ROWS, [f"Place {n}", n]])
        paths.append(str(tmp_path / f"round1 v{n}.xlsx"))
    code = "import sys; from pathlib import Path; from warehouse.deliveries.vault import Vault; from warehouse.settings import Home\nv = Vault(Home(Path(sys.argv[1])))\nfor p in sys.argv[2:]: v.receive(Path(p), restore=False)"
    runs = [
        subprocess.Popen([sys.executable, "-c", code, str(home.root), *order], cwd=PROJECT)
        for order in (paths, paths[::-1], paths[3:] + paths[:3])
    ]
    assert [run.wait(60) for run in runs] == [0, 0, 0]
    found = Vault(home).deliveries("toy-baseline-r01")
    assert [d.delivery_seq for d in found] == [1, 2, 3, 4, 5, 6]
    assert len({d.sha256 for d in found}) == 6
    assert [d.supersedes for d in found] == [None, *(d.delivery_id for d in found[:-1])]
