"""The simulation: intervals of many samples from one known population hold its true figures about as often as they say."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from warehouse.survey import intervals
from warehouse.survey.design import Design
from warehouse.survey.estimate import estimate
from warehouse.survey.indicators import parse_indicator
from warehouse.survey.sample import Sample
from warehouse.survey.table import Table

SAMPLES = 2000
STRATA, CLUSTERS, PEOPLE = 4, 60, 6  # of the population: clusters in a stratum, people in a cluster
DRAWN = 10  # clusters of each stratum
DESIGN = Design(strata=["stratum"], clusters=["cluster"], fpc=["clusters"])


def population(rng: np.random.Generator) -> dict[str, NDArray[np.float64]]:
    """People in clusters that differ, in strata that differ; stratum × cluster × person."""
    shape = (STRATA, CLUSTERS, PEOPLE)
    level = np.arange(STRATA)[:, None, None] * 20.0
    cluster = rng.normal(size=(STRATA, CLUSTERS, 1))
    income = 100 + level + 12 * cluster + 25 * rng.normal(size=shape)
    returns = rng.random(shape) < 1 / (1 + np.exp(0.6 - 0.4 * cluster - level / 60))
    return {"income": income, "returns": returns.astype(float), "size": rng.integers(1, 9, shape).astype(float)}


def test_intervals_of_95_percent_hold_the_truth_in_93_to_97_percent_of_samples() -> None:
    rng = np.random.default_rng(20241017)
    people = population(rng)
    truth = {
        "mean:income": people["income"].mean(), "total:income": people["income"].sum(),
        "prop:returns": people["returns"].mean(), "ratio:income/size": people["income"].sum() / people["size"].sum(),
    }  # fmt: skip
    indicators = [parse_indicator(name) for name in truth]
    figures = np.array([
        [(a.estimate, a.se, a.n, a.df, a.ci_low, a.ci_high) for one in indicators for a in estimate(sample, one)]
        for sample in (Sample.of(drawn(people, rng), DESIGN) for _ in range(SAMPLES))
    ]).transpose(1, 2, 0)  # fmt: skip
    bounds = {name: figures[i, 4:] for i, name in enumerate(truth)}
    for method in ("beta", "wald"):
        bounds[f"prop:returns {method}"] = np.array(intervals.proportion(method, *figures[2, :4]))
    for name, (low, high) in bounds.items():
        value = truth[name.partition(" ")[0]]
        assert 0.93 <= np.mean((low <= value) & (value <= high)) <= 0.97, name


def drawn(people: dict[str, NDArray[np.float64]], rng: np.random.Generator) -> Table:
    """Clusters without replacement within each stratum, everybody in them."""
    chosen = np.stack([rng.choice(CLUSTERS, DRAWN, replace=False) for _ in range(STRATA)])
    cells = {name: np.take_along_axis(values, chosen[:, :, None], 1).ravel() for name, values in people.items()}
    strata = np.repeat(np.arange(STRATA), DRAWN * PEOPLE)
    clusters = np.repeat(chosen.ravel(), PEOPLE)
    return Table.of({**cells, "stratum": strata, "cluster": clusters, "clusters": np.full(len(strata), CLUSTERS)})  # type: ignore[dict-item]
