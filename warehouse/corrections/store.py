"""Where ledgers lie and how they are read and added to: the operation's own file, then the installation's.

Finding, reading and appending belong here; nothing is ever changed or taken out. What entries do is in `ledger.py`.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from warehouse.corrections.model import Entry, LedgerFile, Withdraw
from warehouse.deliveries.vault import Delivery, Vault
from warehouse.errors import MtmError
from warehouse.operations import Operation, read_yaml
from warehouse.settings import Home

HEADER = """# Corrections and decisions, oldest first. Only added to: an entry that no longer holds is withdrawn by another entry.
# `mtm correct` and `mtm decide` write here after checking against the delivery; docs/corrections.md says what each key means.
entries:
"""


def ledger_paths(operation: Operation, home: Home) -> tuple[Path, Path]:
    """The operation's own ledger (reviewed, shared with its files) and this installation's."""
    return operation.folder / "corrections.yml", home.corrections / f"{operation.code}.yml"


def entries(operation: Operation, home: Home) -> list[Entry]:
    """All entries of both ledgers, the operation's first. Raises MtmError where a file is wrong: nothing is skipped."""
    return [e for path in ledger_paths(operation, home) for e in read_yaml(path, LedgerFile).entries]


def standing_entries(operation: Operation, home: Home, round_key: str) -> list[Entry]:
    """The entries of a round that hold: without withdrawals and what they withdrew; the same entry twice counts once.

    A withdrawal takes back what stands before it: the same words entered again after it hold again.
    """
    standing: dict[str, Entry] = {}
    for entry in entries(operation, home):
        if entry.round_key == round_key and isinstance(entry, Withdraw):
            standing.pop(entry.entry, None)
        elif entry.round_key == round_key:
            standing[entry.entry_id] = entry
    return list(standing.values())


def entries_for(delivery: Delivery, operation: Operation, home: Home) -> list[Entry]:
    """The entries that hold for a delivery: those that name no delivery, this one, or one that it came after.

    An entry on an earlier delivery is handed on, so that nobody's correction is lost in silence by a redelivery; a
    finding that was accepted is not: a redelivery asks again.
    """
    found = standing_entries(operation, home, delivery.round_key)
    named = [(e, _delivery_of(e)) for e in found]
    if not any(d for _, d in named):
        return found
    seqs = {d.delivery_id: d.delivery_seq for d in Vault(home).deliveries(delivery.round_key)}
    own = seqs.get(delivery.delivery_id, delivery.delivery_seq)
    kept = [e for e, d in named if d is None or d == delivery.delivery_id or seqs.get(d, 0) < own]
    return [e for e in kept if e.do != "accept_finding" or e.delivery == delivery.delivery_id]


def _delivery_of(entry: Entry) -> str | None:
    if entry.do == "accept_finding":
        return entry.delivery
    return None if entry.do == "withdraw" else entry.row.delivery


def append(path: Path, entry: Entry) -> None:
    """Add one entry at the end. The file is read before and after; where that fails it stays as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path.parent):
        before = read_yaml(path, LedgerFile).entries
        text = path.read_text(encoding="utf-8") if path.exists() and before else HEADER
        text = text if text.endswith("\n") else text + "\n"
        temporary = path.with_suffix(".part")
        temporary.touch(mode=0o600)
        temporary.write_text(text + _block(entry, text), encoding="utf-8")
        if read_yaml(temporary, LedgerFile).entries != [*before, entry]:
            temporary.unlink()
            raise MtmError("the entry can't be added", where=str(path), expected="a list of entries at the end of the file",
                           todo="write the entry by hand", code="bad_operation_file")  # fmt: skip
        if path.exists():
            temporary.chmod(path.stat().st_mode & 0o777)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)


def _block(entry: Entry, text: str) -> str:
    found = re.search(r"^( *)- ", text, re.MULTILINE)
    indent = found.group(1) if found else "  "
    data = {k: v for k, v in entry.model_dump(mode="json").items() if v not in (None, "") or k in ("expect", "value")}
    if isinstance(row := data.get("row"), dict):
        data["row"] = {k: v for k, v in row.items() if v is not None}
    first = {"do": data.pop("do"), **data}
    lines = yaml.safe_dump([first], sort_keys=False, allow_unicode=True, width=1000).splitlines(keepends=True)
    return "".join(indent + line if line.strip() else line for line in lines)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
