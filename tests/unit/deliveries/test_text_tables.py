"""Delimiters, quotes, line ends and banners of texts: what is read, what is noticed, what is refused and where."""

from __future__ import annotations

import pytest

from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.deliveries.readers.text import read_text
from warehouse.errors import UnreadableDelivery


def read(data: bytes | str) -> RawSheet:
    (sheet,) = read_text(data.encode() if isinstance(data, str) else data, "delivery.csv")
    return sheet


def texts(data: bytes | str) -> list[list[str]]:
    sheet = read(data)
    return [sheet.texts(i) for i in range(sheet.height)]


def refused(data: bytes | str) -> UnreadableDelivery:
    with pytest.raises(UnreadableDelivery) as caught:
        read(data)
    return caught.value


HEADER = "region,district,idp\n"
ROWS = "Osh,Alay,12\nNaryn,At-Bashy,3\n"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("sep=;\na;b\n1;2,5\n", [["a", "b"], ["1", "2,5"]]),
        ('"sep=|"\na|b\n1|2\n', [["a", "b"], ["1", "2"]]),
        ("sep=\t\r\na\tb\r\n1\t2\r\n", [["a", "b"], ["1", "2"]]),
        ("name;value\nA;1,5\nB;2,5\n", [["name", "value"], ["A", "1,5"], ["B", "2,5"]]),
        ("a^b^c\n1^2,5^3\n", [["a", "b", "c"], ["1", "2,5", "3"]]),
        ("code\n007\n008\n", [["code"], ["007"], ["008"]]),
        ("a,b\n", [["a", "b"]]),
        ("a,b,\n1,2,\n", [["a", "b", ""], ["1", "2", ""]]),
        ("a,b\n\n1,2\n", [["a", "b"], ["", ""], ["1", "2"]]),
        ("a,b\n   \n1,2\n", [["a", "b"], ["   ", ""], ["1", "2"]]),
        ("a,b\n1,2\n,\n\n", [["a", "b"], ["1", "2"]]),
        ('a,b\n"x ""y"" z",2\n', [["a", "b"], ['x "y" z', "2"]]),
        ('a;b\n1;LLC "North"\n2;x\n', [["a", "b"], ["1", 'LLC "North"'], ["2", "x"]]),
        ('a,b\n"C:\\dir\\",2\n', [["a", "b"], ["C:\\dir\\", "2"]]),
        ('a,b\n"one\r\ntwo",2\n', [["a", "b"], ["one\r\ntwo", "2"]]),
        ("a,b\n1\u2028x,2\x85\n", [["a", "b"], ["1\u2028x", "2\x85"]]),
        ("a,b\n=cmd|' /C calc'!A0,{{ x }}\n", [["a", "b"], ["=cmd|' /C calc'!A0", "{{ x }}"]]),
        ("a,b\nx\\,2\nC:\\dir,\\\\server\n", [["a", "b"], ["x\\", "2"], ["C:\\dir", "\\\\server"]]),
        ("[x],[y]\n1,2\n", [["[x]", "[y]"], ["1", "2"]]),
        ("a,b\n'007,2\n", [["a", "b"], ["'007", "2"]]),
    ],
)
def test_a_table_is_read_as_it_is(text: str, rows: list[list[str]]) -> None:
    assert texts(text) == rows


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (HEADER + ROWS + "Osh,12\n", "ragged_rows", 4),
        (HEADER + ROWS + "Osh,Alay,12,\n", "ragged_rows", 4),
        (HEADER + ROWS + "Osh,Al", "ragged_rows", 4),
        (HEADER + ROWS + "\na,b\n1,2\n", "ragged_rows", 5),
        (HEADER + ROWS + '""\n', "ragged_rows", 4),
        ("name,value\nA,1,5\nB,2,5\n", "ragged_rows", 2),
        ("value\n1,5\n2,5\n", "ragged_rows", 2),
        ("place\nOsh, Alay, Gulcho\nNaryn, Naryn, Naryn\n", "ragged_rows", 2),
        ("re\ngion,district,idp\n" + ROWS, "ragged_rows", 2),
        (HEADER + 'Osh,"Alay,12\n' + ROWS, "unclosed_quote", 2),
        (HEADER + '"Osh,Alay,12\nNaryn",At-Bashy,3\n', "unclosed_quote", 3),
        (HEADER + 'Osh,"Alay,12\nNaryn,At-Bashy",3\n', "unclosed_quote", 3),
        (HEADER + 'Osh,"Alay"x,12\n', "stray_quote", 2),
        (HEADER + '"Osh",Al"a"y,12\n', "stray_quote", 2),
        (HEADER + 'Osh, "Alay",12\n', "stray_quote", 2),
        (HEADER + 'Osh,5" pipe,12\n', "unclosed_quote", 2),
        (HEADER + 'Osh,"a \\"b\\" c",12\n', "stray_quote", 2),
        (HEADER + "Osh\\,x,Alay,12\n", "ragged_rows", 2),
        (HEADER + "Osh,\\\\server,12\n", "escapes", 2),
    ],
)
def test_what_does_not_fit_is_refused_with_its_line(text: str, code: str, line: int) -> None:
    error = refused(text)
    assert (error.code, error.where) == (code, f"delivery.csv, line {line}")
    assert "Osh" not in str(error) and "Alay" not in str(error)  # no delivered value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a,b;c\n1,2;3\n", "ambiguous_delimiter"),
        ("1,5\n2,5\n3,5\n", "ambiguous_delimiter"),
        ("a;x,b;c\n1;y,2;3\n1;y,2,2;3\n", "ambiguous_delimiter"),
        ("a\\,b,c\n", "escapes"),
        ("a,b\n1,x\\\n\n", "escapes"),
        ("a,b\nx\\\\y,\\N\n", "escapes"),
        ("a\n1\r2\n", "mixed_line_ends"),
        ("a,b\r1,2\n3,4\n", "mixed_line_ends"),
        ("a:b\n1:2\n", "unknown_delimiter"),
        ("a/b/c\n1/2/3\n", "unknown_delimiter"),
        ("State LGA HH\nADAMAWA GIREI 10\n", "unknown_delimiter"),
        ('"a,b"\n"1,2"\n', "unknown_delimiter"),
        ("region  idp\nOsh     12\n", "unknown_delimiter"),
        ("sep=;\na,b\n1,2\n", "unknown_delimiter"),
        (",,,\n,,,\n", "empty_file"),
        (" \n \n", "empty_file"),
        ("\ufeff", "empty_file"),
        ("\n" * 300_000 + ",".join("abc" * 100) + "\n", "too_large"),
        (",".join("x" * 20_000) + "\n", "too_large"),
        ("a,b\n1," + "x" * (21 * 2**20) + "\n", "too_large"),
        (HEADER + ROWS * 6 + "Osh,Alay,", "truncated"),
    ],
)
def test_what_is_not_certain_is_refused(text: str, code: str) -> None:
    assert refused(text).code == code


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<html><table><tr><td>1</td></tr></table></html>", "web page"),
        ("<!DOCTYPE html>\n<body>", "web page"),
        ('<?xml version="1.0"?>\n<Workbook>', "XML"),
        ("{\\rtf1\\ansi a,b}", "RTF"),
        ("From: x@example.org\nSubject: data\n\na,b\n", "e-mail"),
        ("MIME-Version: 1.0\nContent-Type: multipart/related\n", "e-mail"),
        ("-----BEGIN PGP MESSAGE-----\n\nabc\n", "key"),
        ("ID;PWXL;N;E\nC;Y1;X1;K1\n", "SYLK"),
        ('{"a": 1}\n{"a": 2}\n', "JSON lines"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "pointer"),
    ],
)
def test_other_kinds_of_text_are_told_by_name(text: str, kind: str) -> None:
    error = refused(text)
    assert error.code == "unknown_format" and kind in error.what


