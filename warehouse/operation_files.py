"""How a YAML file of an operation is read: strict models, names in three languages, and errors that name file and key.

What several rooms need to read their own file belongs here; the files' contents are modelled where they are used.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from warehouse.errors import MtmError

Component = Literal["bma", "rms", "baseline"]
Model = TypeVar("Model", bound=BaseModel)
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where the wheel has it: ten times faster


class Strict(BaseModel):
    """A part of an operation's files: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Names(Strict):
    """A name in the three languages; where one is missing the English one stands in."""

    en: str
    ru: str | None = None
    ky: str | None = None

    def row(self, stem: str) -> dict[str, str]:
        """`{stem}_en`, `_ru`, `_ky` for a reference table."""
        return {f"{stem}_en": self.en, f"{stem}_ru": self.ru or self.en, f"{stem}_ky": self.ky or self.en}


class Others(Strict):
    """A text that stands elsewhere in English, in the two other languages."""

    ru: str | None = None
    ky: str | None = None

    def row(self, stem: str, english: str) -> dict[str, str]:
        """`{stem}_ru`, `_ky` for a reference table; the English text where one is missing."""
        return {f"{stem}_ru": self.ru or english, f"{stem}_ky": self.ky or english}


def _as_names(value: Any) -> Any:
    return {"en": value} if isinstance(value, str) else value


Title = Annotated[Names, BeforeValidator(_as_names)]  # one English text, or a text for each language


def read_yaml(path: Path, model: type[Model]) -> Model:
    """One validated file; a mistake in it names the file and the key (exit 1)."""
    try:
        data: Any = yaml.load(path.read_bytes(), Loader=LOADER) if path.exists() else {}
        return model.model_validate(data or {})
    except (yaml.YAMLError, ValidationError) as error:
        problem = _first_problem(error)
        raise MtmError(
            f"{path.name} can't be used: {problem}",
            where=str(path),
            expected=f"the keys of {model.__name__}",
            todo="correct the file; docs/adding-a-country.md shows each key",
            code="bad_operation_file",
        ) from None


def _first_problem(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(p) for p in first['loc'])}: {first['msg']}"
    return str(error).splitlines()[0]
