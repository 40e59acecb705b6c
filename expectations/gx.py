"""The one door to Great Expectations: how it is imported, and what it is kept from importing.

Importing belongs here, nothing else. It takes seconds, so it happens where the first suite is made. Engines that the gate does
not use (Spark, clouds) would be imported with it wherever they are installed, which takes as long again. What a few of its
expectations calculate and draw with comes when one of them asks for it.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from warehouse.at_rest import collector_at_rest

UNUSED = ("pyspark", "boto3", "botocore", "snowflake")
LATER = ("scipy.stats", "altair")  # a third of the time


@cache
def great_expectations() -> Any:
    """The package, once per process, without analytics."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when it is imported
    with _without(UNUSED), _later(LATER), collector_at_rest():
        return importlib.import_module("great_expectations")


@contextmanager
def _without(names: Sequence[str]) -> Iterator[None]:
    """In the body, and in its thread only, these packages are not there (what was imported before still is)."""
    with _asked_first(_NotThere(names)):
        yield


@contextmanager
def _asked_first(finder: _NotThere) -> Iterator[None]:
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _NotThere:
    """A finder that says of some packages that they are not installed."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names, self._thread = set(names), threading.get_ident()

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Nothing to say of any other package: the next finder looks."""
        if threading.get_ident() == self._thread and name.partition(".")[0] in self._names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


@contextmanager
def _later(names: Sequence[str]) -> Iterator[None]:
    """What this thread imports of these in the body is a stand-in; afterwards they are imported as ever."""
    try:
        with _asked_first(_StandIns(names)):
            yield
    finally:
        for name in names:
            parent, _, last = name.rpartition(".")
            if isinstance(sys.modules.get(name), _Later):
                del sys.modules[name]
            if isinstance(vars(sys.modules.get(parent, sys)).get(last), _Later):
                delattr(sys.modules[parent], last)


class _Later(ModuleType):
    """A module that is imported when something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        """Of the module that it stands for."""
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


class _StandIns(_NotThere, Loader):
    """A finder that gives stand-ins for some modules."""

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Nothing to say of any other module: the next finder looks."""
        ours = threading.get_ident() == self._thread and name in self._names
        return ModuleSpec(name, self) if ours else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The stand-in."""
        return _Later(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing stands in it."""
