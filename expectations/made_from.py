"""What a verdict was given on: each thing that was judged, or judged by, with its hash.

Only telling the inputs belongs here. Dates and names of files are left out: equal inputs give equal hashes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from expectations.checks import CATALOGUE
from expectations.inputs import NormalizedLike
from warehouse.normalize.identity import files_hash, text_hash
from warehouse.operations import Operation
from warehouse.releases.candidate import models_hash
from warehouse.replay import thresholds_hash
from warehouse.settings import Home
from warehouse.waivers.ledger import active_hash, today

HERE = Path(__file__).parent


def inputs_of(normalized: NormalizedLike, operation: Operation, home: Home | None) -> dict[str, str]:
    """Input → hash: the delivery, its tables, what they were made of, thresholds, waivers, models, checks, the gate itself."""
    note, delivery = _note(normalized.folder), normalized.delivery
    made = {name: value for name, value in note.get("made_of", {}).items() if name != "delivery"}
    return {
        "delivery": str(getattr(delivery, "sha256", "")),
        "declared": "partial" if delivery.partial else "whole",
        "tables": str(note.get("content_hash", "")),
        **made,
        "thresholds": thresholds_hash(operation),
        "waivers": active_hash(home, normalized.round_key, today()) if home else "",
        "models": models_hash(),
        "checks": text_hash([path.read_text(encoding="utf-8") for path in sorted({CATALOGUE, *HERE.glob("*.yml")})])[
            :16
        ],
        "gate": files_hash(HERE.rglob("*.py"), HERE)[:16],
    }


def _note(folder: Path) -> dict[str, Any]:
    path = folder / "normalized.json"
    note: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return note
