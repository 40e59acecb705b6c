"""`python -m warehouse.serving.words.update`: the catalogues have what the code says; nothing more, nothing less.

Merging messages into `<lang>/mtm.po` belongs here. Texts are written by people into those files (docs/languages.md).
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.serving.words import LANGUAGES, catalogue_file
from warehouse.serving.words.extract import Found, messages

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

HEADER = """# {title}: messages of the report, the site and the package (docs/languages.md).
msgid ""
msgstr ""
"Language: {lang}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""
TITLES = {"ru": "Russian", "ky": "Kyrgyz"}


def update(lang: str, found: Sequence[Found], path: Path | None = None) -> list[str]:
    """Bring a language's catalogue to what was found; the messages that it has no text for, in English."""
    path = path or catalogue_file(lang)
    catalogue = _read(lang, path)
    catalogue.update(_template(found), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    path.parent.mkdir(exist_ok=True)
    path.write_text(_text(lang, catalogue), encoding="utf-8")
    return missing(catalogue)


def missing(catalogue: Catalog) -> list[str]:
    """Messages without a text, or without one of its plural forms."""
    return [_id(m.id) for m in catalogue if m.id and not all(_forms(m.string, catalogue))]


def _template(found: Sequence[Found]) -> Catalog:
    from babel.messages.catalog import Catalog

    template = Catalog()
    for m in found:
        template.add(m.forms if len(m.forms) > 1 else m.forms[0], locations=[(m.file, 1)])
    for message in template:
        message.locations = sorted(set(message.locations))
    return template


def _read(lang: str, path: Path) -> Catalog:
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po

    if not path.is_file():
        return Catalog(locale=lang)
    with path.open("rb") as file:
        return read_po(file, locale=lang)


def _text(lang: str, catalogue: Catalog) -> str:
    """Sorted by message, with files and no lines: a change of the code elsewhere changes nothing here."""
    from babel.messages.pofile import write_po

    for message in catalogue:
        message.flags.discard("python-format")  # "95 % interval" is no format of numbers
    written = io.BytesIO()
    write_po(written, catalogue, width=110, sort_output=True, omit_header=True, include_lineno=False)
    head = HEADER.format(title=TITLES[lang], lang=lang, plurals=catalogue.plural_forms.rstrip(";") + ";")
    return head + written.getvalue().decode("utf-8").strip() + "\n"


def _forms(string: str | Sequence[str] | None, catalogue: Catalog) -> list[str]:
    if string is None or isinstance(string, str):
        return [string or ""]
    return [*string, *[""] * (catalogue.num_plurals - len(string))]


def _id(message: str | Sequence[str]) -> str:
    return message if isinstance(message, str) else message[0]


def main() -> int:
    """Bring all catalogues up to date, and say what they have no text for; 1 where anything is missing."""
    found = messages()
    gaps = {lang: update(lang, found) for lang in LANGUAGES if lang != "en"}
    for lang, texts in gaps.items():
        sys.stdout.write(f"{lang}: {len({m.forms[0] for m in found})} messages, {len(texts)} without a text\n")
        sys.stdout.writelines(f"  {text!r}\n" for text in texts)
    return 1 if any(gaps.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
