"""What the rounds are calibrated to (`operations/kgz/sample.yml`), and the sharing out of totals.

Only targets and their arithmetic belong here; nothing is drawn at random.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from warehouse.operations import read_yaml
from warehouse.settings import PROJECT

OPERATION = PROJECT / "operations" / "kgz"
CATEGORIES = ("returned", "emigrant", "international", "internal")
SEXES = ("male", "female")
Key = TypeVar("Key")
Weights = dict[str, float]


class Part(BaseModel):
    """A part of the file; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Frame(Part):
    """Communities per unit of the finest level of the gazetteer, as weights of `size`."""

    size: int
    units: Weights


class BmaRound(Part):
    """One round of the baseline; what it does not give is taken from the common weights."""

    communities: int
    kept: int | None = None  # of the round before; none: all
    informants: int
    threes: int  # communities with three informants; the other extra informants are second ones
    totals: dict[str, int]
    years: dict[str, dict[int, float]]
    sex_age: dict[str, dict[str, list[float]]] = {}
    countries: dict[str, Weights] = {}


class RmsRound(Part):
    """One round of the survey: respondents who consented, and those who refused."""

    respondents: int
    refused: int
    single: dict[str, Weights] = {}


class Rms(Part):
    """The survey: weights of answers, and what single rounds override."""

    single: dict[str, Weights]
    multiple: dict[str, Weights]
    rounds: dict[int, RmsRound]


class Partial(Part):
    """A part of a round that is delivered first: what was submitted before a day."""

    name: str
    before: date
    created: date


class File(Part):
    """Fieldwork and file of one round."""

    start: date
    end: date
    name: str
    created: date
    partial: Partial | None = None


class Figures(Part):
    """The whole file."""

    frame: Frame
    shares: dict[str, Weights]
    spread: Weights
    ages: list[str]
    origins: Weights
    reasons: dict[str, Weights]
    emigrant_years: dict[int, float]
    sex_age: dict[str, dict[str, list[float]]]
    countries: dict[str, Weights]
    bma: dict[int, BmaRound]
    rms: Rms
    toponyms: list[tuple[str, str, str]]
    quarter: tuple[str, str, str]
    generated: tuple[str, str, str]
    files: dict[str, dict[int, File]]


@cache
def load_figures() -> Figures:
    """The calibration. Raises MtmError where the file is wrong."""
    return read_yaml(OPERATION / "sample.yml", Figures)


def apportion(total: int, weights: Mapping[Key, float]) -> dict[Key, int]:
    """`total` shared out by largest remainder: parts are whole, add up exactly; ties go to the first.

    Weights that are whole and add up to the total come back as they are.
    """
    whole = sum(weights.values())
    exact = {key: total * weight / whole for key, weight in weights.items()}
    parts = {key: int(share + 1e-9) for key, share in exact.items()}
    by_rest = sorted(parts, key=lambda key: parts[key] - exact[key])
    for key in by_rest[: total - sum(parts.values())]:
        parts[key] += 1
    return parts
