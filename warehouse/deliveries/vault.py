"""The vault: raw deliveries by content hash, each with a sidecar. Append only.

Storing and listing deliveries belongs here; reading and recognising what is in them is asked of others. Processes may
receive at the same time: bytes are copied and read first, then one at a time gets its sequence number.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from warehouse.codebooks.recognise import NOTHING_DECLARED, Declared, Recognised, recognise
from warehouse.deliveries.disk import copied, file_hash, lasting_folder, storage_faults, sync
from warehouse.deliveries.names import clean_name
from warehouse.deliveries.readers import last
from warehouse.deliveries.readers.open import read_file
from warehouse.errors import MtmError, UsageError
from warehouse.operations import load_operation
from warehouse.personal.shapes import masked, masked_name, told
from warehouse.personal.tombstones import purged_error, tombstone
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
    file_name: str  # text only: no path is built from it
    sha256: str
    size: int  # bytes
    received_at: str  # ISO 8601, UTC
    source: str  # kind of source, host and path; never credentials or folders of this machine
    codebook: str
    partial: bool
    licence: str
    why: list[str]
    source_name: str = ""  # the declared source (`kgz/kobo-bma`), where it came from one
    restores: int | None = None  # the sequence number under which these bytes stood before


@dataclass(frozen=True)
class Receipt:
    """What became of a received file.

    `is_new` is false where the vault had these bytes; `stands` is false where it had them and others superseded them.
    """

    delivery: Delivery
    is_new: bool
    stands: bool = True


@dataclass(frozen=True)
class Origin:
    """Where a file came from."""

    name: str
    source: str
    source_name: str

    def is_of(self, delivery: Delivery) -> bool:
        """Whether a delivery came from the same address. Local files are told apart within a declared source only."""
        known = self.source_name or "://" in self.source
        return bool(known) and self == Origin(delivery.file_name, delivery.source, delivery.source_name)


class Vault:
    """The vault of one home: `blobs/<aa>/<sha256>` and `deliveries/<round_key>/<seq>-<id>.json`."""

    def __init__(self, home: Home) -> None:
        """Creates the folders where they are missing (0700)."""
        self.home = home.ensure()
        self.blobs = home.vault / "blobs"
        self.sidecars = home.vault / "deliveries"

    def receive(
        self,
        path: Path,
        declared: Declared = NOTHING_DECLARED,
        *,
        partial: bool = False,
        source: str = "file",
        source_name: str = "",
        name: str | None = None,
        restore: bool = True,
    ) -> Receipt:
        """Take a file in. The bytes that stand are nothing new; other bytes for a round supersede what came before.

        Bytes that stood before and were superseded stand again, as a new delivery. With `restore=False`, for places
        that keep old files beside new ones (folders, prefixes), they do so only where what stands came from the very
        same address: the file was overwritten there. `name` is what the file is called, where the path does not say
        it. Raises UnreadableDelivery (exit 4) where the file can't be read or recognised; nothing is stored then.
        """
        name, source = masked_name(clean_name(name or path.name)), masked(source)
        if not path.is_file():
            raise UsageError("there is no such file", where=name, expected="a file", todo="check the path")
        with storage_faults(name), copied(path, self.home.vault / "incoming", name) as (copy, sha256):
            origin = Origin(name, source, source_name)
            if stone := tombstone(self.home, sha256):
                raise purged_error(stone, stone.round_keys[0], sha256[:12])
            if known := self._known(copy, sha256, declared, origin, partial=partial, restore=restore):
                return known
            sheets = read_file(copy, name, keep_errors=True)
            recognised = recognise(sheets, name, declared)
            last.keep(sha256, sheets)
            size = copy.stat().st_size
            draft = _draft(origin, sha256, size, recognised, partial=partial)
            return self._store(copy, draft, restore=restore)

    def rounds(self) -> list[str]:
        """Keys of all rounds that were delivered, sorted."""
        return sorted({path.parent.name for path in self.sidecars.glob("*/*.json")})

    def deliveries(self, round_key: str) -> list[Delivery]:
        """The deliveries of a round, oldest first."""
        found = [_read(path) for path in (self.sidecars / round_key).glob("*.json")]
        return sorted(found, key=lambda d: d.delivery_seq)

    def current(self, round_key: str) -> Delivery:
        """The delivery that stands: the last one. Raises UsageError where the round was never delivered."""
        found = self.deliveries(round_key)
        if not found:
            raise UsageError(
                f"no delivery of {round_key}", expected=self._near(round_key), todo="mtm status, or mtm receive FILE",
                code="unknown_round",
            )  # fmt: skip
        return found[-1]

    def _near(self, round_key: str, most: int = 5) -> str:
        """The rounds that a wrong key may mean, for an error."""
        from difflib import get_close_matches

        known = self.rounds()
        near = get_close_matches(round_key, known, n=3, cutoff=0.75)
        if near:
            return f"perhaps {' or '.join(near)}"
        more = f" and {len(known) - most} more" if len(known) > most else ""
        return f"one of {', '.join(known[:most])}{more}" if known else "no round was delivered yet"

    def by_hash(self, sha256: str) -> Delivery | None:
        """The last delivery with these bytes."""
        return next(iter(self.all_by_hash(sha256)[::-1]), None)

    def all_by_hash(self, sha256: str) -> list[Delivery]:
        """The deliveries with these bytes, oldest first: of several rounds perhaps, or of one that stood twice."""
        found = [_read(path) for path in self.sidecars.glob(f"*/*-{sha256[:12]}.json")]
        return sorted((d for d in found if d.sha256 == sha256), key=lambda d: (d.received_at, d.delivery_seq))

    def path(self, delivery: Delivery) -> Path:
        """The stored file, checked against its hash. Raises MtmError where it is gone or altered."""
        path = self._blob(delivery.sha256)
        if stone := tombstone(self.home, delivery.sha256):
            raise purged_error(stone, delivery.round_key, delivery.delivery_id)
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

    def _known(
        self, copy: Path, sha256: str, declared: Declared, origin: Origin, *, partial: bool, restore: bool
    ) -> Receipt | None:
        """The receipt of bytes that need no reading: they stand as declared, or came before and need not stand again."""
        found = [d for d in self.all_by_hash(sha256) if d.partial == partial and _agrees(d, declared)]
        standing = [d for d in found if self.current(d.round_key) == d]
        if not found or (not standing and (restore or origin.is_of(self.current(found[-1].round_key)))):
            return None
        self._keep(copy, sha256)
        return Receipt((standing or found)[-1], is_new=False, stands=bool(standing))

    def _store(self, copy: Path, draft: Delivery, *, restore: bool) -> Receipt:
        """Blob first, sidecar last: a delivery exists once its sidecar does. One process at a time."""
        with self._alone():
            earlier = self.deliveries(draft.round_key)
            same = [d for d in earlier if (d.sha256, d.partial) == (draft.sha256, draft.partial)]
            self._keep(copy, draft.sha256)
            origin = Origin(draft.file_name, draft.source, draft.source_name)
            if same and (same[-1] == earlier[-1] or not (restore or origin.is_of(earlier[-1]))):
                return Receipt(same[-1], is_new=False, stands=same[-1] == earlier[-1])
            delivery = replace(
                draft,
                delivery_seq=earlier[-1].delivery_seq + 1 if earlier else 1,
                supersedes=earlier[-1].delivery_id if earlier else None,
                restores=next((d.delivery_seq for d in earlier[::-1] if d.sha256 == draft.sha256), None),
                received_at=datetime.now(UTC).isoformat(timespec="seconds"),
            )
            self._write(delivery)
        return Receipt(delivery, is_new=True)

    def _keep(self, copy: Path, sha256: str) -> None:
        """Put the bytes in their place; a blob that was lost or altered is made good again."""
        blob = self._blob(sha256)
        if blob.exists() and file_hash(blob) == sha256:
            return
        lasting_folder(blob.parent)
        copy.chmod(0o400)
        os.replace(copy, blob)
        sync(blob.parent)

    def _write(self, delivery: Delivery) -> None:
        folder = self.sidecars / delivery.round_key
        lasting_folder(folder)
        sidecar = folder / f"{delivery.delivery_seq:04d}-{delivery.delivery_id}.json"
        temporary = sidecar.with_suffix(".part")
        try:
            temporary.write_text(
                json.dumps(asdict(delivery), ensure_ascii=False, indent=1), encoding="utf-8", errors="replace"
            )
            sync(temporary)
            os.replace(temporary, sidecar)
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
        sync(folder)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time numbers deliveries; the lock ends with its process."""
        handle = os.open(self.home.vault / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _draft(origin: Origin, sha256: str, size: int, found: Recognised, *, partial: bool) -> Delivery:
    """The delivery, before it has its place among those of its round."""
    return Delivery(
        round_key=found.round_key,
        operation=found.codebook.operation,
        component=found.codebook.component,
        round_number=found.round_number,
        delivery_id=sha256[:12],
        delivery_seq=0,
        supersedes=None,
        file_name=origin.name,
        sha256=sha256,
        size=size,
        received_at="",
        source=origin.source,
        codebook=found.codebook.codebook,
        partial=partial or found.partial,
        licence=load_operation(found.codebook.operation).programme.licence,
        why=[told(reason) for reason in found.why],
        source_name=origin.source_name,
    )


def _read(path: Path) -> Delivery:
    return Delivery(**json.loads(path.read_text(encoding="utf-8")))


def _agrees(delivery: Delivery, declared: Declared) -> bool:
    """Whether what was said of the file is what the delivery was taken for; else it is read again."""
    said = (declared.operation, declared.component, declared.round_number)
    is_ = (delivery.operation, delivery.component, delivery.round_number)
    return all(s is None or s == i for s, i in zip(said, is_, strict=True))


__all__ = ["Delivery", "Receipt", "Vault", "file_hash"]
