"""What everything looks like that people are handed: the palette, the sizes of type, the base style of a page.

Colours stand in `palette.yml`, rules in `look.css`; what only one kind of page needs stands beside that page.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

HERE = Path(__file__).parent


@cache
def css() -> str:
    """The base style: the colours of the palette as custom properties (`--returned`, `--text`), then `look.css`. Loads nothing."""
    from warehouse.serving.charts.palette import palette

    colours = palette()
    names = {**colours.role, **colours.category, "sans": colours.font}
    tokens = "".join(f"--{name.replace('_', '-')}:{value};" for name, value in names.items())
    accents = "".join(f".accent-{name}{{--accent:var(--{name.replace('_', '-')})}}" for name in colours.category)
    return f":root{{{tokens}}}\n{accents}\n{(HERE / 'look.css').read_text(encoding='utf-8')}"
