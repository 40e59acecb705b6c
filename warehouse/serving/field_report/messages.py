"""Words of the report in its languages: the catalogue of messages by code, and the report's own words.

Looking words up belongs here; where a code has no translation the English of the place where it was found stands in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from warehouse.operations import Names, read_yaml
from warehouse.settings import PROJECT

Lang = Literal["en", "ru"]
CATALOGUE = PROJECT / "operations" / "common" / "messages.yml"
WORDS = Path(__file__).with_name("words.yml")
_ACCEPTED = re.compile(
    r"(.*) \(accepted for this delivery by decision (\S+)\)", re.DOTALL
)  # as corrections/ledger.py adds it


class Strict(BaseModel):
    """A part of the files: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Said(Strict):
    """What a finding says, in one language."""

    what: str
    expected: str = ""
    todo: str = ""


class Parts(Strict):
    """What, expected and todo, each only where it matters."""

    what: str | None = None
    expected: str | None = None
    todo: str | None = None


class Case(Strict):
    """Words for one of several things that a code says. `en`: its English, with {names} for what changes; `ru` may name them.

    `words`: what else is English inside of those values, as expressions, and its Russian.
    """

    en: Parts
    ru: Parts
    words: dict[str, str] = {}

    def values(self, given: Said) -> dict[str, str] | None:
        """What stands where the English has {names}; None where the finding says something else."""
        found: dict[str, str] = {}
        for key, template in self.en.model_dump(exclude_none=True).items():
            match = _expression(template).fullmatch(getattr(given, key))
            if match is None:
                return None
            found |= match.groupdict()
        for pattern, text in self.words.items():
            found = {name: re.sub(pattern, text, value) for name, value in found.items()}
        return found


class Message(Strict):
    """One code. Without `en` the words of the place where the finding is made are used; the first case that fits is told.

    `ky`: what the code is called in Kyrgyz, in the marts; the report to the field has two languages.
    """

    en: Said | None = None
    ru: Said
    ky: str
    cases: list[Case] = []


class Seen(Strict):
    """What a check saw or allows, in the languages that are not its own."""

    ru: str
    ky: str


class Messages(Strict):
    """The file `messages.yml`. `checks`: check code → what to do, in Russian; `seen`: what a check says it saw or allows.

    `measures`: what the conservation law counts, as `mart_quality` names it.
    """

    messages: dict[str, Message] = {}
    measures: dict[str, Names] = {}
    checks: dict[str, str] = {}
    seen: dict[str, Seen] = {}


class Word(Strict):
    """One word of the report."""

    en: str
    ru: str


class Words(Strict):
    """The file `words.yml`."""

    words: dict[str, Word]


@cache
def catalogue() -> Messages:
    """All messages."""
    return read_yaml(CATALOGUE, Messages)


@cache
def _words() -> dict[str, Word]:
    return read_yaml(WORDS, Words).words


def word(key: str, lang: Lang, **values: Any) -> str:
    """A word of the report, with its parameters."""
    text: str = getattr(_words()[key], lang)
    return text.format(**values) if values else text


def words_in(lang: Lang) -> Callable[..., str]:
    """`word` in one language."""

    def said_in(key: str, **values: Any) -> str:
        return word(key, lang, **values)

    return said_in


def said(code: str, lang: Lang, finding: dict[str, Any]) -> Said:
    """What a finding says. `finding`: what, expected, todo and the parameters that a template may name."""
    if lang != "en" and (accepted := _ACCEPTED.fullmatch(finding["what"] or "")):
        found = said(code, lang, finding | {"what": accepted[1]})
        return found.model_copy(update={"what": f"{found.what} ({word('accepted_by', lang, decision=accepted[2])})"})
    given = Said(what=finding["what"] or "", expected=finding["expected"] or "", todo=finding["todo"] or "")
    message = catalogue().messages.get(code)
    template = (message.ru if lang == "ru" else message.en) if message else None
    if message is None or template is None:
        return given
    values = {
        "sheet": finding.get("sheet") or "", "row": finding.get("row_number") or "", "column": finding.get("column_label") or "",
        "rows": finding.get("rows") or "", "people": finding.get("people") or "", **given.model_dump(),
    }  # fmt: skip
    texts = template.model_dump()
    for case in message.cases if lang == "ru" else ():
        if (told := case.values(given)) is not None:
            texts |= case.ru.model_dump(exclude_none=True)
            values |= told
            break
    return Said(**{key: text.format(**values) for key, text in texts.items()})


@cache
def _expression(template: str) -> re.Pattern[str]:
    """A text with {names}, as an expression that finds what they stand for."""
    pieces = re.split(r"\{(\w+)\}", template)
    return re.compile("".join(f"(?P<{p}>.+?)" if i % 2 else re.escape(p) for i, p in enumerate(pieces)), re.DOTALL)


def check_todo(code: str, lang: Lang, given: str) -> str:
    """What to do about a check that does not hold."""
    return catalogue().checks.get(code, given) if lang == "ru" else given


def check_seen(text: str, lang: Literal["en", "ru", "ky"]) -> str:
    """What a check saw, or allows: `3 rows`, `at most 0.05`. Where it is in no known form it stays as it is."""
    for template, known in catalogue().seen.items() if lang != "en" else ():
        if match := _expression(template).fullmatch(text):
            # what is left over in a value is a text of a known form too
            told: str = getattr(known, lang)
            return told.format(**{name: check_seen(_number(v), lang) for name, v in match.groupdict().items()})
    return text


def _number(text: str) -> str:
    """A number as Russian and Kyrgyz write it: `2 314`, `0,05`; anything else as it is."""
    if not re.fullmatch(r"-?\d{1,3}(,\d{3})*(\.\d+)?|-?\d+\.\d+", text):
        return text
    return text.replace(",", "\u202f").replace(".", ",")
