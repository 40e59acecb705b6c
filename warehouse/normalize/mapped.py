"""Columns of texts to columns of what each distinct text stands for.

Only the look-up belongs here; what a text stands for is decided by those who ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl


def mapped(texts: pl.Series, values: Mapping[str, Any], dtype: type[pl.DataType], default: Any = None) -> pl.Series:
    """The value of each text, `default` where it has none. A third of what `replace_strict` takes for a delivery's rows."""
    get = values.get
    return pl.Series(texts.name, [get(text, default) for text in texts.to_list()], dtype=dtype)
