"""The ledger as a list: each entry with its state in the standing delivery.

Only listing belongs here; it changes nothing. Values are never listed: the file holds them.
"""

from __future__ import annotations

from typing import Any

from warehouse.corrections.ledger import DeliveryLedger
from warehouse.corrections.model import AcceptFinding, Correct, DecideRow, Entry, Withdraw
from warehouse.corrections.store import entries, standing_entries
from warehouse.deliveries.vault import Vault
from warehouse.normalize.reopen import reopen
from warehouse.normalize.run import normalize
from warehouse.operations import Operation, all_operations
from warehouse.settings import Home

COLUMNS = ["entry", "round", "what", "row", "column", "state", "who", "when", "why"]


def listed(home: Home, round_key: str | None = None) -> list[dict[str, Any]]:
    """All entries, or those of a round, in the order of the ledgers."""
    found: list[dict[str, Any]] = []
    for operation in all_operations():
        mine = [e for e in entries(operation, home) if round_key in (None, e.round_key)]
        for key in dict.fromkeys(e.round_key for e in mine):
            states = _states(home, operation, key)
            own = [e for e in mine if e.round_key == key]
            last = {e.entry_id: i for i, e in enumerate(own)}  # the same words entered again: the last ones stand
            found += [
                _row(e, states.get(e.entry_id, "withdrawn") if last[e.entry_id] == i else "withdrawn")
                for i, e in enumerate(own)
            ]
    return found


def _states(home: Home, operation: Operation, round_key: str) -> dict[str, str]:
    """entry_id → state; `not delivered` where the round has no delivery, `other delivery` where it is not asked here."""
    standing = {e.entry_id: e for e in standing_entries(operation, home, round_key)}
    vault = Vault(home)
    if round_key not in vault.rounds():
        return dict.fromkeys(standing, "not_delivered")
    delivery = vault.current(round_key)
    ledger = DeliveryLedger(reopen(home, delivery, operation), delivery, operation, home)
    states: dict[str, str] = {h.entry.entry_id: h.state for h in ledger.held}
    finding = normalize(home, delivery).table("finding")
    told = {(c, w) for c, w in finding.select("code", "what").iter_rows()}
    for identity, entry in standing.items():
        if isinstance(entry, DecideRow):
            codes = {c for c, what in told if identity in what}
            named = [c.removeprefix("decision_") for c in sorted(codes) if c.startswith("decision_")]
            states[identity] = named[0] if named else "applied"
        elif isinstance(entry, AcceptFinding):
            hit = any(identity in what for _, what in told)
            other = entry.delivery != delivery.delivery_id
            states[identity] = "other_delivery" if other else "applied" if hit else "not_needed"
    return {i: states.get(i, "other_delivery") for i in standing}


def _row(entry: Entry, state: str) -> dict[str, Any]:
    row = entry.row.text if isinstance(entry, Correct | DecideRow) else ""
    column = entry.column if isinstance(entry, Correct | AcceptFinding) else ""
    if isinstance(entry, AcceptFinding):
        row = f"{entry.code} {entry.sheet} of delivery {entry.delivery}"
    if isinstance(entry, Withdraw):
        row, state = f"entry {entry.entry}", "withdrawal"
    values = [
        entry.entry_id,
        entry.round_key,
        entry.do,
        row,
        column,
        state,
        entry.who,
        entry.when.isoformat(),
        entry.why,
    ]
    return dict(zip(COLUMNS, values, strict=True))
