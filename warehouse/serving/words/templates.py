"""Jinja2 templates that speak one of the three languages: pages of reports, of a collection.

Only the environment belongs here; templates lie beside the code that fills them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any


def templates(folder: Path, lang: str) -> Any:
    """The templates of a folder (jinja2.Environment): escaped, strict about what is not given, with the messages of `lang`."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from warehouse.serving.words import tongue

    made: Any = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"], bytecode_cache=_compiled(),
    )  # fmt: skip
    made.install_gettext_translations(tongue(lang).catalogue, newstyle=True)
    return made


@cache
def _compiled() -> Any:
    """What a template was compiled to, once for all languages: messages are looked up when it is filled."""
    from jinja2 import BytecodeCache

    kept: dict[str, Any] = {}

    class Kept(BytecodeCache):
        def load_bytecode(self, bucket: Any) -> None:
            bucket.code = kept.get(f"{bucket.key}{bucket.checksum}")

        def dump_bytecode(self, bucket: Any) -> None:
            kept[f"{bucket.key}{bucket.checksum}"] = bucket.code

    return Kept()
