"""Answers and their options: the code of an answer by its text, within the option list of its round and form version.

Reading an answer belongs here. Numbered answers (`2)2014`, `2. 2014`, `2 - 2014`) are checked both ways: a number that stands
before another label than in the codebook means that the options were renumbered, and is never read.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from warehouse.codebooks.folding import fold, in_rounds
from warehouse.codebooks.match import in_versions
from warehouse.codebooks.model import Option

UNKNOWN, RENUMBERED, ELSEWHERE = "unknown_option", "renumbered_option", "option_of_other_version"
_NUMBERED = re.compile(r"(\d{1,3})(?:\s*\)\s*|[.:]\s+|\s+[-–—]\s+)(\S.*)")


@dataclass
class OptionList:
    """The options of a list that hold in a round and a form version."""

    texts: dict[str, str] = field(default_factory=dict)  # folded text to code
    elsewhere: set[str] = field(
        default_factory=set
    )  # folded texts of options that hold in other rounds or versions only
    numbers: dict[str, set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )  # number to codes, as far as declared
    labels: dict[str, str] = field(default_factory=dict)  # folded label without its number to code

    @classmethod
    def of(cls, options: list[Option], number: int, version: str = "") -> OptionList:
        """The list for a round and a form version ("" where the delivery tells none)."""
        made = cls()
        for option in options:
            texts = [fold(text) for text in (option.code, *option.labels)]
            if in_rounds(option.rounds, number) and in_versions(option.versions, (version,) if version else ()):
                made._add(option.code, texts)
            else:
                made.elsewhere |= set(texts)
        made.elsewhere -= set(made.texts)
        return made

    @classmethod
    def plain(cls, texts: dict[str, str]) -> OptionList:
        """A list without numbers, rounds or versions: folded text to code."""
        return cls(texts=texts)

    def _add(self, code: str, texts: list[str]) -> None:
        for text in texts:
            self.texts[text] = code
            if m := _NUMBERED.fullmatch(text):
                self.numbers[m[1]].add(code)
                self.labels.setdefault(m[2], code)
        if code.isdigit():
            self.numbers[code].add(code)

    def read(self, text: str) -> tuple[str | None, str]:
        """The option's code, or None and what is wrong."""
        folded = fold(text)
        if folded in self.texts:
            return self.texts[folded], ""
        if m := _NUMBERED.fullmatch(folded):
            code = self.labels.get(m[2]) or self.texts.get(m[2])
            if code and (not self.numbers or code in self.numbers.get(m[1], ())):
                return code, ""
            if code or m[1] in self.numbers:
                return None, RENUMBERED
        return None, ELSEWHERE if folded in self.elsewhere else UNKNOWN

    def read_all(self, texts: list[str]) -> dict[str, tuple[str | None, str]]:
        """`read` of distinct answers; one number before two labels is a renumbering also where no number is declared."""
        read = {text: self.read(text) for text in texts}
        if self.numbers:
            return read
        seen: dict[str, set[str]] = defaultdict(set)
        for text in texts:
            if m := _NUMBERED.fullmatch(fold(text)):
                seen[m[1]].add(m[2])
        twice = {number for number, labels in seen.items() if len(labels) > 1}
        return {
            t: (None, RENUMBERED) if number_of(t) in twice and fold(t) not in self.texts else r for t, r in read.items()
        }

    def spelled(self) -> dict[str, str]:
        """Folded text to code with every way to write a declared number before its label, for answers in lists."""
        ways = {
            f"{number}{sign}{label}": code
            for number, codes in self.numbers.items()
            for label, code in {**self.texts, **self.labels}.items()
            if code in codes and not _NUMBERED.fullmatch(label) and label != code
            for sign in (")", ") ", ". ", ": ", " - ")
        }
        return {**ways, **self.texts}


def number_of(text: str) -> str:
    """The number before an answer's label; "" where there is none."""
    m = _NUMBERED.fullmatch(fold(text))
    return m[1] if m else ""
