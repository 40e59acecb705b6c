"""Answers: every question of a delivery coded, in one long table, with the skip logic applied.

Going through the questions, skip logic and findings about answers belong here; coding one question is in `questions.py`.
Rounds that are no survey have answers too (kind of site, reason, yes or no), as far as they come from a list of options.
"""

from __future__ import annotations

import polars as pl

from warehouse.codebooks.folding import in_rounds
from warehouse.codebooks.labels import folded_label
from warehouse.codebooks.match import MappedColumn
from warehouse.codebooks.model import Codebook, Column
from warehouse.normalize.countries import country_codes
from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.interview_fields import told_of_interviews
from warehouse.normalize.options import OptionList, number_of
from warehouse.normalize.prepare import words
from warehouse.normalize.questions import (
    BOOLEANS,
    NO_NUMBER,
    NO_OPTION,
    country,
    multiple_both,
    multiple_flags,
    multiple_list,
    number,
    single,
)
from warehouse.normalize.schema import ANSWER
from warehouse.normalize.values import option_value

LISTED = ("choice", "choices", "country", "boolean")
QUESTIONS = (*LISTED, "number", "count")
FAULTS = {
    "unreadable": ("unknown_option", "an answer is not in the question's list of options, or is not a number",
                   "add the option to the codebook's code list, or correct the answers and deliver again"),
    "unknown_option": ("unknown_option", "an answer is not in the question's list of options, or is not a number",
                       "add the option to the codebook's code list, or correct the answers and deliver again"),
    "renumbered_option": ("renumbered_option", "a number stands before another label than in the codebook: the options were renumbered",
                          "add the options of this form, with rounds or versions, to the codebook's code list"),
    "option_of_other_version": ("option_of_other_version", "an answer belongs to the form of other rounds or versions",
                                "check which form was used, and correct the answers or the codebook's code list"),
    "select_multiple_differs": ("select_multiple_differs", "the list of answers and their 0/1 columns say different things",
                                "export the form again; don't edit one of the two"),
}  # fmt: skip


