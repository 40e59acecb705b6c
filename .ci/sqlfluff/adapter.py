"""What sqlfluff takes for dbt's `adapter` in macros: the form that is not Spark's. Nothing else of dbt belongs here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import pass_context


@pass_context
def dispatch(context: Any, name: str, package: str | None = None) -> Callable[..., str]:
    """The macro `default__name` of those that stand in the template's context."""
    return context.resolve(f"default__{name}")
