"""select_multiple answers that stand as a list in one cell.

Splitting a list into its options belongs here: codes apart by spaces, or labels apart by commas, semicolons or spaces.
"""

from __future__ import annotations

import re

import polars as pl

from warehouse.codebooks.folding import fold
from warehouse.normalize.values import is_missing


def split_options(text: str, options: dict[str, str]) -> list[str] | None:
    """Option codes of a list; None where a part is not an option. `options`: folded text to code."""
    folded = fold(text)
    for parts in (folded.split(), re.split(r"\s*[;|]\s*", folded), re.split(r"\s*,\s*", folded)):
        if all(part in options for part in parts):
            return list(dict.fromkeys(options[part] for part in parts))
    return _longest_first(folded, options)


def _longest_first(folded: str, options: dict[str, str]) -> list[str] | None:
    """Labels with spaces inside, apart by spaces: at each place the longest option that fits."""
    found: list[str] = []
    rest = folded
    while rest:
        label = max(
            (o for o in options if rest == o or rest.startswith((o + " ", o + ",", o + ";"))), key=len, default=None
        )
        if label is None:
            return None
        found.append(options[label])
        rest = rest[len(label) :].lstrip(" ,;")
    return list(dict.fromkeys(found))


def listed_options(data: pl.DataFrame, name: str, options: dict[str, str], missing: list[str]) -> pl.DataFrame:
    """response_key, row_number × every option with 1 or 0; missing and unreadable lists keep one row without an option."""
    keys = ["response_key", "row_number"]
    codes = sorted(set(options.values()))
    distinct = data.filter(~is_missing(name, missing))[name].unique().to_list()
    split = {text: split_options(text, options) for text in distinct}
    known = pl.DataFrame(
        [(t, code, 1.0 if code in chosen else 0.0) for t, chosen in split.items() if chosen is not None for code in codes],
        schema={name: pl.String, "option_code": pl.String, "value_number": pl.Float64}, orient="row",
    )  # fmt: skip
    read = (
        data.select(*keys, name)
        .join(known, on=name, how="inner")
        .with_columns(pl.lit("reported").alias("value_status"))
    )
    rest = data.filter(~pl.col(name).is_in([t for t, chosen in split.items() if chosen is not None])).select(
        *keys,
        pl.lit(None, pl.String).alias("option_code"),
        pl.lit(None, pl.Float64).alias("value_number"),
        pl.when(is_missing(name, missing))
        .then(pl.lit("missing"))
        .otherwise(pl.lit("unreadable"))
        .alias("value_status"),
        pl.col(name).alias("delivered_value"),
    )
    return pl.concat([read.rename({name: "delivered_value"}).select(rest.columns), rest]).sort(
        "row_number", "option_code", maintain_order=True
    )
