"""Survey answers: accepted respondents wide (`response`) and their answers long (`answer`), without identifiers.

Answers to codes, skip logic and select_multiple belong here; shares and errors are computed in dbt.
"""

from __future__ import annotations

import polars as pl

from warehouse.codebooks.folding import in_rounds
from warehouse.codebooks.match import MappedColumn
from warehouse.codebooks.model import Codebook, Column
from warehouse.normalize.choices import listed_options
from warehouse.normalize.countries import country_codes
from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.schema import ANSWER
from warehouse.normalize.values import is_missing, number_value, option_value

ANSWERED = ("choice", "choices", "number", "count", "country", "boolean")
KEYS = ["response_key", "row_number"]


class Survey:
    """The answers of one delivery. `data`: the text frame's accepted rows with response_key."""

    def __init__(self, frame: TextFrame, data: pl.DataFrame, book: Codebook, number: int, findings: Findings) -> None:
        """`number` is the round's: option lists may hold for some rounds only."""
        self.frame, self.data, self.book, self.number, self.findings = frame, data, book, number, findings
        self.coded: dict[str, pl.DataFrame] = {}  # question to KEYS + option_code, value_number, value_status

    def answers(self) -> pl.DataFrame:
        """The canonical answer table, questions in the codebook's order."""
        columns = [c for c in self.frame.match.sheet.columns if c.type in ANSWERED and self._is_question(c)]
        for column in columns:
            self.coded[column.field] = self._question(column)
        for column in columns:
            if column.relevant:
                self.coded[column.field] = self._skipped(column)
        parts = [f.with_columns(pl.lit(q).alias("question_code")) for q, f in self.coded.items()]
        if not parts:
            return pl.DataFrame(schema=ANSWER)
        whole = pl.concat(parts).with_columns(pl.lit(self.findings.round_key).alias("round_key"))
        return whole.select(ANSWER.keys()).cast(ANSWER)  # type: ignore[arg-type]

    def codes(self, question: str) -> pl.DataFrame:
        """response_key and option_code of a coded question (empty where it was not asked)."""
        empty = pl.DataFrame(schema={"response_key": pl.String, "option_code": pl.String})
        return self.coded[question].select("response_key", "option_code") if question in self.coded else empty

    def options(self, column: Column) -> dict[str, str]:
        """Folded text to option code, of the options that hold in this round."""
        listed = [o for o in self.book.code_lists[column.options or ""] if in_rounds(o.rounds, self.number)]
        return {" ".join(t.casefold().split()): o.code for o in listed for t in [o.code, *o.labels]}

    def _is_question(self, column: Column) -> bool:
        return column.column_class != "identifier" and in_rounds(column.rounds, self.number) and bool(self._mapped(column))

    def _mapped(self, column: Column) -> list[MappedColumn]:
        return [c for c in self.frame.match.columns if c.column is column]

    def _question(self, column: Column) -> pl.DataFrame:
        mapped = self._mapped(column)
        if column.type == "choices":
            return self._multiple(column, mapped)
        name = self.frame.name(mapped[0])
        missing = is_missing(name, self.book.missing)
        if column.type == "country":
            data = country_codes(self.data.with_columns(pl.col(name).alias("_item")), "_item", self.findings, self.frame.match.raw.name)
            value, number = pl.when(~missing).then("_item"), pl.lit(None, pl.Float64)
        elif column.type in ("choice", "boolean"):
            data, number = self.data, pl.lit(None, pl.Float64)
            value = option_value(name, self.options(column) if column.options else BOOLEANS)
        else:
            data, value, number = self.data, pl.lit(None, pl.String), number_value(name)
        known = value.is_not_null() | number.is_not_null()
        coded = data.select(
            *KEYS, value.alias("option_code"), number.alias("value_number"),
            pl.when(known).then(pl.lit("reported")).when(missing).then(pl.lit("missing")).otherwise(pl.lit("unreadable")).alias("value_status"),
        )  # fmt: skip
        return self._reported(coded, mapped[0].label)

    def _multiple(self, column: Column, mapped: list[MappedColumn]) -> pl.DataFrame:
        """One row per option with 1 or 0; a respondent without any answer has one row with status missing."""
        lists = [c for c in mapped if c.option is None]
        if lists:
            chosen = listed_options(self.data, self.frame.name(lists[0]), self.options(column), self.book.missing)
        else:
            flags = {self.frame.name(c): c.option for c in mapped}
            chosen = self.data.select(*KEYS, *flags).unpivot(on=list(flags), index=KEYS).with_columns(
                pl.col("variable").replace_strict(flags).alias("option_code"),
                option_value("value", BOOLEANS).replace_strict({"yes": 1.0, "no": 0.0}, default=None).alias("value_number"),
            ).with_columns(
                pl.when(pl.col("value_number").is_not_null()).then(pl.lit("reported"))
                .when(is_missing("value", self.book.missing)).then(pl.lit("missing")).otherwise(pl.lit("unreadable")).alias("value_status")
            ).select(*KEYS, "option_code", "value_number", "value_status")  # fmt: skip
            blank = chosen.filter(pl.col("value_status") == "missing").select(*KEYS, pl.lit(None, pl.String).alias("option_code"), pl.lit(None, pl.Float64).alias("value_number"), "value_status")
            given = chosen.filter(pl.col("value_status") != "missing")
            chosen = pl.concat([given, blank.unique("response_key", maintain_order=True).join(given, on="response_key", how="anti")])
        return self._reported(chosen, mapped[0].label)

    def _reported(self, coded: pl.DataFrame, label: str) -> pl.DataFrame:
        bad = coded.filter(pl.col("value_status") == "unreadable")
        if not bad.is_empty():
            self.findings.add(
                "unknown_option", "block", "an answer is not in the question's list of options",
                expected="an option of the codebook for this round", sheet=self.frame.match.raw.name,
                todo="add the option to the codebook's code list, or correct the answers and deliver again",
                row_number=bad["row_number"][0], column_label=label.strip(), rows=bad.height,
            )  # fmt: skip
        missing = pl.when(pl.col("value_status") == "unreadable").then(pl.lit("missing")).otherwise(pl.col("value_status"))
        return coded.with_columns(missing.alias("value_status"))

    def _skipped(self, column: Column) -> pl.DataFrame:
        """Apply the skip logic: where the question was not to be asked, its answers are not_asked."""
        coded = self.coded[column.field]
        for field, allowed in (column.relevant or {}).items():
            asked = self.codes(field).filter(pl.col("option_code").is_in(allowed)).select("response_key").unique()
            answered = coded.filter(pl.col("value_status") == "reported").join(asked, on="response_key", how="anti")
            if not answered.is_empty():
                self.findings.add(
                    "skip_logic", "review", f"{column.field} was answered where it was not to be asked", rows=answered["response_key"].n_unique(),
                    expected=f"answers only where {field} is {', '.join(allowed)}", todo="check the form's skip logic",
                    sheet=self.frame.match.raw.name, row_number=answered["row_number"][0],
                )  # fmt: skip
            out = coded.join(asked, on="response_key", how="anti").unique("response_key", maintain_order=True).with_columns(
                pl.lit(None, pl.String).alias("option_code"), pl.lit(None, pl.Float64).alias("value_number"), pl.lit("not_asked").alias("value_status")
            )  # fmt: skip
            coded = pl.concat([coded.join(asked, on="response_key", how="semi"), out])
        return coded


BOOLEANS = {
    **dict.fromkeys(("1", "yes", "true", "да", "ооба", "y"), "yes"),
    **dict.fromkeys(("0", "no", "false", "нет", "жок", "n"), "no"),
}
