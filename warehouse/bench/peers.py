"""Peers: a delivery read and added up by pandas with openpyxl, and the marts by dbt's command line and by Dagster's default executor.

What is compared with what belongs here; the work itself is in `bench/peers.py`. Every way is warm but those that start
processes of their own, which is what they are.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from warehouse.bench.figure import Figure, figure
from warehouse.bench.homes import ROUND, Homes
from warehouse.bench.measure import Cost, Worker, in_turns, median, ratio

MADE = "peers: no real workbook was named (--delivery FILE, MTM_BENCH_DELIVERY): a made Kyrgyz one was read"


def peers(homes: Homes, turns: int, delivery: Path | None) -> list[Figure]:
    """Reading beside pandas; models beside dbt alone and Dagster's multiprocess executor."""
    return [*_reading(homes, turns, delivery), *_models(homes, turns)]


def _reading(homes: Homes, turns: int, delivery: Path | None) -> list[Figure]:
    if find_spec("openpyxl") is None:
        return []  # it comes with the tools of development only
    path, environment = (
        delivery or homes.delivery("bma", ROUND),
        {**homes.environment, "MTM_HOME": str(homes.work / "peers-home")},
    )
    with Worker(**environment) as line, Worker(**environment) as other:
        told = line.call("bench.peers:received", path=str(path.absolute())).answer

        def ours() -> Cost:
            line.call("bench.peers:forget", round_key=told["round"])
            return line.call("bench.peers:normalized", round_key=told["round"])

        taken = in_turns(
            {
                "ours": ours,
                "pandas": lambda: other.call(
                    "bench.peers:with_pandas", path=str(path.absolute()), sheets=told["sheets"]
                ),
            },
            turns,
        )
    own, pandas = taken["ours"], taken["pandas"]
    size = {
        "rows": told["rows"],
        "columns": told["columns"],
        "sheets": len(told["sheets"]),
        "is_made": delivery is None,
    }
    return [figure("peers_pandas", median(own), median(pandas), ratio(pandas, own), "" if delivery else MADE, **size)]


def _models(homes: Homes, turns: int) -> list[Figure]:
    """All on one candidate: a BMA round on the rounds before."""
    homes.restore()
    folder = str(homes.work / "peers")
    with Worker(**homes.environment) as line, Worker(**homes.environment) as other:
        key = line.call("bench.peers:received", path=str(homes.delivery("bma", ROUND))).answer["round"]
        line.call("bench.peers:candidate", round_key=key, keep=folder)
        ways = {
            "ours": lambda: line.call("bench.peers:models", round_key=key),
            "dbt": lambda: other.call("bench.peers:with_dbt", folder=folder),
            "multiprocess": lambda: other.call("bench.peers:with_multiprocess", folder=folder),
        }
        taken = in_turns(ways, turns)
    ours = taken["ours"]
    return [
        figure(f"peers_{way}", median(ours), median(taken[way]), ratio(taken[way], ours))
        for way in ("dbt", "multiprocess")
    ]
