"""The design of a sample as `design.yml` says it: strata, clusters, weight, population sizes, post-strata, lonely units.

Only the shape of the file and its loading belong here; what a design means for rows is in `sample.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator

from warehouse.errors import MtmError, UsageError
from warehouse.survey.poststrata import Columns, Poststrata, listed, named

Lonely = Literal["fail", "remove", "adjust", "average"]
Column = Annotated[str | None, BeforeValidator(named)]
StageColumns = Annotated[list[str | None], BeforeValidator(listed)]


class Design(BaseModel):
    """How the sample was drawn. Every key is optional: an empty design is a simple random sample with equal weights."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    strata: StageColumns = []
    clusters: Columns = []
    weight: Column = None
    fpc: Columns = []
    with_replacement: bool = False
    poststrata: Poststrata | None = None
    lonely_psu: Lonely = "fail"
    nest: bool = True

    @property
    def stages(self) -> int:
        """Stages of sampling; without clusters each row is its own unit."""
        return max(1, len(self.clusters))

    @model_validator(mode="before")
    @classmethod
    def _said(cls, data: Any) -> Any:
        """A key without a value says nothing; totals of the post-strata may stand beside them."""
        if not isinstance(data, dict):
            return data
        said = {key: value for key, value in data.items() if named(value) is not None and value not in ({}, [])}
        totals = next((key for key in ("totals", "poststrata_totals") if key in said), None)
        if totals and isinstance(said.get("poststrata"), str | list):
            said["poststrata"] = {"columns": said["poststrata"], "totals": said.pop(totals)}
        return said

    @model_validator(mode="after")
    def _one_column_a_stage(self) -> Design:
        for key, columns in (("strata", self.strata), ("fpc", self.fpc)):
            if len(columns) > self.stages:
                raise ValueError(f"{key} has {len(columns)} columns, for {self.stages} stages of clusters")
        return self


class _Loader(yaml.BaseLoader):
    """All scalars stay text, and a key that comes twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping, of keys that differ."""
        keys = [str(key.value) for key, _ in node.value]
        if twice := next((key for key in keys if keys.count(key) > 1), None):
            raise yaml.YAMLError(f"{twice} twice")
        return super().construct_mapping(node, deep)


def load_design(path: Path) -> Design:
    """The design in a file. Labels stay text (`No` is no truth value). Raises MtmError where it can't be used."""
    if not path.is_file():
        raise UsageError(
            "there is no such design", where=str(path), todo="write it; docs/estimates.md shows one", code="no_design"
        )
    try:
        return Design.model_validate(yaml.load(path.read_bytes(), Loader=_Loader))
    except (yaml.YAMLError, UnicodeDecodeError, ValidationError) as error:
        raise MtmError(
            f"the design can't be used: {_problem(error)}", where=path.name,
            expected=f"the keys {', '.join(Design.model_fields)}", todo="correct it; docs/estimates.md shows each key",
            code="bad_design",
        ) from None  # fmt: skip


def _problem(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error).splitlines()[0]
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    words = {"extra_forbidden": "there is no such key", "model_type": "it holds no keys ({} is a simple random sample)"}
    what = words.get(first["type"], str(first["msg"]).removeprefix("Value error, "))
    return f"{where}: {what}" if where else what
