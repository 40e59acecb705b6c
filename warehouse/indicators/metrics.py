"""The metrics of the semantic layer, made from the catalogue: names, labels and definitions stand there only.

Writing `models/semantic/metrics.yml` belongs here. Measures are written by hand in `semantic_models.yml`; the `fixed` filter
beside each (level, totals) keeps its metrics from counting anybody twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import yaml

from warehouse.indicators.load import common_entries
from warehouse.indicators.model import Entry, Indicator, Metric
from warehouse.operation_files import LOADER
from warehouse.settings import DBT_PROJECT, PROJECT

HEAD = "# Made from the catalogue of indicators by: mtm indicators seeds. Change operations/*/indicators.yml, not this file.\n"
Filter = dict[str, Any]
About = dict[str, str]


def metrics_yaml() -> str:
    """The text of `metrics.yml`."""
    metas = measure_metas()
    metrics = [m for entry in common_entries() if not entry.question for m in _metrics(entry, metas, {}, "")]
    for operation, indicator in survey_indicators():
        where = {"estimate__operation": operation, "estimate__indicator_code": indicator.code}
        metrics += _metrics(indicator, metas, where, f"{operation}_")
    return HEAD + yaml.safe_dump({"metrics": metrics}, allow_unicode=True, sort_keys=False, width=140)


def survey_indicators() -> list[tuple[str, Indicator]]:
    """Operation and indicator of every survey question: answers of two operations are never added up."""
    from warehouse.operations import Operation

    operations = [Operation(path.parent) for path in sorted((PROJECT / "operations").glob("*/operation.yml"))]
    return [(o.code, i) for o in operations for i in o.indicators if i.is_survey and i.metric]


def measure_metas() -> dict[str, dict[str, Filter]]:
    """Per measure its `config.meta`: `fixed`, the filter of all its metrics, and `variants` with other values of it."""
    path = DBT_PROJECT / "models" / "semantic" / "semantic_models.yml"
    data = yaml.load(path.read_bytes(), Loader=LOADER)
    return {m["name"]: m["config"]["meta"] for s in data["semantic_models"] for m in s.get("measures", [])}


def _metrics(
    entry: Entry | Indicator, metas: dict[str, dict[str, Filter]], where: Filter, prefix: str
) -> Iterator[dict[str, Any]]:
    if entry.metric is None or entry.name is None or entry.definition is None:
        return
    metric, meta = entry.metric, metas[entry.metric.measure]
    variants: dict[str, Filter] = {"": {}, **meta.get("variants", {})}
    for variant, other in variants.items():
        for chosen in _choices(metric):
            words = [*chosen.values(), *([variant] if variant else [])]
            name = "_".join([prefix + entry.code.replace(".", "_"), *words])
            label = entry.name.en + (f" ({', '.join(words)})".replace("_", " ") if words else "")
            about = {"name": name, "label": label, "description": entry.definition.en}
            yield from _with_sides(about, entry.code, metric, metas, {**where, **other, **chosen})


def _choices(metric: Metric) -> list[dict[str, str]]:
    return [dict(zip(metric.each, values, strict=True)) for values in product(*metric.each.values())]


def _with_sides(
    about: About, code: str, metric: Metric, metas: dict[str, dict[str, Filter]], where: Filter
) -> Iterator[dict[str, Any]]:
    top = _measure(metric.measure, {**metas[metric.measure]["fixed"], **where, **metric.filter})
    meta = {"config": {"meta": {"indicator": code}}}
    if metric.of_measure is None:
        yield {**about, "type": "simple", "type_params": {"measure": top}, **meta}
        return
    name, below = about["name"], metric.of_measure
    sides = {"numerator": f"{name}_numerator", "denominator": f"{name}_denominator"}
    bottom = _measure(below, {**metas[below]["fixed"], **where, **metric.filter})
    yield {**about, "type": "ratio", "type_params": sides, **meta}
    for side, measure in (("numerator", top), ("denominator", bottom)):
        yield {
            "name": sides[side], "label": f"{about['label']}: {side}", "description": f"The {side} of {name}; of no use alone.",
            "type": "simple", "type_params": {"measure": measure}, "config": {"meta": {"part_of": code}},
        }  # fmt: skip


def _measure(name: str, filters: Filter) -> dict[str, Any]:
    return {"name": name, "filter": " and ".join(_condition(k, v) for k, v in filters.items())}


def _condition(dimension: str, value: Any) -> str:
    text = f"'{value}'" if isinstance(value, str) else str(value).lower()
    return f"{{{{ Dimension('{dimension}') }}}} = {text}"
