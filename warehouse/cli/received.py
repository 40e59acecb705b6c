"""What `mtm receive` was given and what it answers: a place to its source, an outcome to a line or an object.

Choosing and telling belong here; pulling is done in `deliveries/sources`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from warehouse.cli.output import say
from warehouse.deliveries.names import clean_name
from warehouse.deliveries.sources.address import check_url, is_url
from warehouse.deliveries.sources.model import Source, find_source, near_names
from warehouse.deliveries.sources.redact import shown
from warehouse.deliveries.vault import Delivery, Receipt
from warehouse.errors import MtmError, UsageError
from warehouse.personal.shapes import masked, masked_name


def chosen(place: str, *, is_name: bool) -> Source:
    """The source that a word on the command line stands for. Raises UsageError where it is none, or could be two."""
    if is_url(place) and not is_name:
        try:
            check_url(place)
        except ValueError as error:
            raise UsageError(str(error), where=shown(place), todo="see docs/sources.md", code="bad_url") from None
        return Source(place)
    source = find_source(place) if is_name or _may_be_a_name(place) else None
    exists = not is_name and os.path.lexists(place)
    if source and exists:
        raise UsageError(
            f"{place!r} is a file here and a source",
            expected="one of them",
            todo=f"./{place} for the file, --source {place} for the source",
            code="ambiguous_source",
        )
    if source or exists:
        return source or Source(place)
    raise _nothing(place, is_name)


def told(name: str, receipt: Receipt | None, error: MtmError | None, notes: list[str], as_json: bool) -> dict[str, Any]:
    """Print an outcome for a person, unless JSON is asked for; and the outcome as data."""
    name = masked_name(name)
    for note in notes:
        say(f"{name}: {note}")
    if error:
        code = f" · code: {error.code}" if error.code else ""
        say(f"{name}: {'refused' if error.exit_code == 4 else 'not received'} · {error}{code}")
        return {"file": name, **error.as_dict()}
    if receipt is None:
        return {}
    delivery = receipt.delivery
    if not as_json:
        click.echo(_line(name, receipt, delivery))
        for reason in delivery.why if receipt.is_new else []:
            click.echo(f"    {reason}")
    return {"file": name, "is_new": receipt.is_new, "stands": receipt.stands, **delivery.__dict__}


def name_of(place: str) -> str:
    """What was given, as it may be shown."""
    return masked(shown(place)) if is_url(place) else masked_name(clean_name(place))


def _line(name: str, receipt: Receipt, d: Delivery) -> str:
    which = f"delivery {d.delivery_seq} of {d.round_key}"
    if not receipt.is_new and not receipt.stands:
        return f"{name}: nothing new, it was {which} and is superseded; to let it stand again, receive the file itself"
    if not receipt.is_new:
        return f"{name}: nothing new, it is {which}"
    more = f", supersedes {d.supersedes}" if d.supersedes else ""
    more += f"; the same file stood before as delivery {d.restores}" if d.restores else ""
    partial = ", partial: kept as provisional" if d.partial else ""
    return f"{name}: {which} ({d.delivery_id}){more}{partial}"


def _may_be_a_name(place: str) -> bool:
    return not place.startswith((".", "/", "~")) and "." not in Path(place).name and place.count("/") <= 1


def _nothing(place: str, is_name: bool) -> UsageError:
    near = ", ".join(near_names(place)) if is_name or _may_be_a_name(place) else ""
    return UsageError(
        "there is no such source" if is_name else "there is no such file",
        where=clean_name(place),
        expected="the name of a source" if is_name else "a file, a folder, a URL or the name of a source",
        todo=f"check the spelling; sources are: {near}" if near else "check the path",
        code="unknown_source" if is_name else "no_such_file",
    )
