"""Readers while releases are published: none fails, none mixes two releases, none goes back but after a rollback.

Longer by name: `MTM_READER_RELEASES=200 pytest tests/integration/clients`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.integration.clients.conftest import publish_number
from warehouse.releases.verify import rollback
from warehouse.settings import Home

RELEASES = int(os.environ.get("MTM_READER_RELEASES", "3"))
READER = Path(__file__).with_name("reader.py")
KINDS = ("fresh", "held", "parquet", "pool")


def test_readers_see_releases_in_order_whole(numbered: Home, tmp_path: Path) -> None:
    stop = tmp_path / "stop"
    readers = [
        subprocess.Popen(
            [sys.executable, str(READER), kind, str(numbered.published), str(stop)], stdout=subprocess.PIPE, text=True
        )
        for kind in KINDS
    ]
    for reader in readers:
        assert reader.stdout and reader.stdout.readline() == "ready\n"
    for number in range(103, 103 + RELEASES):
        publish_number(numbered, number)
        time.sleep(0.05)
    newest = 102 + RELEASES
    rollback(numbered, "r000001")  # deliberate: from here on 101, then the newest again
    time.sleep(0.4)
    rollback(numbered, f"r{newest - 100:06}")
    time.sleep(0.2)
    stop.touch()
    for kind, reader in zip(KINDS, readers, strict=True):
        told = json.loads(reader.communicate(timeout=60)[0])
        assert told["bad"] == [] and told["reads"] >= RELEASES, (kind, told)
        seen = told["seen"]
        back = (
            seen.index(101) if 101 in seen else len(seen)
        )  # a reader on a slow machine may miss a release, or the rollback
        forward = seen[:back]
        assert forward == sorted(forward) and forward[0] == 102 and seen[-1] == newest, (kind, seen)
        assert seen[back + 1 :] in ([], [newest]), (kind, seen)
