"""A Spark session by the settings, closed at the end."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from warehouse.engine.sail import sail_server


@contextmanager
def connect_session(url: str) -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        from pyspark.sql.connect.session import SparkSession

        spark = SparkSession.builder.remote(url).create()
    try:
        yield spark
    finally:
        spark.stop()


@contextmanager
def sail_session() -> Iterator[Any]:
    with sail_server() as url, connect_session(url) as spark:
        yield spark
