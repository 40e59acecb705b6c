"""Peers: the same work by what people use otherwise, as it is measured: pandas with openpyxl, dbt alone, Dagster's own executor.

Called in processes of their own (`worker.py`). Each does what its users would write; nothing is made slower on purpose.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from warehouse.settings import DBT_PROJECT, Home


def with_pandas(path: str, sheets: list[str]) -> int:
    """Read the sheets that hold data with pandas and openpyxl, and add up their columns of numbers; the number of cells."""
    import pandas as pd

    frames = pd.read_excel(path, sheet_name=sheets, engine="openpyxl").values()
    return sum(int(frame.size) for frame in frames if frame.sum(numeric_only=True) is not None)


def received(path: str) -> dict[str, Any]:
    """Receive a file, so that it can be normalized again and again; its round, its sheets of data."""
    from warehouse.deliveries.vault import Vault
    from warehouse.normalize.reopen import reopen
    from warehouse.operations import load_operation

    home = Home.from_env().ensure()
    delivery = Vault(home).receive(Path(path), source="bench").delivery
    found = reopen(home, delivery, load_operation(delivery.operation))
    sheets = [m.raw.name for m in (*found.mains, *found.repeats)]
    return {
        "round": delivery.round_key,
        "sheets": sheets,
        "rows": found.mains[0].raw.height,
        "columns": found.mains[0].raw.width,
    }


def normalized(round_key: str) -> dict[str, int]:
    """Read a received delivery and normalize it anew; rows and people accepted."""
    from warehouse.deliveries.vault import Vault
    from warehouse.normalize.run import normalize

    home = Home.from_env()
    return normalize(home, Vault(home).current(round_key)).counts()


def forget(round_key: str) -> None:
    """Take away what was normalized of a round."""
    shutil.rmtree(Home.from_env().normalized / round_key, ignore_errors=True)


def candidate(round_key: str, keep: str) -> None:
    """Build the candidate of a round up to the models, and keep its database; the builder's lock is given back."""
    from warehouse.deliveries.vault import Vault
    from warehouse.normalize.run import normalize
    from warehouse.releases.candidate import build_candidate, discard

    home = Home.from_env()
    built = build_candidate(home, normalize(home, Vault(home).current(round_key)))
    built.opened.close()
    Path(keep).mkdir(parents=True, exist_ok=True)
    shutil.copyfile(built.database, Path(keep) / "candidate.duckdb")
    discard(built)


def models(round_key: str) -> int:
    """The line's own way: the candidate, the models, their tests, by the engine of the settings; the number of nodes."""
    from warehouse.deliveries.vault import Vault
    from warehouse.engine.run import run_models
    from warehouse.normalize.run import normalize
    from warehouse.releases.candidate import build_candidate, discard

    home = Home.from_env()
    built = build_candidate(home, normalize(home, Vault(home).current(round_key)))
    try:
        outcome = run_models(built)
        if outcome.failed:  # its time says nothing
            raise RuntimeError("; ".join(f"{n['unique_id']}: {n['message']}" for n in outcome.failed[:3]))
        return len(outcome.nodes)
    finally:
        discard(built)


def with_dbt(folder: str) -> int:
    """`dbt build` from the command line on the kept database, with all it checks by default; the number of marts."""
    database = Path(folder) / "dbt" / "build.duckdb"
    database.parent.mkdir(exist_ok=True)
    shutil.copyfile(Path(folder) / "candidate.duckdb", database)
    told = {**os.environ, "MTM_BUILD_DB": str(database), "DBT_TARGET_PATH": str(Path(folder) / "dbt" / "target"),
            "DBT_LOG_PATH": str(Path(folder) / "dbt" / "logs"), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}  # fmt: skip
    where = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--quiet"]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "from dbt.cli.main import cli; cli()", "build", *where],
        env=told,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError((done.stdout or done.stderr).strip().splitlines()[-1])
    return marts(str(database))


def marts(database: str) -> int:
    """Marts in a database."""
    import duckdb

    with duckdb.connect(database, read_only=True) as connection:
        return int(
            connection.execute("select count(*) from duckdb_tables() where schema_name = 'marts'").fetchall()[0][0]
        )


def with_multiprocess(folder: str) -> int:
    """The same three steps as a Dagster job with the default executor, each step in a process of its own; the number of marts."""
    import dagster as dg

    from bench.peers_job import job

    with dg.DagsterInstance.local_temp(str(Path(folder))) as instance:
        told = {"ops": {"take": {"config": {"folder": folder}}}}
        with dg.execute_job(dg.reconstructable(job), instance, run_config=told) as result:
            if not result.success:
                raise RuntimeError("the job failed")
            return int(result.output_for_node("count"))
