"""Rejected rows that come back corrected: put into the delivery that they are of, which makes a new delivery.

Merging belongs here. Each row takes the place of the row with its sheet and number, nothing else changes, and the whole is
read back and compared before it is received. What is not certain is refused: the field can always send its file whole.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from warehouse.codebooks.recognise import NOTHING_DECLARED, Declared
from warehouse.corrections.amendment import LEADING, Amendable, Stamp, is_amendment, read_stamp
from warehouse.deliveries.readers.open import read_file
from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.deliveries.vault import Delivery, Receipt, Vault, file_hash
from warehouse.errors import MtmError, UnreadableDelivery
from warehouse.serving.neutral import plain

Rows = list[list[str]]
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NO_SHEET = re.compile(r"[\[\]:*?/\\]|^'|'$")  # what a workbook's sheet can't be called


class Intake(Vault):
    """The vault as everybody delivers to it: also rejected rows come back here, and make a delivery of their own."""

    def receive(self, path: Path, declared: Declared = NOTHING_DECLARED, **how: Any) -> Receipt:
        """As `Vault.receive`; a corrected report becomes a new delivery of the round that it is of."""
        amended = received(self, path, how.get("name")) if path.is_file() else None
        return amended or super().receive(path, declared, **how)


def received(vault: Vault, path: Path, name: str | None = None) -> Receipt | None:
    """The new delivery that a corrected report makes; None where the file is no such report. `name`: what it was called.

    Raises UnreadableDelivery where it does not fit the delivery that stands.
    """
    if not is_amendment(path):
        return None
    name = name or path.name
    sha256 = file_hash(path)
    if known := _known(vault, sha256):
        return Receipt(known, is_new=False)
    sheets = read_file(path, name)
    stamp = read_stamp(sheets, name)
    standing = _standing(vault, stamp, name)
    before = read_file(vault.path(standing), standing.file_name, keep_errors=True)
    texts = {s.name: [s.texts(i) for i in range(s.height)] for s in before}
    changed = [f"{at.sheet}!{n}" for at in stamp.sheets for n in _put_in(at, sheets, texts, vault, standing, name)]
    if not changed:
        raise _refused("no cell was corrected", name, "at least one corrected cell", "correct the marked cells, save, and send it again", "nothing_amended")  # fmt: skip
    with tempfile.TemporaryDirectory(dir=vault.home.build) as folder:
        merged = _written(Path(folder), standing, before, texts)
        kept = _keep(vault, path, name, sha256, standing, merged, changed)
        declared = Declared(standing.operation, standing.component, standing.round_number, standing.codebook)
        source = f"{len(changed)} rows of {standing.delivery_id} corrected in {name} ({sha256[:12]})"
        try:
            return vault.receive(merged, declared, partial=standing.partial, source=source)
        except MtmError:  # what was corrected makes it no delivery of this round: nothing of it stays
            for new in kept:
                new.unlink()
            raise


def _standing(vault: Vault, stamp: Stamp, name: str) -> Delivery:
    known = vault.deliveries(stamp.round_key)
    if not any(d.delivery_id == stamp.delivery_id for d in known):
        raise _refused("the report is of a delivery that is not here", name, f"a delivery of {', '.join(vault.rounds()) or 'any round'}",
                       "receive it where the report was made", "amends_unknown")  # fmt: skip
    if known[-1].delivery_id != stamp.delivery_id:
        raise _refused(f"the report is of delivery {stamp.delivery_id}, and a newer one stands", name, f"a report of delivery {known[-1].delivery_id}",
                       f"mtm rejected {stamp.round_key} --format xlsx makes a new report", "amends_superseded")  # fmt: skip
    return known[-1]


def _put_in(at: Amendable, sheets: list[RawSheet], texts: dict[str, Rows], vault: Vault, standing: Delivery, name: str) -> list[int]:  # fmt: skip
    """Put the rows of one sheet into `texts`; the numbers of rows that changed."""
    page = next((s for s in sheets if s.name == at.title), None)
    if page is None or at.sheet not in texts:
        raise _refused(f"the sheet {at.title!r} is not there any more", name, "the sheets of the report", "leave the sheets' names as they are", "amend_damaged")  # fmt: skip
    target, rejected = texts[at.sheet], _rejected(vault, standing, at.sheet)
    _same_header(page, at, target, name)
    changed: list[int] = []
    seen: set[int] = set()
    for i in range(at.header_row - 1 + at.header_rows, page.height):
        row = page.texts(i)
        own = [*row[LEADING:], *[""] * at.width]
        if not any(row):
            continue
        number = int(row[0]) if row[0].isascii() and row[0].isdigit() else 0
        if not 0 < number <= len(target) or number in seen or any(own[at.width :]):
            raise _moved(f"{name}, {at.title}, row {i + 1}", number in seen, any(own[at.width :]))
        seen.add(number)
        old = [*target[number - 1], *[""] * at.width][: max(at.width, len(target[number - 1]))]
        new = [_cell(b, a) for b, a in zip(old, [*own, *old[at.width :]], strict=False)]
        if new != old and number not in rejected:
            raise _moved(f"{name}, {at.title}, row {i + 1}", False, False)
        if new != old:
            target[number - 1] = new
            changed.append(number)
    return changed


def _moved(where: str, twice: bool, beside: bool) -> UnreadableDelivery:
    what = "the row stands twice" if twice else "there are cells to the right of the table" if beside else "the row has no number of a rejected row"  # fmt: skip
    return _refused(what, where, "the rows and columns of the report",
                    "leave rows, columns and the first four columns as they are; deliver your own file whole to add or delete rows", "amend_rows")  # fmt: skip


def _rejected(vault: Vault, standing: Delivery, sheet: str) -> set[int]:
    """Numbers of the rows of a sheet that are rejected."""
    from warehouse.normalize.run import normalize

    table = normalize(vault.home, standing).table("rejected")
    return {n for s, n in table.select("sheet", "row_number").iter_rows() if s == sheet}


def _same_header(page: RawSheet, at: Amendable, target: Rows, name: str) -> None:
    """The report's header must be the delivery's: a moved column would put values under another label."""
    lines = [page.texts(i)[LEADING:] if i < page.height else [] for i in range(at.header_row - 1, at.header_row - 1 + at.header_rows)]  # fmt: skip
    there = [_plain_row(line) for line in lines]
    if not any(_trimmed(target[i : i + at.header_rows]) == there for i in range(len(target))):
        raise _refused("the headers are not those of the delivery", f"{name}, {at.title}, row {at.header_row}", "the columns of the delivery in their order",
                       "leave the columns as they are", "amend_columns")  # fmt: skip


def _plain_row(cells: list[str]) -> list[str]:
    return _trimmed([[_canon(plain(c)) for c in cells]])[0]


def _trimmed(rows: Rows) -> Rows:
    found = []
    for row in rows:
        end = max((i + 1 for i, c in enumerate(row) if c != ""), default=0)
        found.append([_canon(c) for c in row[:end]])
    return found


def _canon(text: str) -> str:
    """A text as a workbook gives it back: ends of lines and control characters in one way."""
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text).replace("\r\n", "\n").replace("\r", "\n")


def _cell(before: str, after: str) -> str:
    """The cell that came back; exactly as it was delivered where nobody touched it."""
    after = plain(after)
    return before if _canon(after) == _canon(before) else after


def _written(folder: Path, standing: Delivery, before: list[RawSheet], texts: dict[str, Rows]) -> Path:
    """The whole delivery with its corrected rows as a file that reads back exactly so."""
    stem, single = Path(standing.file_name).stem, len(before) == 1 and before[0].name == standing.file_name
    while len(stem.encode()) > 180:  # a file's name has 255 bytes
        stem = stem[:-1]
    name = f"{re.sub(r' [(]corrected( [0-9]+)?[)]$', '', stem)} (corrected {standing.delivery_seq + 1})"
    path = folder / f"{name}{'.csv' if single else '.xlsx'}"
    if single:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(texts[before[0].name])
    else:
        _workbook(path, before, texts)
    again = read_file(path, keep_errors=True) if all(single or _nameable(s.name) for s in before) else []
    same = len(again) == len(before) and all(
        _rows(a) == _without_end(texts[b.name]) and (single or a.name == b.name)
        for a, b in zip(again, before, strict=True)
    )
    if not same:
        raise _refused("the corrected rows can't be put back without changing other cells", standing.file_name, "a table that a workbook holds exactly",
                       "correct these rows in your own file and deliver it whole", "amend_not_exact")  # fmt: skip
    return path


def _nameable(name: str) -> bool:
    return 0 < len(name) <= 31 and not _NO_SHEET.search(name)


def _workbook(path: Path, before: list[RawSheet], texts: dict[str, Rows]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})  # equal contents, equal bytes
        visible = [s.name for s in before if not s.hidden]
        for i, sheet in enumerate(before):
            page = book.add_worksheet(sheet.name if _nameable(sheet.name) else f"sheet {i}")
            if sheet.hidden and visible:
                page.hide()
            if visible and sheet.name == visible[0]:
                page.activate()
                page.set_first_sheet()
            for r, row in enumerate(texts[sheet.name]):
                for c, text in enumerate(row):
                    if text != "":
                        page.write_string(r, c, text)


def _rows(sheet: RawSheet) -> Rows:
    return _without_end([sheet.texts(i) for i in range(sheet.height)])


def _without_end(rows: Rows) -> Rows:
    """Rows without blank cells and rows at their end, which no table has."""
    found = []
    for row in rows:
        end = max((i + 1 for i, c in enumerate(row) if c != ""), default=0)
        found.append(row[:end])
    while found and not found[-1]:
        found.pop()
    return found


def _keep(
    vault: Vault, path: Path, name: str, sha256: str, standing: Delivery, merged: Path, changed: list[str]
) -> list[Path]:
    """The corrected report itself stays in the vault, and a record of what was made of it. The files that are new."""
    blob = vault.blobs / sha256[:2] / sha256
    blob.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    is_new = not blob.exists()
    if is_new:
        temporary = blob.with_suffix(".part")
        shutil.copyfile(path, temporary)
        temporary.chmod(0o400)
        os.replace(temporary, blob)
    folder = vault.home.vault / "amendments"
    folder.mkdir(exist_ok=True, mode=0o700)
    record: dict[str, Any] = {
        "round_key": standing.round_key, "amends": standing.delivery_id, "file_name": name, "sha256": sha256,
        "makes": file_hash(merged), "rows": changed, "received_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }  # fmt: skip
    temporary = folder / f"{sha256}.part"
    temporary.write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(temporary, folder / f"{sha256}.json")
    return [folder / f"{sha256}.json", *([blob] if is_new else [])]


def _known(vault: Vault, sha256: str) -> Delivery | None:
    """The delivery that this very report made before."""
    path = vault.home.vault / "amendments" / f"{sha256}.json"
    return vault.by_hash(json.loads(path.read_text(encoding="utf-8"))["makes"]) if path.exists() else None


def _refused(what: str, where: str, expected: str, todo: str, code: str) -> UnreadableDelivery:
    return UnreadableDelivery(what, where=where, expected=expected, todo=todo, code=code)
