"""Survey answers: every question of a delivery coded, in one long table, with the skip logic applied.

Going through the questions, skip logic and findings about answers belong here; coding one question is in `questions.py`.
"""

from __future__ import annotations

import polars as pl

from warehouse.codebooks.folding import fold, in_rounds
from warehouse.codebooks.match import MappedColumn
from warehouse.codebooks.model import Codebook, Column
from warehouse.normalize.countries import country_codes
from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.questions import (
    BOOLEANS,
    NO_NUMBER,
    NO_OPTION,
    country,
    multiple_flags,
    multiple_list,
    number,
    single,
)
from warehouse.normalize.schema import ANSWER

QUESTIONS = ("choice", "choices", "number", "count", "country", "boolean")


class Survey:
    """The answers of one delivery. `data`: the text frame's accepted rows with response_key."""

    def __init__(self, frame: TextFrame, data: pl.DataFrame, book: Codebook, number: int, findings: Findings) -> None:
        """`number` is the round's: option lists may hold for some rounds only."""
        self.frame, self.data, self.book, self.number, self.findings = frame, data, book, number, findings
        self.coded: dict[str, pl.DataFrame] = {}  # question to its coded answers

    def answers(self) -> pl.DataFrame:
        """The canonical answer table, questions in the codebook's order."""
        columns = [c for c in self.frame.match.sheet.columns if self._is_question(c)]
        self.coded = {c.field: self._checked(c, self._code(c)) for c in columns}
        for column in columns:
            for field, allowed in (column.relevant or {}).items():
                self.coded[column.field] = self._skip(column.field, field, allowed)
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
        asked = in_rounds(column.rounds, self.number) and bool(self._mapped(column))
        return asked and column.type in QUESTIONS and column.column_class != "identifier"

    def _mapped(self, column: Column) -> list[MappedColumn]:
        return [c for c in self.frame.match.columns if c.column is column]

    def _options(self, column: Column) -> dict[str, str]:
        """Folded text to option code, of the options that hold in this round."""
        if column.options is None:
            return BOOLEANS
        listed = [o for o in self.book.code_lists[column.options] if in_rounds(o.rounds, self.number)]
        return {fold(text): o.code for o in listed for text in [o.code, *o.labels]}

    def _code(self, column: Column) -> pl.DataFrame:
        mapped, missing = self._mapped(column), self.book.missing
        name = self.frame.name(mapped[0])
        if column.type == "choices":
            lists = [c for c in mapped if c.option is None]
            if lists:
                return multiple_list(self.data, self.frame.name(lists[0]), self._options(column), missing)
            return multiple_flags(self.data, {self.frame.name(c): c.option or "" for c in mapped}, missing)
        if column.type == "country":
            sheet = self.frame.match.raw.name
            data = country_codes(
                self.data.with_columns(pl.col(name).alias("_iso3_of")), "_iso3_of", self.findings, sheet
            )
            return country(data, name, "_iso3_of", missing)
        if column.type in ("choice", "boolean"):
            return single(self.data, name, self._options(column), missing)
        return number(self.data, name, missing)

    def _checked(self, column: Column, coded: pl.DataFrame) -> pl.DataFrame:
        """A finding for answers that are not in the list; they wait for a decision and count as missing."""
        bad = coded.filter(pl.col("value_status") == "unreadable")
        if not bad.is_empty():
            self.findings.add(
                "unknown_option",
                "block",
                "an answer is not in the question's list of options, or is not a number",
                expected="an option of the codebook for this round",
                todo="add the option to the codebook's code list, or correct the answers and deliver again",
                sheet=self.frame.match.raw.name,
                row_number=bad["row_number"][0],
                column_label=self._mapped(column)[0].label.strip(),
                rows=bad.height,
            )
        return coded.with_columns(pl.col("value_status").replace("unreadable", "missing"))

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
            NO_OPTION.alias("option_code"), NO_NUMBER.alias("value_number"), pl.lit("not_asked").alias("value_status")
        )
        return pl.concat([coded.join(asked, on="response_key", how="semi", maintain_order="left"), skipped])
