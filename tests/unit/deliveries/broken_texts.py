"""Tables, ways to write them, and ways to break what was written: with the truth of each, made by code.

The truth of bytes is what Python's strict csv reader gives with the dialect and the encoding in which they were written.
Damage to structure (a quote, a delimiter, a line end, an encoding) has no truth but the table that was meant.
"""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass

Rows = list[list[str]]
RUSSIAN = [
    ["Область", "Район", "Село", "Всего", "Примечание"],
    ["Ошская", "Алайский", "Гульча", "12", "люди уехали, вернулись"],
    ["Баткенская", "Кадамжайский", "Марказ", "1 340", ""],
    ["Нарынская", "Ат-Башынский", "Ак-Муз", "0", "нет; не знаю"],
    ["Таласская", "Кара-Бууринский", "Кызыл-Адыр", "75", "два\nсело"],
    ["Чуйская", "Аламудунский", "Лебединовка", "9 018", 'дом "Север"'],
    ["Джалал-Абадская", "Сузакский", "Кызыл-Туу", "44", "«центр»"],
]
FRENCH = [
    ["Région", "Préfecture", "Localité", "Ménages", "Remarque"],
    ["Ségou", "Niono", "Kéniéba", "12", "déplacés, retournés"],
    ["Ménaka", "Ansongo", "Téssalit", "1340", ""],
    ["Kayes", "Bafoulabé", "Yélimané", "0", "accès; très difficile"],
    ["Gao", "Bourem", "Djenné", "75", "deux\nvillages"],
    ["Mopti", "Douentza", "Diéma", "9018", 'quartier "Nord"'],
]
PLAIN = [
    ["admin1", "admin2", "site", "idp", "note"],
    ["Adamawa", "Girei", "Girei I", "12", "left, came back"],
    ["Borno", "Bama", "Bama GDSS", "1340", ""],
    ["Yobe", "Gujba", "Buni Yadi", "0", "none; unknown"],
    ["Taraba", "Jalingo", "Kona", "75", "two\nvillages"],
    ["Gombe", "Funakaye", "Bajoga", "9018", 'camp "North"'],
]
KYRGYZ = [[cell.replace("о", "ө").replace("у", "ү") for cell in row] for row in RUSSIAN]
TABLES = {"russian": RUSSIAN, "french": FRENCH, "plain": PLAIN, "kyrgyz": KYRGYZ}
ENCODINGS = {
    "russian": ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1251"),
    "french": ("utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"),
    "plain": ("utf-8", "utf-8-sig", "utf-16"),
    "kyrgyz": ("utf-8", "utf-8-sig", "utf-16-le"),
}
DELIMITERS, ENDS = (",", ";", "\t", "|"), ("\r\n", "\n", "\r")
QUOTING = (csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC)
OTHER_ENCODING = {"cp1251": "utf-8", "cp1252": "utf-8", "latin-1": "utf-8", "utf-16": "utf-8", "utf-16-le": "utf-8"}


@dataclass(frozen=True)
class Written:
    """A table as it was written: its bytes, and how."""

    rows: Rows
    encoding: str
    delimiter: str
    end: str
    quoting: int

    @property
    def text(self) -> str:
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=self.delimiter, lineterminator=self.end, quoting=self.quoting).writerows(self.rows)  # type: ignore[arg-type]
        return out.getvalue()

    def encoded(self, text: str) -> bytes:
        return text.encode(self.encoding)

    @property
    def data(self) -> bytes:
        return self.encoded(self.text)

    def truth(self, data: bytes) -> Rows | None:
        """What the bytes are to a strict reader that knows how they were written; None where it can't read them."""
        try:
            text = data.decode("cp1252" if self.encoding == "latin-1" else self.encoding)
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter, strict=True))
        except (UnicodeError, csv.Error):
            return None
        return trimmed(rows)


def trimmed(rows: list[list[str]]) -> Rows:
    """Rows without blank ones at the end and blank cells at the ends of rows: what two readings are compared by."""
    short = []
    for row in rows:
        kept = [cell or "" for cell in row]
        while kept and not kept[-1].strip():
            kept.pop()
        short.append(kept)
    while short and not short[-1]:
        short.pop()
    return short


