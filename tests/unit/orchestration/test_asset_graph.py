"""The asset graph is what was last reviewed: keys, groups, what stands on what.

When it changes on purpose: `MTM_UPDATE=1 pytest tests/unit/orchestration/test_asset_graph.py`, and read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg

SNAPSHOT = Path(__file__).with_name("asset_graph.txt")


def drawn(definitions: dg.Definitions) -> str:
    graph = definitions.resolve_asset_graph()
    lines = []
    for key in sorted(graph.get_all_asset_keys(), key=lambda k: (graph.get(k).group_name, k.path)):
        node = graph.get(key)
        parents = ", ".join(sorted(k.to_user_string() for k in node.parent_keys)) or "-"
        lines.append(f"{node.group_name:12} {key.to_user_string():30} <- {parents}")
    return "\n".join(lines) + "\n"


def test_the_asset_graph_is_the_reviewed_one(definitions: dg.Definitions) -> None:
    seen = drawn(definitions)
    if os.environ.get("MTM_UPDATE"):
        SNAPSHOT.write_text(seen, encoding="utf-8")
    assert seen == SNAPSHOT.read_text(encoding="utf-8"), "reviewed? then run this test with MTM_UPDATE=1"


def test_the_line_runs_from_the_delivery_to_the_release(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    seen, todo = set(), [dg.AssetKey("release")]
    while todo:
        key = todo.pop()
        seen.add(key.to_user_string())
        todo += [k for k in graph.get(key).parent_keys if k.to_user_string() not in seen]
    every = {key.to_user_string() for key in graph.get_all_asset_keys()}
    assert {"delivery", "canonical_round", "candidate", "mart_population", "mart_survey_estimates", "verdict"} <= seen
    # Nothing lies beside the line but what no mart reads yet.
    assert {name for name in every - seen if name.startswith(("mart_", "dim_"))} == set()
