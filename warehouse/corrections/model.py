"""What the ledger may say (`corrections.yml`), validated by pydantic: corrections of one value, decisions, withdrawals.

The shape of an entry belongs here; where ledgers lie is in `store.py`, what an entry does in `ledger.py`.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Strict(BaseModel):
    """A part of the ledger: an unknown key is an error. Texts are texts: `012` or `1.50` without quotes is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class RowAt(Strict):
    """One row, in one of three ways: by key, by place (and informant), or by its number in one delivery."""

    key: str | None = None  # keyed pseudonym of the row's unique field (the installation's own key)
    place: str | None = None  # code of the row's finest place, as delivered
    informant: str | None = None  # number of the informant within the place
    sheet: str | None = None
    row_number: int | None = None  # 1-based, as a spreadsheet shows it
    delivery: str | None = None  # delivery_id: row numbers mean nothing in another file

    @model_validator(mode="after")
    def one_way(self) -> RowAt:
        """Exactly one way to find the row, and that one whole."""
        by_number = (self.sheet, self.row_number, self.delivery)
        if any(by_number) and not all(by_number):
            raise ValueError("a row by its number needs sheet, row_number and delivery")
        if [bool(self.key), bool(self.place), any(by_number)].count(True) != 1 or (self.informant and not self.place):
            raise ValueError("say which row: key, or place (and informant), or sheet, row_number and delivery")
        return self

    @property
    def text(self) -> str:
        """The row for people."""
        if self.key:
            return f"key {self.key}"
        if self.place:
            return f"place {self.place}" + (f" informant {self.informant}" if self.informant else "")
        return f"{self.sheet}!{self.row_number} of delivery {self.delivery}"


class Signed(Strict):
    """What every entry carries: which round, who, when, why."""

    round_key: str = Field(pattern=r"^[a-z0-9]+-[a-z]+-r\d{2,}$")
    who: str = Field(min_length=2)
    when: Annotated[date, Field(strict=False)]
    why: str = Field(min_length=5)

    @property
    def entry_id(self) -> str:
        """The entry's name: the start of the hash of its contents."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:10]


class Correct(Signed):
    """One value of one row is another than delivered. `expect` is the text of the delivered cell: the guard."""

    do: Literal["correct"]
    row: RowAt
    column: str = Field(min_length=1)  # the delivery's label, or the codebook's field
    expect: str
    value: str

    @model_validator(mode="after")
    def changes_something(self) -> Correct:
        """A correction that changes nothing is a mistake."""
        if self.expect.strip() == self.value.strip():
            raise ValueError("expect and value are the same")
        return self


class DecideRow(Signed):
    """A row is not used (reject_row), or a doubt about a quarantined row is cleared (accept_row)."""

    do: Literal["reject_row", "accept_row"]
    row: RowAt


class AcceptFinding(Signed):
    """A person looked at a finding on a whole column of one delivery: it no longer stops that delivery."""

    do: Literal["accept_finding"]
    delivery: str = Field(min_length=12, max_length=12)
    code: str
    sheet: str
    column: str = ""


class Withdraw(Signed):
    """An earlier entry no longer holds; it stays in the ledger."""

    do: Literal["withdraw"]
    entry: str


Entry = Correct | DecideRow | AcceptFinding | Withdraw


class LedgerFile(BaseModel):
    """The file: entries, oldest first."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    entries: list[Annotated[Entry, Field(discriminator="do")]] = []
