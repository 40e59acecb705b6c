"""Jinja2 templates that speak one of the three languages: pages of reports, of a collection.

Only the environment belongs here; templates lie beside the code that fills them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any


def templates(folder: Path, lang: str) -> Any:
    """The templates of a folder (jinja2.Environment): escaped, strict about what is not given, with the messages of `lang`."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from warehouse.serving.words import tongue

    made: Any = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    made.install_gettext_translations(tongue(lang).catalogue, newstyle=True)
    return made
