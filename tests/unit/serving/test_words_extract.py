"""Finding messages in code and templates, and bringing a catalogue up to date."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from warehouse.errors import MtmError
from warehouse.serving.words.extract import messages, of_python
from warehouse.serving.words.update import update

CODE = """
def page(t, rows, name):
    a = t.say("One {x}: "
              "two", x=t.say("Nested"))
    b = t.count("{n} row", "{n} rows", len(rows))
    return a, b, rows.count("Nobody"), name.count("a", 3), (t or a).say("Bracketed")
"""
PAGE = (
    '<h1>{{ _("Title") }}</h1>\n'
    "{% trans n=2 %}One place{% pluralize n %}{{ n }} places{% endtrans %}\n"
    '<p>{{ _("By {name}").format(name=x) }}</p>\n'
)


def test_messages_of_code_nested_joined_and_counted() -> None:
    said = [m.forms for m in of_python(CODE, "page.py")]
    assert sorted(said) == [("Bracketed",), ("Nested",), ("One {x}: two",), ("{n} row", "{n} rows")]


def test_messages_of_templates(tmp_path: Path) -> None:
    (tmp_path / "page.html.j2").write_text(PAGE)
    (tmp_path / "field_report").mkdir()
    (tmp_path / "field_report" / "own.py").write_text('t.say("in words.yml")')
    assert [m.forms for m in messages(tmp_path)] == [("Title",), ("One place", "%(n)s places"), ("By {name}",)]


@pytest.mark.parametrize("call", ["t.say(name)", 't.say(f"{x} rows")', 't.say("a" + b)', 't.count(one, "many", 3)'])
def test_a_message_that_is_no_literal_is_named_with_file_and_line(call: str) -> None:
    with pytest.raises(MtmError, match="literal") as raised:
        list(of_python(f"\n{call}\n", "warehouse/serving/x.py"))
    assert raised.value.code == "message_not_literal" and "x.py, line 2" in str(raised.value.where)


def test_update_adds_keeps_and_takes_away(tmp_path: Path) -> None:
    path = tmp_path / "ru" / "mtm.po"
    first = list(of_python(CODE, "a.py"))
    assert set(update("ru", first, path)) == {"One {x}: two", "Nested", "{n} row", "Bracketed"}
    path.write_text(path.read_text().replace('msgid "Nested"\nmsgstr ""', 'msgid "Nested"\nmsgstr "Вложено"'))
    later = list(of_python('t.say("Nested"); t.say("New")', "b.py"))
    assert update("ru", later, path) == ["New"]
    catalogue = read_po(path.open("rb"), locale="ru")
    assert {m.id: m.string for m in catalogue if m.id} == {"Nested": "Вложено", "New": ""}
    text = path.read_text()
    assert "#: b.py\n" in text and "#~" not in text and "POT-Creation-Date" not in text and "fuzzy" not in text
    assert update("ru", later, path) == ["New"] and path.read_text() == text  # the same again: not a byte
