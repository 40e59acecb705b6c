"""A delivery of the vault, read and recognised again as it was when it came in.

Opening belongs here; canonical tables are made by others. The codebook that recognised a delivery goes on reading it, so
that a change in another codebook does not reach it; where it no longer fits, the others are asked and that is noted.
"""

from __future__ import annotations

from warehouse.codebooks.recognise import Declared, Recognised, recognise
from warehouse.deliveries.readers import last
from warehouse.deliveries.readers.open import read_file
from warehouse.deliveries.vault import Delivery, Vault
from warehouse.errors import UnreadableDelivery
from warehouse.normalize.identity import codebook_note, read_by
from warehouse.operations import Operation
from warehouse.settings import Home


def reopen(home: Home, delivery: Delivery, operation: Operation) -> Recognised:
    """The recognised delivery. Raises UnreadableDelivery where no codebook fits, MtmError where the vault is damaged."""
    path = Vault(home).path(delivery)
    sheets = last.given(delivery.sha256) or read_file(path, delivery.file_name, keep_errors=True)
    books = read_by(delivery, operation, home)
    declared = Declared(delivery.operation, delivery.component, delivery.round_number)
    if len(books) != 1:
        return recognise(sheets, delivery.file_name, declared)
    try:
        own = Declared(delivery.operation, delivery.component, delivery.round_number, books[0].codebook)
        return recognise(sheets, delivery.file_name, own)
    except UnreadableDelivery:
        found = recognise(sheets, delivery.file_name, declared)
        note = codebook_note(home, delivery)
        note.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        note.write_text(found.codebook.codebook, encoding="utf-8")
        return found
