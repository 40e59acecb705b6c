"""The tables of `docs/gate.md` that say which checks there are: made from the catalogue and the thresholds.

Only making and writing them belongs here; the words around them are the page's own. `python -m expectations.manual`
writes them anew.
"""

from __future__ import annotations

from expectations.checks import Check, catalogue
from warehouse.operations import Gate, Threshold, all_operations, read_yaml
from warehouse.settings import PROJECT

PAGE = PROJECT / "docs" / "gate.md"
BEGIN, END = "<!-- checks: made by python -m expectations.manual -->", "<!-- end of checks -->"
WHERE = {"normalized": "round", "marts": "marts"}


def tables() -> str:
    """One table per family, one row per check; then what operations set otherwise."""
    common = read_yaml(PROJECT / "operations" / "common" / "gate.yml", Gate).thresholds
    known = {t.check: t for t in common}
    lines = []
    for number, family in sorted(catalogue().families.items()):
        lines += ["", f"### {number}. {family.en}", "", "| check | what must hold | looks at | severity | bound | waiver |", "|---|---|---|---|---|---|"]  # fmt: skip
        lines += [_row(check, known) for check in catalogue().checks if check.family == number]
    return "\n".join([*lines, "", "### Set otherwise by an operation", "", *_overrides(), ""])


def _row(check: Check, known: dict[str, Threshold]) -> str:
    law = check.law is not None
    severity = check.severity if law else known[check.code].severity
    value = check.law if law else known[check.code].value
    bound = f"{'at most' if check.side == 'max' else 'at least'} {value:g}" + (" (law)" if law else "")
    return f"| `{check.code}` | {check.sentence.en} | {WHERE[check.layer]} | {severity} | {bound} | {'yes' if check.waivable else 'never'} |"


def _overrides() -> list[str]:
    lines = ["| operation | check | severity | bound | since | why |", "|---|---|---|---|---|---|"]
    for operation in all_operations():
        own = read_yaml(operation.folder / "gate.yml", Gate).thresholds
        lines += [
            f"| {operation.code} | `{t.check}` | {t.severity} | {t.value:g} | {t.since} | {t.reason} |" for t in own
        ]
    return lines


def page() -> str:
    """The page with its tables as they are to be."""
    text = PAGE.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN, 1)
    return f"{head}{BEGIN}\n{tables()}{END}{rest.split(END, 1)[1]}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