class Survey:
    """The answers of one main sheet. `data`: the text frame's accepted rows with response_key."""

    def __init__(self, frame: TextFrame, data: pl.DataFrame, book: Codebook, number: int, findings: Findings) -> None:
        """`number` is the round's: option lists may hold for some rounds only."""
        self.frame, self.data, self.book, self.number, self.findings = frame, data, book, number, findings
        self.coded: dict[str, pl.DataFrame] = {}  # question to its coded answers
        self.version = frame.of("form_version")

    def answers(self) -> pl.DataFrame:
        """The canonical answer table, questions in the codebook's order."""
        columns = [c for c in self.frame.match.sheet.columns if self._is_question(c)]
        self.coded = {c.field: self._checked(c, self._code(c)) for c in columns}
        for column in columns:
            for field, allowed in (column.relevant or {}).items():
                self.coded[column.field] = self._skip(column.field, field, allowed)
            self._note_new_options(column)
        parts = [f.with_columns(pl.lit(q).alias("question_code")) for q, f in self.coded.items()]
        if not parts:
            return pl.DataFrame(schema=ANSWER)
        whole = pl.concat(parts).with_columns(pl.lit(self.findings.round_key).alias("round_key"))
        return whole.select(ANSWER.keys()).cast(ANSWER)  # type: ignore[arg-type]

    def codes(self, question: str) -> pl.DataFrame:
        """response_key and option_code of a coded question (empty where it was not asked)."""
        empty = pl.DataFrame(schema={"response_key": pl.String, "option_code": pl.String})
        return self.coded[question].select("response_key", "option_code") if question in self.coded else empty

    def _is_question(self, column: Column) -> bool:
        measure = self.frame.match.sheet.measure
        keys = {measure.category_field, measure.item_field, measure.sex_field, measure.age_field} if measure else set()
        keys |= told_of_interviews()
        types = QUESTIONS if self.book.row_grain == "respondent" else LISTED
        asked = in_rounds(column.rounds, self.number) and column.field not in keys and bool(self._mapped(column))
        return asked and column.type in types and column.column_class != "identifier"

    def _mapped(self, column: Column) -> list[MappedColumn]:
        return [c for c in self.frame.match.columns if c.column is column]

    def _options(self, column: Column) -> dict[str, OptionList]:
        """The options that hold in this round, by form version where they depend on it ("" for all others)."""
        if column.options is None:
            return {"": OptionList.plain(BOOLEANS)}
        listed = self.book.code_lists[column.options]
        versions = {""}
        if self.version and any(o.versions for o in listed):
            versions |= set(self.data[self.version].unique().to_list())
        return {v: OptionList.of(listed, self.number, v) for v in versions}

    def _code(self, column: Column) -> pl.DataFrame:
        mapped, missing = self._mapped(column), words(self.book, column)
        name = self.frame.name(mapped[0])
        if column.type == "choices":
            return self._multiple(column, mapped, missing)
        if column.type == "country":
            sheet = self.frame.match.raw.name
            data = country_codes(
                self.data.with_columns(pl.col(name).alias("_iso3_of")), "_iso3_of", self.findings, sheet, column.field
            )
            return country(data, name, "_iso3_of", missing)
        if column.type in ("choice", "boolean"):
            return single(self.data, name, self._options(column), self.version, missing, self._all_texts(mapped[0]))
        return number(self.data, name, missing, self.frame.style(name))

    def _all_texts(self, column: MappedColumn) -> list[str] | None:
        """The answers of the whole column, where the frame is a piece of a sheet."""
        piece = self.frame.match.piece
        return piece.habits.answers(column.index) if piece else None

    def _multiple(self, column: Column, mapped: list[MappedColumn], missing: list[str]) -> pl.DataFrame:
        """A select_multiple as a list, as 0/1 columns, or both ways, which must agree."""
        lists = [c for c in mapped if c.option is None]
        flags = {self.frame.name(c): c.option for c in mapped if c.option is not None}
        coded = multiple_flags(self.data, flags, missing) if flags else None
        if not lists:
            assert coded is not None
            return coded
        name, options = self.frame.name(lists[0]), self._options(column)
        parts = [
            multiple_list(self._of_version(version, options), name, listed, missing)
            for version, listed in options.items()
        ]
        listed = pl.concat(parts).sort("row_number", "option_code", maintain_order=True)
        return listed if coded is None else multiple_both(listed, coded, set(flags.values()))

    def _of_version(self, version: str, options: dict[str, OptionList]) -> pl.DataFrame:
        if self.version is None or len(options) == 1:
            return self.data
        told = pl.col(self.version)
        return self.data.filter(told == version if version else ~told.is_in([v for v in options if v]))

    def _checked(self, column: Column, coded: pl.DataFrame) -> pl.DataFrame:
        """A finding for answers that can't be read; they wait for a decision and count as missing."""
        label = self._mapped(column)[0].label.strip()
        faults = FAULTS.keys() & set(coded["value_status"].unique().to_list())
        for status, (code, what, todo) in FAULTS.items():
            if status not in faults:
                continue
            bad = coded.filter(pl.col("value_status") == status)
            numbers = sorted({n for t in bad["delivered_value"].unique().to_list() if t and (n := number_of(t))})
            shown = f" (code {', '.join(numbers[:9])})" if numbers and code == "renumbered_option" else ""
            self.findings.add(
                code, "block", what + shown, expected="an option of the codebook for this round and form version", todo=todo,
                sheet=self.frame.match.raw.name, row_number=bad["row_number"].min(), column_label=label,  # type: ignore[arg-type]
                rows=bad["row_number"].n_unique(),
            )  # fmt: skip
        states = coded["value_status"]
        kept = coded["delivered_value"].set(states != "reported", None)
        read = states.set(states.is_in(sorted(faults)), "missing") if faults else states
        return coded.with_columns(kept, read)

    def _note_new_options(self, column: Column) -> None:
        """Columns `question/option` of an option that the code list lacks: its answers are not lost in silence."""
        if column.type != "choices":
            return
        questions = {folded_label(label) for label in [column.field, *column.labels]}
        for index, label in self.frame.match.unknown:
            parts = folded_label(label).split("/")
            if not any("/".join(parts[i:-1]).strip() in questions for i in range(len(parts) - 1)):
                continue
            cells = self.frame.match.raw.column(index)[self.frame.match.first_row :].to_frame("cell")
            chosen = cells.select((option_value("cell", BOOLEANS) == "yes").sum()).item()
            if chosen:
                self.findings.add(
                    "unknown_option", "block", "a column of an option that is not in the code list has answers",
                    expected="an option of the codebook", todo="add the option to the codebook's code list",
                    sheet=self.frame.match.raw.name, column_label=label.strip(), rows=chosen,
                )  # fmt: skip

    def _skip(self, question: str, field: str, allowed: list[str]) -> pl.DataFrame:
        """Answers only where `field` has an allowed option; elsewhere one row with status not_asked."""
        coded = self.coded[question]
        asked = self.codes(field).filter(pl.col("option_code").is_in(allowed)).select("response_key").unique()
        outside = coded.join(asked, on="response_key", how="anti", maintain_order="left")
        answered = outside.filter(pl.col("value_status") == "reported")
        if not answered.is_empty():
            self.findings.add(
                "skip_logic",
                "review",
                f"{question} was answered where it was not to be asked",
                expected=f"answers only where {field} is {', '.join(allowed)}",
                todo="check the form's skip logic",
                sheet=self.frame.match.raw.name,
                row_number=answered["row_number"][0],
                rows=answered["response_key"].n_unique(),
            )
        skipped = outside.unique("response_key", maintain_order=True).with_columns(
            NO_OPTION.alias("option_code"), NO_NUMBER.alias("value_number"), pl.lit("not_asked").alias("value_status"),
            NO_OPTION.alias("delivered_value"),
        )  # fmt: skip
        return pl.concat([coded.join(asked, on="response_key", how="semi", maintain_order="left"), skipped])
