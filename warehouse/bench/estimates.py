"""How long the estimates of a survey round take, beside one GROUP BY of DuckDB over the same answers, in one run.

Timing belongs here, in turns and by the median, so that a busy machine is fair to both; the round is in `survey_round.py`.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from warehouse.bench.figure import Figure
from warehouse.bench.survey_round import ROUND, Size, make_round

GROUP_BY = """
    select indicator_code, option_code, domain_type, domain, count(*) as n, sum(weight) as weight,
        sum(weight * value_number) as weighted
    from {table} group by all
"""
JOINED = """(
    select a.indicator_code, a.option_code, coalesce(a.value_number, 1) as value_number, d.domain_type, d.domain, s.weight
    from answers as a
    inner join domains as d on a.round_key = d.round_key and a.response_key = d.response_key
    inner join sample as s on a.round_key = s.round_key and a.response_key = s.response_key)
"""
BARE = """
    select indicator_code, option_code, count(*) as n, sum(coalesce(value_number, 1)) as chosen from answers group by all
"""


def bench_estimates(size: Size, turns: int = 7) -> dict[str, Any]:
    """Seconds of each way and the ratios: estimates / GROUP BY."""
    import duckdb

    from warehouse.survey.batch_round import Tables, estimate_round

    with tempfile.TemporaryDirectory() as folder, duckdb.connect(str(Path(folder) / "bench.duckdb")) as connection:
        make_round(connection, size)
        connection.execute("checkpoint")
        tables = Tables("sample", "answers", "unanswered", "domains", "options")
        ways: dict[str, Callable[[], Any]] = {
            "group_by_long": lambda: connection.sql(GROUP_BY.format(table="long")).to_arrow_table(),
            "group_by_long_fetched": lambda: connection.sql(GROUP_BY.format(table="long")).fetchall(),
            "group_by_joined": lambda: connection.sql(GROUP_BY.format(table=JOINED)).to_arrow_table(),
            "group_by_answers": lambda: connection.sql(BARE).to_arrow_table(),
            "estimates": lambda: estimate_round(connection, tables, ROUND),
        }
        seconds = _in_turns(ways, turns)
        rows = {name: connection.sql(f"from {name}").shape[0] for name in ("answers", "long")}
        cells = len(estimate_round(connection, tables, ROUND))
    ratios = {f"estimates / {way}": round(seconds["estimates"] / seconds[way], 2) for way in ways if way != "estimates"}
    return {"respondents": size.respondents, "questions": size.questions, "rows": rows, "cells": cells, "turns": turns,
            "seconds": {way: round(value, 4) for way, value in seconds.items()}, "ratios": ratios}  # fmt: skip


def estimates(turns: int) -> list[Figure]:
    """The same at the size of a Kyrgyz round, as a figure."""
    answer = bench_estimates(Size(1734, 150), turns)
    seconds = answer["seconds"]
    value, against = seconds["estimates"], seconds["group_by_long"]
    return [
        Figure("estimates", value, against, answer["ratios"]["estimates / group_by_long"], turns=turns, detail=answer)
    ]


def _in_turns(ways: dict[str, Callable[[], Any]], turns: int) -> dict[str, float]:
    """The median of each way; all take one turn before any takes the next, and one before that is not counted."""
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for turn in range(turns + 1):
        for way, run in ways.items():
            started = time.perf_counter()
            run()
            if turn:
                taken[way].append(time.perf_counter() - started)
    return {way: statistics.median(values) for way, values in taken.items()}
