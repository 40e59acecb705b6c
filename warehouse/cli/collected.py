"""What `mtm collection` tells for the field coordinator: where the page of a day is, and who is behind a pseudonym.

Only asking and printing belongs here. The code of an enumerator goes to the terminal and nowhere else.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from warehouse.cli.output import echo, print_json
from warehouse.errors import UsageError
from warehouse.settings import Home


def tell_page(home: Home, round_key: str, day: date | None, lang: str, *, as_json: bool) -> None:
    """The page of a round's day (the latest where none is named) in a language. Raises UsageError where there is none."""
    from warehouse.collection.page.write import page_name

    folder: Path = home.collection / round_key
    path = folder / page_name(str(day) if day else "latest", lang)
    if not path.is_file():
        days = sorted(p.stem for p in folder.glob("[0-9]*-[0-9]*-[0-9]*.html") if p.stem.count(".") == 0)
        raise UsageError(
            f"there is no page of {round_key}" + (f" for {day}" if day else ""), where=f"collection/{round_key}/",
            expected=f"one of {', '.join(days[-5:])}" if days else "a partial delivery that was run",
            todo="mtm receive FILE --partial, then mtm run" if not days else "leave --day out for the latest",
            code="no_page",
        )  # fmt: skip
    print_json({"round_key": round_key, "page": str(path)}) if as_json else echo(str(path))


def tell_who(home: Home, round_key: str, pseudonym: str, *, as_json: bool) -> None:
    """The code of the enumerator behind a pseudonym, as the form has it."""
    from warehouse.collection.who import who

    codes = who(home, round_key, pseudonym)
    if as_json:
        print_json({"round_key": round_key, "enumerator": pseudonym.upper(), "codes": codes})
    else:
        echo(f"{pseudonym.upper()}: {', '.join(codes)}")
