"""The notes of a release as HTML, whole or by section: they are Markdown that the release carries.

Turning that Markdown into HTML belongs here; the notes themselves are written with the release.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from warehouse.releases.notes import notes_name
from warehouse.releases.notes_words import words

if TYPE_CHECKING:
    from warehouse.serving.site.catalogue import Listed

SECTIONS = ("rounds", "people", "marts", "waivers", "review", "breaks")


def sections(release: Listed, lang: str) -> dict[str, tuple[str, str]]:
    """The sections of a release's notes: name → heading and HTML. Empty where it has no notes."""
    path = release.folder / notes_name(lang) if release.folder else None
    if path is None or not path.is_file():
        return {}
    w = words(lang)
    names = {getattr(w, name): name for name in SECTIONS}
    found = {}
    for number, part in enumerate(path.read_text(encoding="utf-8").split("\n## ")[1:]):
        heading, _, text = part.partition("\n")
        name = names.get(heading.strip()) or (SECTIONS[number] if number < len(SECTIONS) else heading)
        found[name] = (heading.strip(), _html(_without_commands(text)))
    return found


def _without_commands(text: str) -> str:
    """The last line tells operators which command checks the release: nothing for a reader of the site."""
    return "\n".join(line for line in text.split("\n") if not line.startswith("mtm verify"))


def _html(text: str) -> str:
    """Markdown as HTML. No raw HTML comes through; headers of tables are marked as such."""
    from markdown_it import MarkdownIt

    made: str = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image").render(text.strip())
    made = made.replace("<th>", '<th scope="col">')
    number = re.compile(r"<td>([-+]?[\d.,\u00a0\u202f ]+%?)</td>")
    made = number.sub(r'<td class="number">\1</td>', made)
    return made.replace("<table>", '<div class="wide" tabindex="0"><table>').replace("</table>", "</table></div>")
