"""The vault: raw deliveries by content hash, each with a sidecar. Append only.

Storing and listing deliveries belongs here; reading and recognising what is in them is asked of others.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from warehouse.codebooks.recognise import NOTHING_DECLARED, Declared, Recognised, recognise
from warehouse.deliveries.readers.open import read_file
from warehouse.errors import MtmError, UsageError
from warehouse.operations import load_operation
from warehouse.settings import Home


@dataclass(frozen=True)
class Delivery:
    """One immutable file set for a round (the sidecar). `delivery_id` is the start of its sha256."""

    round_key: str
    operation: str
    component: str
    round_number: int
    delivery_id: str
    delivery_seq: int  # 1 for the first of the round
    supersedes: str | None  # delivery_id
    file_name: str
    sha256: str
    size: int  # bytes
    received_at: str  # ISO 8601, UTC
    source: str  # kind of source, without credentials or folders
    codebook: str
    partial: bool
    licence: str
    why: list[str]


@dataclass(frozen=True)
class Receipt:
    """What became of a received file. `is_new` is false where the vault had these bytes."""

    delivery: Delivery
    is_new: bool


class Vault:
    """The vault of one home: `blobs/<aa>/<sha256>` and `deliveries/<round_key>/<seq>-<id>.json`."""

    def __init__(self, home: Home) -> None:
        """Creates the folders where they are missing (0700)."""
        self.home = home.ensure()
        self.blobs = home.vault / "blobs"
        self.sidecars = home.vault / "deliveries"

    def receive(
        self, path: Path, declared: Declared = NOTHING_DECLARED, *, partial: bool = False, source: str = "file"
    ) -> Receipt:
        """Take a file in. The same bytes again are a no-op; other bytes for a round supersede what came before.

        Raises UnreadableDelivery (exit 4) where the file can't be read or recognised; nothing is stored then.
        """
        if not path.is_file():
            raise UsageError("there is no such file", where=path.name, expected="a file", todo="check the path")
        sha256 = file_hash(path)
        if known := self.by_hash(sha256):
            return Receipt(known, is_new=False)
        from warehouse.deliveries import amend  # it receives what it makes through this vault

        if amended := amend.received(self, path):  # rejected rows that come back corrected
            return amended
        recognised = recognise(read_file(path), path.name, declared)
        delivery = self._delivery(path, sha256, recognised, partial=partial, source=source)
        self._store(path, delivery)
        return Receipt(delivery, is_new=True)

    def rounds(self) -> list[str]:
        """Keys of all rounds that were delivered, sorted."""
        return sorted(p.name for p in self.sidecars.iterdir()) if self.sidecars.exists() else []

    def deliveries(self, round_key: str) -> list[Delivery]:
        """The deliveries of a round, oldest first."""
        paths = sorted((self.sidecars / round_key).glob("*.json"))
        return [Delivery(**json.loads(path.read_text(encoding="utf-8"))) for path in paths]

    def current(self, round_key: str) -> Delivery:
        """The delivery that stands: the last one. Raises UsageError where the round was never delivered."""
        found = self.deliveries(round_key)
        if not found:
            raise UsageError(
                f"no delivery of {round_key}",
                expected=f"one of {', '.join(self.rounds()) or 'no round was delivered yet'}",
                todo="mtm receive FILE",
                code="unknown_round",
            )
        return found[-1]

    def by_hash(self, sha256: str) -> Delivery | None:
        """The delivery with these bytes."""
        paths = self.sidecars.glob(f"*/*-{sha256[:12]}.json")
        found = [Delivery(**json.loads(path.read_text(encoding="utf-8"))) for path in paths]
        return next((delivery for delivery in found if delivery.sha256 == sha256), None)

    def path(self, delivery: Delivery) -> Path:
        """The stored file, checked against its hash. Raises MtmError where it is gone or altered."""
        path = self._blob(delivery.sha256)
        if not path.exists() or file_hash(path) != delivery.sha256:
            raise MtmError(
                f"the vault's file of {delivery.round_key} is {'altered' if path.exists() else 'missing'}",
                where=f"delivery {delivery.delivery_id} ({delivery.file_name})",
                expected=f"sha256 {delivery.sha256}",
                todo="restore the vault from a backup, or receive the same file again",
                code="vault_damaged",
            )
        return path

    def _blob(self, sha256: str) -> Path:
        return self.blobs / sha256[:2] / sha256

    def _delivery(self, path: Path, sha256: str, found: Recognised, *, partial: bool, source: str) -> Delivery:
        earlier = self.deliveries(found.round_key)
        return Delivery(
            round_key=found.round_key,
            operation=found.codebook.operation,
            component=found.codebook.component,
            round_number=found.round_number,
            delivery_id=sha256[:12],
            delivery_seq=len(earlier) + 1,
            supersedes=earlier[-1].delivery_id if earlier else None,
            file_name=path.name,
            sha256=sha256,
            size=path.stat().st_size,
            received_at=datetime.now(UTC).isoformat(timespec="seconds"),
            source=source,
            codebook=found.codebook.codebook,
            partial=partial or found.partial,
            licence=load_operation(found.codebook.operation).programme.licence,
            why=found.why,
        )

    def _store(self, path: Path, delivery: Delivery) -> None:
        """Blob first, sidecar last: a delivery exists once its sidecar does."""
        blob = self._blob(delivery.sha256)
        blob.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not blob.exists():
            temporary = blob.with_suffix(".part")
            shutil.copyfile(path, temporary)
            _sync(temporary)
            temporary.chmod(0o400)
            os.replace(temporary, blob)
        folder = self.sidecars / delivery.round_key
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        sidecar = folder / f"{delivery.delivery_seq:04d}-{delivery.delivery_id}.json"
        temporary = sidecar.with_suffix(".part")
        temporary.write_text(json.dumps(asdict(delivery), ensure_ascii=False, indent=1), encoding="utf-8")
        _sync(temporary)
        os.replace(temporary, sidecar)


def file_hash(path: Path) -> str:
    """sha256 of a file, streamed."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
