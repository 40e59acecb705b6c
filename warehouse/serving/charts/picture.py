"""A finished picture: its spec, its SVG for a page and for a phone, PNG, and the sentence that stands for it.

Rendering, and making the SVG safe to stand in a page many times, belongs here; what is drawn belongs to each chart.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any

from warehouse.serving.charts.canvas import NARROW, WIDE, Canvas
from warehouse.serving.charts.palette import mixed, palette

LONG = re.compile(r"\d+\.\d{3,}(?:e-\d+)?")  # a hundredth of a pixel is enough
WITH_LONG = re.compile(r'="[^"]*\.\d{3}[^"]*"')
HATCH = "#f1f2f5"  # a fill that no palette has: becomes the hatch of what is withheld
PART = "8c"  # a fill of this opacity becomes stripes of its colour: what is only a part
STRIPED = re.compile(rf'"#([0-9a-f]{{6}}){PART}"')


def striped(ink: str) -> str:
    """The fill of what is only a part, such as a year that is cut off: stripes of its colour, paler where no SVG is made."""
    return ink + PART


@dataclass(frozen=True)
class Picture:
    """A chart in one language. `alt` is its finding in a sentence; rendering happens when a form of it is asked for."""

    alt: str
    draw: Callable[[int], Canvas]

    @cached_property
    def spec(self) -> dict[str, Any]:
        """The Vega-Lite spec of the wide form, with its data."""
        return self.draw(WIDE).spec()

    @cached_property
    def narrow_spec(self) -> dict[str, Any]:
        """The spec for a screen of 340 pixels."""
        return self.draw(NARROW).spec()

    @cached_property
    def svg(self) -> str:
        """The SVG, 680 pixels wide; the same input gives the same bytes."""
        return _svg(self.spec, self.alt)

    @cached_property
    def narrow_svg(self) -> str:
        """The SVG for a phone, 340 pixels wide."""
        return _svg(self.narrow_spec, self.alt)

    def png(self, scale: float = 2, *, narrow: bool = False) -> bytes:
        """The PNG, `scale` device pixels to one."""
        import vl_convert

        made: bytes = vl_convert.svg_to_png(self.narrow_svg if narrow else self.svg, scale=scale)
        return made

    def html(self) -> str:
        """Both forms for a page: `look.css` shows `.picture-wide` or `.picture-narrow` by the width of the screen."""
        return (
            f'<div class="picture"><div class="picture-wide">{self.svg}</div>'
            f'<div class="picture-narrow">{self.narrow_svg}</div></div>'
        )


def _svg(spec: dict[str, Any], alt: str) -> str:
    import vl_convert

    raw = _lettered(vl_convert.vegalite_to_svg(_without_texts(spec)), spec)
    key = "c" + hashlib.sha256(f"{raw}{alt}".encode()).hexdigest()[:10]
    body = WITH_LONG.sub(lambda m: LONG.sub(_short, m[0]), raw)  # in attributes only: a label is text
    body = re.sub(r' (font-family|class|role|aria-[a-z]+|pointer-events|xmlns:xlink)="[^"]*"', "", body)
    body = re.sub(r'<path (?:d="[^"]*"|display="none"| )+/>', "", body)  # Vega's empty fore- and backgrounds
    body = re.sub(r'\bid="([^"]+)"', rf'id="{key}-\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{key}-\1)", body)
    patterns = _hatch(key) if HATCH in raw else ""
    patterns += "".join(_stripes(key, ink) for ink in sorted(set(STRIPED.findall(raw))))
    body = body.replace(f'"{HATCH}"', f'"url(#{key}-hatch)"')
    body = STRIPED.sub(rf'"url(#{key}-part-\1)"', body)
    font = escape(palette().font, quote=True)
    head = f'<svg class="chart" role="img" aria-label="{escape(alt, quote=True)}" font-family="{font}"'
    body = body.replace("<svg", head, 1)
    return body.replace(">", f"><defs>{patterns}</defs>", 1) if patterns else body


def _without_texts(spec: dict[str, Any]) -> dict[str, Any]:
    """The spec with empty layers of text. Vega measures each text, which takes as long as all the rest; we know where it stands."""
    layers = [{**layer, "data": {"values": []}} if _is_text(layer) else layer for layer in spec["layer"]]
    return {**spec, "layer": layers}


def _is_text(layer: dict[str, Any]) -> bool:
    return bool(layer["mark"]["type"] == "text")


def _lettered(raw: str, spec: dict[str, Any]) -> str:
    """The texts of each layer put into its group, as Vega writes them."""
    for number, layer in enumerate(spec["layer"]):
        if _is_text(layer):
            place = re.compile(rf'(<g class="[^"]*\blayer_{number}_marks"[^>]*?)(?:/>|></g>)')
            inside = _texts(layer).replace("\\", r"\\")
            raw, found = place.subn(rf"\1{inside}</g>", raw)
            assert found == 1, "the layer of a text has its group"
    return raw


ANCHORS = {"left": "start", "center": "middle", "right": "end"}


def _texts(layer: dict[str, Any]) -> str:
    mark = layer["mark"]
    size = mark["fontSize"]
    given = f' text-anchor="{ANCHORS[mark["align"]]}" font-size="{size}px" font-weight="{mark.get("fontWeight", 400)}"'
    if "stroke" in mark:
        given += f' stroke="{mark["stroke"]}" stroke-width="{mark["strokeWidth"]}" stroke-linejoin="round"'
    drop = round(0.3 * size)  # from the middle of a line to its foot
    return (
        given
        + ">"
        + "".join(
            f'<text x="{_plain(row["x"])}" y="{_plain(row["y"] + drop)}" fill="{row["fill"]}">{escape(str(row["text"]), quote=True)}</text>'
            for row in layer["data"]["values"]
        )
    )


def _plain(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _short(number: re.Match[str]) -> str:
    return _plain(float(number[0]))


def _hatch(key: str) -> str:
    role = palette().role
    return (
        f'<pattern id="{key}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="6" height="6" fill="{role["hatch_paper"]}"/>'
        f'<rect width="1.5" height="6" fill="{role["withheld"]}"/></pattern>'
    )


def _stripes(key: str, ink: str) -> str:
    return (
        f'<pattern id="{key}-part-{ink}" width="7" height="7" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(-45)"><rect width="7" height="7" fill="{mixed("#" + ink, "#ffffff", 0.75)}"/>'
        f'<rect width="2" height="7" fill="#{ink}"/></pattern>'
    )
