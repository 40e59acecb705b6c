"""What the UI says of stages and assets (`texts.yml`) and who owns them (`owners.yml`): groups, tags, owners, descriptions.

Reading these files and putting the texts together belong here; what a run found is told in `tables.py` and `charts.py`.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypedDict

from pydantic import Field

from orchestration.pages import manual
from warehouse.operation_files import Strict, read_yaml
from warehouse.settings import operations_dirs

FILE = Path(__file__).with_name("texts.yml")
OWNERS = Path("common/owners.yml")
PERSON = {"row_id", "response_key"}  # columns that tell rows of single communities or respondents
Team = Annotated[str, Field(pattern=r"^team:[a-z0-9_-]+$")]


class Stage(Strict):
    """One stage of the line: a group of the UI."""

    group: str = Field(pattern=r"^\d\d_[a-z_]+$")
    sensitivity: Literal["microdata", "inside", "published", "reference"]
    component: Literal["all", "counts", "survey"]
    comes_in: str
    done: str
    wrong: str
    manual: str


class Asset(Strict):
    """One asset that is not a model of dbt."""

    stage: str
    kinds: tuple[str, ...]
    text: str


class Texts(Strict):
    """The file `texts.yml`."""

    stages: dict[str, Stage]
    assets: dict[str, Asset]


class Owners(Strict):
    """The file `owners.yml`: teams by stage. Persons come and go: none is named."""

    owners: dict[str, list[Team]] = {}


class Shown(TypedDict):
    """How an asset of ours is shown."""

    group_name: str
    owners: list[str]
    tags: dict[str, str]
    kinds: set[str]
    description: str


def shown(asset: str) -> Any:
    """Group, owners, tags, kinds and description of an asset, as arguments of `@asset`."""
    told = texts().assets[asset]
    stage = texts().stages[told.stage]
    return Shown(
        group_name=stage.group,
        owners=owners(told.stage),
        tags=tags(told.stage),
        kinds=set(told.kinds),
        description=_linked(f"{told.text}\n{_teaching(stage)}"),
    )


def tags(stage: str, columns: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Tags by stage. A model with rows of single communities or respondents holds microdata, wherever it stands."""
    told = texts().stages[stage]
    sensitivity = "microdata" if PERSON & set(columns or ()) else told.sensitivity
    return {"stage": stage, "component": told.component, "sensitivity": sensitivity}


def model_text(stage: str, description: str, reads: list[str], keys: list[str]) -> str:
    """The description of a model: what a row is, what it reads, what can go wrong."""
    told = texts().stages[stage]
    facts = [f"**Reads**: {', '.join(f'`{name}`' for name in reads)}."] if reads else []
    facts += [f"**One row for each**: {', '.join(f'`{key}`' for key in keys)}."] if keys else []
    return _linked("\n\n".join([description, *facts, _teaching(told)]))


@cache
def texts() -> Texts:
    """The validated file."""
    return read_yaml(FILE, Texts)


def owners(stage: str) -> list[str]:
    """The teams of a stage: those of the installation, else the project's."""
    return _owners().get(stage, [])


@cache
def _owners() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for folder in reversed(operations_dirs()):
        found |= read_yaml(folder / OWNERS, Owners).owners
    return found


def _teaching(stage: Stage) -> str:
    lines = {"Comes in": stage.comes_in, "Is done": stage.done, "If it goes wrong": stage.wrong}
    told = [f"- **{name}**: {text}" for name, text in lines.items()]
    return "\n".join([*told, f"- **Manual**: {{manual:{stage.manual}}}"])


def _linked(text: str) -> str:
    return re.sub(r"\{manual:([\w.-]+)\}", lambda found: manual(found[1]), text)
