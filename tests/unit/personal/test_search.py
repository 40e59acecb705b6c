"""Every spelling of a value is found in bytes; numbers inside of longer ones are not."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import random
import time
from urllib.parse import quote

import markupsafe
import pytest

from warehouse.personal.search import CELL, Needles

PHONE, NAME = "+999 712 34-56-78", "Зурзбек Кватманов"


def ways(text: str) -> dict[str, bytes]:
    plain = text.encode()
    coded = {f"base64 {n}": base64.b64encode(b"abc"[:n] + plain + b"xyz"[: 3 - n]) for n in range(3)}
    hashes = {name: hashlib.new(name, plain).hexdigest() for name in ("md5", "sha1", "sha256", "sha512")}
    digests = {name: hashlib.new(name, plain).digest() for name in hashes}
    return {
        "plain": plain, "utf-16": text.encode("utf-16"), "utf-16-be": text.encode("utf-16-be"), "cp1251": text.encode("cp1251"),
        "backwards": text[::-1].encode(), "bytes backwards": plain[::-1], "hex": plain.hex().encode(), "HEX": plain.hex().upper().encode(),
        "address": quote(text).encode(), "json": json.dumps(text).encode(), "page": html.escape(text).encode(),
        "report": str(markupsafe.escape(text)).encode(), "sheet": html.escape(text, quote=False).encode(),
        "csv": text.replace('"', '""').encode(),
        "entities": "".join(f"&#{ord(c)};" for c in text).encode() if not text.isascii() else plain,
        **coded, **{f"hash {k}": v.encode() for k, v in hashes.items()}, **{f"HASH {k}": v.upper().encode() for k, v in hashes.items()},
        **{f"cut {k}": v[:20].encode() for k, v in hashes.items()}, **{f"raw {k}": v for k, v in digests.items()},
        **{f"base64 of {k}": base64.b64encode(v) for k, v in digests.items()},
    }  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [PHONE, NAME, "a.b@posta.example", "21203198001234", "42.874613", "42.874613, 74.569171", 'O\'Brien "Bek" & <Co>'],
)
def test_a_value_is_found_in_every_form(value: str) -> None:
    needles = Needles.made_of([value, "Somebody Else", "+999 000 00-00-00"])
    for way, data in ways(value).items():
        found = needles.found_in(b"\x00before " + data + b" after")
        assert list(found) == [needles.values.index(value)], way


@pytest.mark.parametrize("text", ["999712345678", "712345678", "0712345678", "tel:999712345678;"])
def test_a_phone_is_found_as_people_write_it(text: str) -> None:
    assert Needles.made_of([PHONE]).found_in(f"x {text} y".encode())


@pytest.mark.parametrize(
    "text",
    ["1712345678", "7123456789", "0.712345678", "a712345678f", "712345678.25", "5999712345678", "+999 712 34-56-7"],
)
def test_a_number_inside_of_another_is_nobodys(text: str) -> None:
    assert Needles.made_of([PHONE]).found_in(f"x {text} y".encode()) == {}


def test_one_word_in_latin_letters_counts_as_a_whole_cell_only() -> None:
    needles = Needles.made_of(["Grace"])
    assert needles.found_in(b"the grace period, Grace said") == {}
    assert needles.found_in(CELL + b"Grace" + CELL)


def test_what_is_too_short_is_nobodys() -> None:
    assert Needles.made_of(["12", "E-01", "993.812", ""]).of == {}
    assert Needles.made_of([]).found_in(b"anything") == {}


def test_it_finds_over_the_ends_of_parts() -> None:
    needles = Needles.made_of([NAME])
    pattern = NAME.encode()
    for shift in range(0, len(pattern) + 2, 5):
        data = b"." * ((1 << 20) - shift) + pattern + b"." * 100
        assert needles.found_in(data) == {0: 1}
    assert needles.found_in(pattern) == {0: 1}


def test_thousands_of_values_in_many_megabytes_take_about_a_second() -> None:
    rng = random.Random(5)
    values = [f"+999 7{rng.randint(10, 99)} {rng.randint(100000, 999999)}" for _ in range(4000)]
    values += ["".join(rng.choice("абвгдежз") for _ in range(12)) for _ in range(2000)]
    data = rng.randbytes(4_000_000) + "words and слова, ".encode() * 800_000
    started = time.process_time()
    assert Needles.made_of(values).found_in(data) == {}
    assert time.process_time() - started < 6  # 1.2 seconds on two idle cores