@pytest.mark.parametrize(
    ("text", "notices"),
    [
        (HEADER + ROWS, []),
        ((HEADER + ROWS).rstrip(), ["no_last_line_end"]),
        ((HEADER + ROWS).replace(",", ";"), ["delimiter"]),
        ((HEADER + ROWS).replace("\n", "\r"), ["line_ends"]),
        (HEADER + ROWS.replace("\n", "\r\n"), ["line_ends"]),
        ("sep=,\n" + HEADER + ROWS, ["separator_line"]),
        ("MTM round 3\n\n" + HEADER + ROWS, ["banner_rows"]),
        (HEADER + ROWS + "\x1a", ["end_mark"]),
        (HEADER.replace(",", ";") + 'Osh;LLC "A" 1;2\n', ["delimiter", "bare_quotes"]),
        (HEADER + "O\ufffdsh,Alay,1\n", ["lost_letters"]),
        (HEADER + "O\x92sh,Alay,1\n", ["odd_characters"]),
    ],
)
def test_what_was_decided_is_recorded(text: str, notices: list[str]) -> None:
    assert [n.code for n in read(text).notices] == notices


def test_rows_above_the_table_keep_their_numbers() -> None:
    assert texts("Mobility Tracking Matrix\nRound 3\n\n" + HEADER + ROWS)[:4] == [
        ["Mobility Tracking Matrix", "", ""], ["Round 3", "", ""], ["", "", ""], ["region", "district", "idp"],
    ]  # fmt: skip


def test_a_file_name_is_text_and_no_pattern() -> None:
    (sheet,) = read_text(b"a,b\n1,2\n", "*[x]?.csv")
    assert sheet.name == "*[x]?.csv"
