"""The simulation: intervals of many samples from one known population hold its true figures about as often as they say."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from warehouse.survey.design import Design
from warehouse.survey.estimate import estimate
from warehouse.survey.indicators import parse_indicator
from warehouse.survey.intervals import Method
from warehouse.survey.sample import Sample
from warehouse.survey.table import Table

SAMPLES = 2000
STRATA, CLUSTERS, PEOPLE = 4, 60, 6  # of the population: clusters in a stratum, people in a cluster
DRAWN = 10  # clusters of each stratum
INDICATORS = ("mean:income", "total:income", "prop:returns", "ratio:income/size")
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
    methods: dict[str, tuple[Method, ...]] = {"prop:returns": ("logit", "beta", "wald")}
    held = {(name, method): 0 for name in INDICATORS for method in methods.get(name, ("logit",))}
    for _ in range(SAMPLES):
        sample = Sample.of(drawn(people, rng), DESIGN)
        for name, method in held:
            (answer,) = estimate(sample, parse_indicator(name), interval=method)
            assert answer.ci_low is not None and answer.ci_high is not None
            held[name, method] += answer.ci_low <= truth[name] <= answer.ci_high
    for asked, times in held.items():
        assert 0.93 <= times / SAMPLES <= 0.97, (asked, times / SAMPLES)


def drawn(people: dict[str, NDArray[np.float64]], rng: np.random.Generator) -> Table:
    """Clusters without replacement within each stratum, everybody in them."""
    chosen = np.stack([rng.choice(CLUSTERS, DRAWN, replace=False) for _ in range(STRATA)])
    cells = {name: np.take_along_axis(values, chosen[:, :, None], 1).ravel() for name, values in people.items()}
    strata = np.repeat(np.arange(STRATA), DRAWN * PEOPLE)
    clusters = np.repeat(chosen.ravel(), PEOPLE)
    return Table.of({**cells, "stratum": strata, "cluster": clusters, "clusters": np.full(len(strata), CLUSTERS)})  # type: ignore[dict-item]
