"""A Spark session by the settings, closed at the end: in this process, on a standalone cluster, or on a Connect server.

Opening, configuring and closing belongs here; what is asked of the session does not. Spark is imported here only.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

from warehouse.engine.sail import sail_server
from warehouse.engine.settings import SparkSettings
from warehouse.errors import MtmError

# Of every session: times are what deliveries say, without a zone; results do not depend on the machine's own.
EVERYWHERE = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.sources.default": "parquet",
    "spark.sql.parquet.compression.codec": "zstd",
}
# Of our own contexts: no metastore, no pages, logs of errors only.
OWN = {
    "spark.sql.catalogImplementation": "in-memory",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.shuffle.partitions": "16",
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
}
TELLS_VALUES = "SQLQueryContextLogger"  # pyspark's own: it writes errors to standard error, with the SQL and cells
REMOTE = ("SPARK_REMOTE", "SPARK_LOCAL_REMOTE", "SPARK_CONNECT_MODE_ENABLED", "SPARK_API_MODE")


@contextmanager
def opened(settings: SparkSettings, scratch: Path) -> Iterator[Any]:
    """A session; what Spark spills on this machine lies in `scratch`. Raises MtmError where it does not start."""
    logging.getLogger(TELLS_VALUES).disabled = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # pyspark on its ways through pandas, which are not ours
        if settings.way == "sail":
            with sail_server(settings.memory, scratch) as address, _connect(address, settings) as spark:
                yield spark
        elif settings.way == "connect":
            with _connect(settings.master, settings) as spark:
                yield spark
        else:
            with _context(settings, scratch) as spark:
                yield spark


@contextmanager
def _connect(address: str, settings: SparkSettings) -> Iterator[Any]:
    try:
        from pyspark.sql.connect.session import SparkSession

        spark = SparkSession.builder.remote(address).create()
        found = spark.version
        for name, value in EVERYWHERE.items():
            spark.conf.set(name, value)
    except Exception as error:
        raise _did_not_start(settings, error) from error
    try:
        if not found.startswith("4."):
            raise MtmError(
                f"the Spark server runs version {found}", where=f"MTM_SPARK, {settings.shown}", expected="Spark 4",
                todo="connect to a server of Spark 4", code="spark_version",
            )  # fmt: skip
        yield spark
    finally:
        spark.stop()


@contextmanager
def _context(settings: SparkSettings, scratch: Path) -> Iterator[Any]:
    """A context of our own, with the driver in this process's Java; the Java itself ends with this process."""
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = {name: os.environ.pop(name) for name in REMOTE if name in os.environ}
    try:
        try:
            spark = _started(settings, scratch)
        except Exception as error:
            raise _did_not_start(settings, error) from error
        try:
            yield spark
        finally:
            spark.stop()
    finally:
        os.environ.update(before)


def _started(settings: SparkSettings, scratch: Path) -> Any:
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    conf = SparkConf().setAppName("mtm").setMaster(settings.master)
    conf.setAll(list({**EVERYWHERE, **OWN, **_sizes(settings)}.items()))
    conf.set("spark.local.dir", str(scratch)).set("spark.sql.warehouse.dir", str(scratch / "warehouse"))
    if SparkContext._gateway is None:  # once in a process; Java's own warnings are nothing for a person
        SparkContext._ensure_initialized(gateway=launch_gateway(conf, {"stdout": DEVNULL, "stderr": DEVNULL}))
    return SparkSession(SparkContext.getOrCreate(conf))


def _sizes(settings: SparkSettings) -> dict[str, str]:
    sizes = {"spark.driver.memory": settings.memory, "spark.executor.memory": settings.memory}
    if settings.way == "cluster" and settings.cores:
        sizes["spark.cores.max"] = str(settings.cores)
    if settings.way == "session" or settings.hosts[0][0] in ("127.0.0.1", "localhost"):
        sizes |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    return sizes


def _did_not_start(settings: SparkSettings, error: Exception) -> MtmError:
    return MtmError(
        f"Spark did not start ({type(error).__name__})", where=f"MTM_SPARK, {settings.shown}",
        expected="a session of Spark 4", todo="mtm doctor, then mtm --debug run; docs/spark.md", code="spark_did_not_start",
    )  # fmt: skip
