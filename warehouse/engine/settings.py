"""What an installation says of its engine: `MTM_ENGINE`, `MTM_SPARK`, how much memory and how many cores Spark may take.

Reading these variables belongs here; whether what they name is there is asked in `ready.py`.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Literal

from warehouse.errors import UsageError

Way = Literal["session", "cluster", "connect", "sail"]
ENGINES = ("duckdb", "spark")
WAYS: dict[Way, str] = {
    "session": r"local(\[(\d+|\*)\])?",
    "cluster": r"spark://[^\s/,]+:\d+(,[^\s/,]+:\d+)*",
    "connect": r"sc://[^\s/:]+(:\d+)?(/.*)?",
    "sail": r"sail",
}


@dataclass(frozen=True)
class SparkSettings:
    """Where Spark runs. `master`: `local[*]`, `spark://HOST:PORT`, `sc://HOST:PORT` or `sail`; memory as Spark writes it (`4g`)."""

    way: Way
    master: str
    memory: str
    cores: int | None

    @property
    def hosts(self) -> list[tuple[str, int]]:
        """Hosts and ports that must answer; none where Spark runs in this process."""
        if self.way not in ("cluster", "connect"):
            return []
        told = re.split(r"[/;]", self.master.split("://", 1)[1])[0]
        return [(host, int(port or 15002)) for host, _, port in (one.partition(":") for one in told.split(","))]

    @property
    def shown(self) -> str:
        """The address for people and messages: parameters of a Connect address may hold a token."""
        return self.master.split(";")[0].rstrip("/")


def engine_name() -> str:
    """`duckdb` or `spark`, by `MTM_ENGINE`. Raises UsageError for anything else."""
    name = os.environ.get("MTM_ENGINE") or "duckdb"
    if name not in ENGINES:
        raise UsageError(
            "there is no such engine", where="MTM_ENGINE", expected="duckdb or spark",
            todo="unset MTM_ENGINE, or look at docs/spark.md", code="unknown_engine",
        )  # fmt: skip
    return name


def spark_settings() -> SparkSettings:
    """Where Spark runs, by `MTM_SPARK`. Raises UsageError for what can't be read."""
    told = os.environ.get("MTM_SPARK") or "local"
    way = next((way for way, pattern in WAYS.items() if re.fullmatch(pattern, told)), None)
    memory, cores = os.environ.get("MTM_SPARK_MEMORY") or "2g", os.environ.get("MTM_SPARK_CORES") or ""
    if way is None:
        raise _unreadable("MTM_SPARK", "local, local[4], spark://HOST:PORT, sc://HOST:PORT or sail")
    if not re.fullmatch(r"[1-9]\d*[mg]", memory):
        raise _unreadable("MTM_SPARK_MEMORY", "a number with m or g, such as 4g")
    if cores and not re.fullmatch(r"[1-9]\d{0,3}", cores):
        raise _unreadable("MTM_SPARK_CORES", "a whole number, such as 4")
    master = f"local[{cores or '*'}]" if told == "local" else told
    return SparkSettings(way, master, memory, int(cores) if cores else None)


def _unreadable(name: str, expected: str) -> UsageError:
    return UsageError(
        f"{name} can't be read", where=name, expected=expected, todo="docs/spark.md explains it", code="bad_engine_setting"
    )  # fmt: skip
