"""The line as it is measured: a delivery received and taken to a release by the same Dagster job as `mtm run`.

Called in a process of its own (`worker.py`), with MTM_HOME set to a home of the bench; nothing is measured here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from warehouse.settings import Home


def take(path: str, *, handouts: bool = False, operation: str | None = None) -> dict[str, Any]:
    """Receive a file (`operation`: where it must be said) and run its round. Raises RuntimeError where it was not published: then its time says nothing."""
    import time

    from warehouse.codebooks.recognise import Declared
    from warehouse.deliveries.vault import Vault

    os.environ["MTM_HANDOUTS"] = "on" if handouts else "off"
    home = Home.from_env().ensure()
    started = time.perf_counter()
    receipt = Vault(home).receive(Path(path), Declared(operation), source="bench")
    received = time.perf_counter() - started
    result = _run(home, receipt.delivery.round_key)
    stages = {**result.stages, "receive": received + result.stages.get("receive", 0.0)}
    if result.outcome not in ("published", "unchanged"):
        why = result.error or ", ".join(c.code for c in result.verdict.blocking) if result.verdict else result.error
        raise RuntimeError(f"{result.round_key} was {result.outcome}: {why}")
    return {"round": result.round_key, "outcome": result.outcome, "release": result.release_id, "stages": stages}


def _run(home: Home, round_key: str) -> Any:
    from orchestration.run import run_round

    return run_round(home, round_key)


def read(path: str) -> int:
    """Read a file's cells as receiving and normalizing do; the number of rows."""
    from warehouse.deliveries.readers.open import read_file

    return sum(sheet.height for sheet in read_file(Path(path), Path(path).name, keep_errors=True))


def load_definitions() -> int:
    """Load the Dagster definitions as the UI does; the number of assets."""
    from orchestration.definitions import build_definitions

    return len(list(build_definitions().resolve_asset_graph().get_all_asset_keys()))
