"""Encodings of texts: Unicode by its marks, code pages by a strict test, everything else refused with its offset."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.conftest import SHARED
from tests.unit.deliveries.broken_texts import FRENCH, KYRGYZ, PLAIN, RUSSIAN, Rows, trimmed
from warehouse.deliveries.readers.codepages import decide
from warehouse.deliveries.readers.text import read_text
from warehouse.errors import UnreadableDelivery


def written(rows: Rows, delimiter: str = ";") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def code(data: bytes) -> str:
    with pytest.raises(UnreadableDelivery) as caught:
        read_text(data, "x.csv")
    return caught.value.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251"])
def test_a_russian_table_is_read_in_every_encoding_that_is_certain(encoding: str) -> None:
    (sheet,) = read_text(written(RUSSIAN).encode(encoding), "x.csv")
    assert trimmed([list(row) for row in sheet.rows]) == trimmed(RUSSIAN)  # type: ignore[arg-type]
    assert ("encoding" in {n.code for n in sheet.notices}) == (encoding not in {"utf-8", "utf-8-sig"})


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "latin-1"])
def test_a_french_table_is_read_in_every_encoding_that_is_certain(encoding: str) -> None:
    (sheet,) = read_text(written(FRENCH).encode(encoding), "x.csv")
    assert trimmed([list(row) for row in sheet.rows]) == trimmed(FRENCH)  # type: ignore[arg-type]


@pytest.mark.parametrize("encoding", ["koi8-r", "cp866", "iso8859-5", "mac_cyrillic"])
@pytest.mark.parametrize("change", [str, str.upper, str.lower])
def test_other_cyrillic_code_pages_are_refused(encoding: str, change: type[str]) -> None:
    assert code(change(written(RUSSIAN)).encode(encoding, "replace")) == "bad_encoding"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("mac_roman", written(FRENCH)),
        ("cp850", written(FRENCH)),
        ("cp1250", "Země;Město;Číslo\nČesko;Plzeň;Třebíč\nČesko;Děčín;Žďár\nČesko;České Budějovice;Kadaň\n"),
        ("cp1250", "Województwo;Miasto;Liczba\nMałopolskie;Kraków;Łódź\nŚląskie;Gdańsk;Białystok\nOpole;Poznań;Częstochowa\n"),
        ("cp1250", "Județ;Oraș;Populație\nBrașov;Făgăraș;Săcele\nIași;Pașcani;Hârlău\n".replace("ș", "ş").replace("ț", "ţ")),
        ("cp1250", "Općina;Županija;Kućanstva\nČakovec;Međimurska;šest\nKarlovačka;Ogulin;četiri\n"),
        ("cp1254", "Bölge;İlçe;Nüfus\nMuğla;Köyceğiz;Göçmen\nAğrı;Doğubayazıt;Çocuk\n"),
        ("cp1254", "bölge;nüfus;köy\nmuğla;göç;türkiye\ngüney;süre;gün\n"),
        ("cp1253", "Περιοχή;Πληθυσμός;Δήμος\nΑθήνα;Θεσσαλονίκη;Πάτρα\nΚρήτη;Ηράκλειο;Χανιά\n"),
        ("cp1251", "Область;Район;Кількість\nКиївська;Бориспільський;12\nЛьвівська;Стрийський;3\n"),
        ("cp1256", "المنطقة;العدد\nصنعاء;12\nعدن;3\nتعز;7\n"),
        ("cp1255", "מחוז;עיר;מספר\nירושלים;חיפה;12\nתל אביב;אשדוד;3\n"),
        ("gb2312", "省,县,人口\n四川,成都,12\n云南,昆明,3\n"),
        ("shift_jis", "地域,人口\n東京,12\n大阪,3\n"),
        ("euc_kr", "지역,인구\n서울,12\n부산,3\n"),
    ],
)  # fmt: skip
def test_texts_of_other_languages_are_refused_not_guessed(encoding: str, text: str) -> None:
    assert code(text.encode(encoding)) == "bad_encoding"


@pytest.mark.parametrize(
    "data",
    [
        "имя,б\n".encode("cp1251"),  # too few words
        b"a,b\n1,caf\xe9\n",
        b"a,b\n12\xa0345,1\n",
        "область,б\nОш,".encode()[:-1] + b"\xd0",  # cut inside a letter
        b"a,b\n1,\xc0\xaf\n",  # overlong
        b"a,b\n1,\xed\xa0\x80\n",  # half a character
        b"a,b\n1,\xf4\x90\x80\x80\n",  # beyond Unicode
        "a,b\n1,x\n".encode("utf-16")[:-1],
        b"\xff\xfea\x00,\x00b\x00\n\x00\x00\xd8\n\x00",
        written(RUSSIAN).encode("cp1251") + "Ошская;Ноокат;село;1;\r\n".encode(),
        written(RUSSIAN).encode() + "Ошская;Ноокат;село;1;\r\n".encode("cp1251"),
        written(RUSSIAN).encode("cp1251") + "ОШСКАЯ;Ноокат;Село;1;\r\n".encode("koi8-r"),
        written(FRENCH).encode("cp1252") + "Ségou;Région;Ménaka;1;\r\n".encode(),
        written(FRENCH).encode("cp1252") + "Ошская;Ноокат;Село;1;\r\n".encode("cp1251"),
        written(RUSSIAN).encode().decode("latin-1").encode(),  # encoded twice
        written(FRENCH).encode().decode("cp1252").encode(),
        written(RUSSIAN).encode("cp1251").decode("latin-1").encode(),
    ],
)
def test_broken_mixed_and_doubled_encodings_are_refused(data: bytes) -> None:
    assert code(data) == "bad_encoding"


def test_russian_as_utf_8_read_in_cyrillic_pages_and_saved_again_is_refused() -> None:
    raw = "обл,б\nОш,1\n".encode()
    for page in ("cp1251", "cp866", "koi8-r"):
        assert code(raw.decode(page).encode()) == "bad_encoding", page


def test_the_first_bad_byte_is_named() -> None:
    with pytest.raises(UnreadableDelivery) as caught:
        read_text("область,б\r\nОш,1\r\n".encode() + b"a,\xff\r\n", "x.csv")
    assert caught.value.where == "x.csv, byte 29, line 3"


@pytest.mark.parametrize(("data", "expected"), [(b"a,b\n1,\0\n", "nul"), (b"a,b\n1,\x07\n", "control_characters"),
    (b"a\0,\0b\0\n\0\0\0", "nul"), ("a,b\n1,2\n\ufeffa,b\n3,4\n".encode(), "joined_files")])  # fmt: skip
def test_characters_that_no_table_holds_are_refused(data: bytes, expected: str) -> None:
    assert code(data) == expected


def test_names_of_kyrgyz_places_are_certain_in_cp1251_and_no_other_page() -> None:
    folder = SHARED / "reference"
    if not folder.is_dir():
        pytest.skip("the classifier of places is not at hand: set MTM_SHARED to the folder that holds data/reference")
    rows = list(csv.reader(Path(folder / "kgz_soate_2021.csv").read_text(encoding="utf-8-sig").splitlines()))
    for first in range(1, len(rows) - 40, 40):
        text = written(rows[first : first + 40])
        assert decide(text.encode("cp1251")) == "cp1251", first
        for page in ("koi8-r", "cp866", "iso8859-5"):
            assert decide(text.encode(page)) is None, (first, page)


def test_letters_outside_the_plane_and_directions_are_kept() -> None:
    rows = [["имя", "note"], ["\u202eабв\u200b", "😀\U0010ffff"], ["ё\u0301", "ﬁ"]]
    (sheet,) = read_text(written(rows).encode("utf-16"), "x.csv")
    assert [list(row) for row in sheet.rows] == rows


def test_kyrgyz_letters_are_never_read_from_a_page_that_lacks_them() -> None:
    (sheet,) = read_text(written(KYRGYZ).encode(), "x.csv")
    assert sheet.texts(1) == KYRGYZ[1] and sheet.texts(0)[0] == PLAIN[0][0].replace("admin1", "Область")
