"""The YAML blocks of docs/adding-a-country.md, by the file that each one says it is."""

from __future__ import annotations

import re
from pathlib import Path

from warehouse.settings import PROJECT

PAGE = PROJECT / "docs" / "adding-a-country.md"
BLOCK = re.compile(r"```yaml\n# operations/xyz/(\S+)\n(.*?)```", re.DOTALL)


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def blocks() -> dict[str, str]:
    """File name below the operation's folder to its text."""
    return dict(BLOCK.findall(page()))


def write_operation(folder: Path, codebook: str) -> Path:
    """An operation `xyz` made of the page's YAML only, with one of its codebooks."""
    operation = folder / "operations" / "xyz"
    (operation / "codebooks").mkdir(parents=True, exist_ok=True)
    said = blocks()
    (operation / "operation.yml").write_text(
        said["operation.yml"].replace("operation: mwi", "operation: xyz"), encoding="utf-8"
    )
    (operation / codebook).write_text(said[codebook], encoding="utf-8")
    return operation
