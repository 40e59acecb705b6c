"""What a normalization is made of, part by part, and the name that follows from it.

Only the parts that reading and normalizing this very delivery look at belong here: a part that changes renames the result
and so runs it again, anything else must not. What marts and gate read besides is in `warehouse/replay.py`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

from warehouse.codebooks.folding import in_rounds
from warehouse.codebooks.model import Codebook
from warehouse.corrections.store import entries_for
from warehouse.deliveries.vault import Delivery
from warehouse.gazetteer.store import overlay_hash
from warehouse.operations import Operation
from warehouse.settings import PROJECT, Home

CODE = (
    "warehouse/codebooks",
    "warehouse/corrections",
    "warehouse/deliveries/readers",
    "warehouse/gazetteer",
    "warehouse/normalize",
)
HIDING = ("hide.py", "shapes.py")  # of warehouse/personal: what searches and purges makes no table
PLACES = ("aliases.yml", "place_decisions.yml")
# Files that normalization does not read, or that are a part of their own below. A file not named here counts: a new kind
# of file makes too much run again, never too little.
OTHERS = {"alerts.yml", "collection.yml", "corrections.yml", "dictionary.yml", "frame.csv", "gate.yml", "indicators.yml", "messages.yml", "operation.yml", "parts.yml", "plan.csv", "published.yml", "reading.yml", "reliability.yml", "rounds.yml", "sample.yml", "sources.yml", "survey.yml", "tiles.yml", *PLACES}  # fmt: skip
UNREAD = {
    "credit_line",
    "licence",
    "licence_url",
    "name",
    "notes",
    "programme",
    "publication",
    "publisher",
    "level_names",
    "retention_days",
    "ingestion",
}  # keys of operation.yml


def made_of(delivery: Delivery, operation: Operation, home: Home) -> dict[str, str]:
    """Part → hash of all that makes the canonical tables of a delivery."""
    books = read_by(delivery, operation, home)
    own = [p for p in operation.folder.glob("*.*") if p.suffix in (".yml", ".csv") and p.name not in OTHERS]
    shared = PROJECT / "operations" / "common"
    common = [p for p in shared.rglob("*") if p.suffix in (".yml", ".csv") and p.name not in OTHERS]
    entry = operation.round(delivery.component, delivery.round_number)
    entries = [e.model_dump(mode="json") for e in entries_for(delivery, operation, home)]
    return {
        "delivery": text_hash([delivery.sha256, delivery.file_name]),
        "codebook": text_hash([book.model_dump_json(exclude={"notes"}) for book in books]),
        "round entry": text_hash([entry.model_dump_json(exclude={"title", "source", "due", "planned_interviews"})]),
        "operation": text_hash(
            [operation.programme.model_dump_json(exclude=UNREAD), files_hash(own, operation.folder)]
        ),
        "places": _places(delivery, operation, home, books),
        "corrections": text_hash([json.dumps(e, sort_keys=True) for e in entries]),
        "common files": files_hash(common, shared),
        "code": code_hash(),
    }


def normalized_id(delivery: Delivery, operation: Operation, home: Home) -> str:
    """The name of the normalized delivery: the hash of what makes it, 16 hexadecimal digits."""
    return name_of(made_of(delivery, operation, home))


def name_of(parts: dict[str, str]) -> str:
    """The name that follows from the parts."""
    return text_hash([f"{name} {parts[name]}" for name in sorted(parts)])[:16]


def read_by(delivery: Delivery, operation: Operation, home: Home) -> list[Codebook]:
    """The codebook that recognised the delivery; where it is gone or fits no more, all that might."""
    books = [
        b
        for b in operation.codebooks
        if b.component == delivery.component and in_rounds(b.rounds, delivery.round_number)
    ]
    note = codebook_note(home, delivery)
    name = note.read_text(encoding="utf-8") if note.exists() else delivery.codebook
    return [b for b in books if b.codebook == name] or books


def codebook_note(home: Home, delivery: Delivery) -> Path:
    """Where it is noted that a delivery is read by another codebook now than when it was received."""
    return home.normalized / delivery.round_key / f"{delivery.delivery_id}.codebook"


def content_hash(folder: Path) -> str:
    """The hash of all canonical tables of a folder."""
    return files_hash(list(folder.glob("*.parquet")), folder)


@cache
def code_hash() -> str:
    """The hash of the modules that make canonical tables."""
    paths = [p for folder in CODE for p in (PROJECT / folder).rglob("*") if p.suffix in (".py", ".yml")]
    return files_hash([*paths, *(PROJECT / "warehouse" / "personal" / name for name in HIDING)], PROJECT)


def files_hash(paths: Iterable[Path], base: Path) -> str:
    """The hash of files and their names below `base`; a file that did not change is not read again."""
    files = sorted(p for p in paths if p.is_file())
    return text_hash([f"{p.relative_to(base).as_posix()} {_file(p, s.st_mtime_ns, s.st_size)}" for p in files for s in [p.stat()]])  # fmt: skip


def text_hash(texts: Iterable[str]) -> str:
    """The hash of texts in this order."""
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()


@lru_cache(maxsize=4096)
def _file(path: Path, changed: int, size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _places(delivery: Delivery, operation: Operation, home: Home, books: list[Codebook]) -> str:
    """Gazetteer, aliases and reviewed decisions; nothing where names stand for themselves and nobody decided any."""
    reads = any(book.places.scheme == "gazetteer" for book in books)
    overlay = overlay_hash(home, operation, delivery.component, delivery.round_number, reads_places=reads)
    decided = (operation.folder / "place_decisions.yml").exists() or bool(overlay)
    if not decided and not reads:
        return ""
    own = [*(operation.folder / "gazetteer").rglob("*"), *(operation.folder / name for name in PLACES)]
    return text_hash([files_hash(own, operation.folder), overlay])
