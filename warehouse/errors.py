"""Errors that a person reads: one line with what, where, what was expected and what to do.

Only error types and their exit codes belong here; they never carry a personal value.
"""

from __future__ import annotations


class MtmError(Exception):
    """Work that could not be done. Exit code 1."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", expected: str = "", todo: str = "", code: str = "") -> None:
        """`code` is a stable reason code (`unknown_layout`); the rest is plain language without values."""
        from warehouse.personal.shapes import masked  # what comes from a delivery (its name, a header) may be personal

        self.what, self.where, self.expected, self.todo = (masked(text) for text in (what, where, expected, todo))
        self.code = code
        super().__init__(str(self))

    def __str__(self) -> str:
        """One line: what · where · expected · do."""
        parts = [self.what]
        parts += [f"where: {self.where}"] if self.where else []
        parts += [f"expected: {self.expected}"] if self.expected else []
        parts += [f"do: {self.todo}"] if self.todo else []
        return " · ".join(part.replace("\n", " ") for part in parts)

    def as_dict(self) -> dict[str, str | int]:
        """The error for `--json`."""
        return {
            "error": self.what,
            "code": self.code,
            "where": self.where,
            "expected": self.expected,
            "todo": self.todo,
            "exit_code": self.exit_code,
        }


class UsageError(MtmError):
    """The command line was used wrongly. Exit code 2."""

    exit_code = 2


class GateRefused(MtmError):
    """The gate refused a candidate; the current release stands. Exit code 3."""

    exit_code = 3


class UnreadableDelivery(MtmError):
    """A delivery that can't be read or recognised. Exit code 4."""

    exit_code = 4

    def __init__(self, what: str, *, where: str = "", expected: str = "", todo: str = "", code: str = "") -> None:
        """Names of files, sheets and headers come from people: what may be a person's name in them is not told."""
        from warehouse.personal.shapes import told, unnamed

        super().__init__(told(what), where=unnamed(where), expected=expected, todo=todo, code=code)
