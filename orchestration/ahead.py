"""Imports that a round needs later, begun in a thread beside its first steps.

Which packages those are belongs here. A fresh process spends a third of its first round on importing; while files are read,
tables normalized and statements run by engines that leave the interpreter free, that can be done.
"""

import threading
from contextlib import suppress
from functools import cache
from importlib import import_module

GATE = ("expectations.runner", "expectations.gate")
HANDOUTS = ("altair", "vl_convert", "warehouse.serving.report.page", "xlsxwriter")


@cache
def begin() -> threading.Thread:
    """Begin, once per process. What can't be imported is told by whoever needs it."""
    thread = threading.Thread(target=_import, name="imports ahead", daemon=True)
    thread.start()
    return thread


def _import() -> None:
    from warehouse.serving.handouts import are_on

    with suppress(Exception):
        from expectations.gx import great_expectations

        great_expectations()
    for name in (*GATE, *(HANDOUTS if are_on() else ())):
        with suppress(Exception):
            import_module(name)
    if are_on():
        with suppress(Exception):
            from warehouse.serving.report.page import ready

            ready()
