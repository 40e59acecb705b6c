"""Findings about the ledger: what was overridden, what no longer fits, what was decided. Keys only, never a value.

The words belong here; when they are said is decided in `cells.py` and `ledger.py`.
"""

from __future__ import annotations

from warehouse.corrections.cells import Held, State
from warehouse.corrections.model import DecideRow
from warehouse.normalize.findings import Findings

# state: code, severity, what, expected, what to do
WORDS: dict[State, tuple[str, str, str, str, str]] = {
    "applied": ("correction_applied", "note", "a delivered value is overridden by correction {id}", "", "nothing, it is recorded"),
    "stale": ("correction_stale", "block", "correction {id} expects another value than the delivery holds",
              "the value that was corrected", "look at the cell; then mtm decide withdraw {id}, and correct it again where that is still right"),
    "obsolete": ("correction_obsolete", "review", "the delivery holds the corrected value of correction {id} already",
                 "the value that was corrected", "mtm decide withdraw {id}: the producer has fixed it"),
    "row_not_found": ("correction_row_not_found", "block", "the row of correction {id} is not in this delivery, or not certain",
                      "the row that was corrected", "find out what became of the row; then mtm decide withdraw {id}, and correct it again where needed"),
    "column_not_found": ("correction_column_not_found", "block", "the column of correction {id} is not used from this delivery, or not certain",
                         "a label of the delivery or a field of the codebook", "mtm decide withdraw {id}, and correct it again under the right label"),
    "identifier": ("correction_of_identifier", "block", "correction {id} names a column that identifies people, rows or the round",
                   "a column that is counted or answered", "mtm decide withdraw {id}; such values are corrected at the source only"),
    "conflict": ("correction_conflict", "block", "correction {id} and another one say different things about one cell",
                 "one correction of a cell", "mtm decide withdraw the one that does not stand"),
}  # fmt: skip


def note_corrections(held: list[Held], findings: Findings) -> None:
    """One finding per correction: where, and what became of it."""
    for h in held:
        code, severity, what, expected, todo = WORDS[h.state]
        name = h.entry.entry_id
        findings.add(code, severity, what.format(id=name), expected=expected, todo=todo.format(id=name), sheet=h.sheet,
                     row_number=h.row_numbers[0] if h.row_numbers else h.entry.row.row_number, column_label=h.label,
                     rows=max(1, len(h.row_numbers)))  # fmt: skip


def note_decision(entry: DecideRow, state: str, rows: tuple[int, ...], sheet: str, findings: Findings) -> None:
    """One finding per decision on a row that was taken, could not be taken, or found nothing to decide."""
    name, undo = entry.entry_id, f"mtm decide withdraw {entry.entry_id}"
    number = rows[0] if rows else entry.row.row_number
    if state == "row_not_found":
        findings.add("decision_row_not_found", "block", f"the row of decision {name} is not in this delivery, or not certain",
                     expected="the row that was decided", todo=f"look what became of the row, then {undo}",
                     sheet=sheet, row_number=number)  # fmt: skip
    elif state == "against_law":
        findings.add("decision_against_law", "block", f"decision {name} accepts a row that no decision can let in",
                     expected="a row with readable totals and a known place, quarantined for a doubt only",
                     todo=f"correct the row (mtm correct) or deliver it again, and {undo}", sheet=sheet, row_number=number)  # fmt: skip
    elif state == "applied" and entry.do == "accept_row":
        findings.add("row_accepted_by_decision", "note", f"a quarantined row is used, by decision {name}", sheet=sheet,
                     row_number=number, todo="nothing, it is recorded", rows=len(rows))  # fmt: skip
    elif state == "not_needed":
        findings.add("decision_not_needed", "note", f"decision {name} accepts a row that is accepted anyway", sheet=sheet,
                     row_number=number, todo=undo)  # fmt: skip
