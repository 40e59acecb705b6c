"""A tick that can't do its work says why in plain words, and its cursor is read with patience.

What all sensors share in this belongs here. A tick that fails is red in the UI, keeps its cursor, and is tried again.
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import dagster as dg

from orchestration.work import unexpected
from warehouse.deliveries.sources.redact import redact
from warehouse.errors import MtmError

P = ParamSpec("P")
T = TypeVar("T")


def plainly(evaluate: Callable[P, T]) -> Callable[P, T]:
    """What goes wrong in a tick is told as one line: without values, secrets or the text of libraries."""

    @wraps(evaluate)
    def told(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return evaluate(*args, **kwargs)
        except MtmError as error:
            raise dg.Failure(redact(str(error))) from None
        except OSError as error:
            what = MtmError(
                error.strerror or type(error).__name__,
                where=str(error.filename or "the state folder"),
                expected="a folder that can be read and written",
                todo="mend its permissions or the disk; mtm doctor checks them",
                code="state_unusable",
            )
            raise dg.Failure(str(what)) from None
        except Exception as error:
            raise dg.Failure(str(unexpected(type(error).__name__, "a tick of a sensor"))) from None

    return told


def read_cursor(context: dg.SensorEvaluationContext) -> dict[str, Any]:
    """The cursor as data. One that can't be read is forgotten and said: what was seen is seen again."""
    try:
        data = json.loads(context.cursor or "{}")
    except ValueError:
        data = None
    if isinstance(data, dict):
        return data
    context.log.warning("the cursor of this sensor could not be read: it begins again")
    return {}