def some(seed: int) -> Written:
    """One of all the ways to write one of the tables, with some of its rows."""
    pick = random.Random(seed)
    name = pick.choice(list(TABLES))
    rows = [list(row) for row in TABLES[name]]
    body = rows[1:]
    pick.shuffle(body)
    rows = [rows[0], *body[: pick.randint(4, len(body))]]
    wanted = pick.choice([2, 3, 4, 5, 5, 5])
    rows = [row[-wanted:] if pick_last else row[:wanted] for pick_last in [pick.random() < 0.5] for row in rows]
    if pick.random() < 0.2:
        rows.insert(pick.randint(1, len(rows)), [""] * len(rows[0]))
    return Written(rows, pick.choice(ENCODINGS[name]), pick.choice(DELIMITERS), pick.choice(ENDS), pick.choice(QUOTING))


@dataclass(frozen=True)
class Broken:
    """Bytes after damage, and what a reader may make of them at most (None: it must refuse)."""

    kind: str
    data: bytes
    allowed: tuple[Rows, ...]


def break_(written: Written, kind: str, seed: int) -> Broken | None:
    """Damage of a kind; None where the file has no place for it."""
    pick = random.Random(seed)
    text, meant = written.text, trimmed(written.rows)
    if kind in ("drop quote", "drop delimiter", "drop line end"):
        sign = {"drop quote": '"', "drop delimiter": written.delimiter, "drop line end": written.end}[kind]
        places = [i for i in range(len(text) - len(written.end)) if text.startswith(sign, i)]
        if not places:
            return None
        at = pick.choice(places)
        data = written.encoded(text[:at] + text[at + len(sign) :])
        # a sign inside a quoted cell is a letter of the cell like any other
        inside = kind != "drop quote" and text[:at].count('"') % 2 == 1
        return Broken(kind, data, (written.truth(data) or meant,) if inside else (meant,))
    if kind in ("add quote", "add delimiter", "add line end"):
        sign = {"add quote": '"', "add delimiter": written.delimiter, "add line end": written.end}[kind]
        at = pick.randrange(len(text))
        data = written.encoded(text[:at] + sign + text[at:])
        inside = text[:at].count('"') % 2 == 1
        edge = kind == "add line end" and (
            text[:at].endswith(written.end) or text.startswith(written.end, at) or at == 0
        )
        truth = written.truth(data) if kind != "add quote" and (inside or edge) else None
        return Broken(kind, data, (meant, truth) if truth is not None else (meant,))
    if kind == "swap encoding":
        lines = text.split(written.end)
        at = pick.randrange(1, len(lines) - 1)
        tail = written.end.join(lines[at:])
        other = OTHER_ENCODING.get(written.encoding) or pick.choice(["cp1251", "cp1252"])
        if tail.isascii() or text[: len(text) - len(tail)].isascii():
            return None
        try:
            data = written.encoded(text[: len(text) - len(tail)]) + tail.encode(other)
        except UnicodeEncodeError:
            return None
        return Broken(kind, data, ())
    data = bytearray(written.data)
    if kind == "truncate":
        cut = bytes(data[: pick.randrange(1, len(data))])
        truth = written.truth(cut)
        return Broken(kind, cut, () if truth is None else (truth,))
    at = pick.randrange(4, len(data))
    if kind == "flip":
        data[at] ^= 1 << pick.randrange(8)
    elif kind == "byte":
        data[at] = pick.randrange(256)
    elif kind == "drop byte":
        del data[at]
    elif kind == "nul":
        data[at:at] = b"\0"
    truth = written.truth(bytes(data))
    return Broken(kind, bytes(data), () if truth is None or kind == "nul" else (truth,))


KINDS = (
    "drop quote", "drop delimiter", "drop line end", "add quote", "add delimiter", "add line end", "swap encoding",
    "truncate", "flip", "byte", "drop byte", "nul",
)  # fmt: skip
