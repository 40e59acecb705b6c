"""The thresholds of reliability: every one is there, in order, with its reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehouse.errors import MtmError
from warehouse.settings import PROJECT
from warehouse.survey.reliability import Reliability, reliability_rows

COMMON = PROJECT / "operations" / "common"


def test_every_threshold_stands_with_its_reason() -> None:
    rows = {r["rule"]: r for r in reliability_rows(COMMON)}
    assert rows.keys() == Reliability.model_fields.keys()
    assert (rows["minimum_effective_n"]["value"], rows["widest_interval"]["value"]) == (30, 0.3)
    assert all(len(r["reason_en"]) > 20 for r in rows.values())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("narrow_interval: {value: 0.05", "narrow_interval: {value: 0.5"),
        ("minimum_n: {value: 30", "minimum_m: {value: 30"),
        ("printable_n: {value: 30", "printable_n: {value: -1"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, before: str, after: str) -> None:
    text = (COMMON / "reliability.yml").read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "reliability.yml").write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(MtmError) as refused:
        reliability_rows(tmp_path)
    assert refused.value.code == "bad_operation_file"
