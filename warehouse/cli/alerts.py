"""The command `mtm alerts`: who is told what, what was sent lately, a test of the channels, a look at what is to be told.

Only asking and printing belongs here; the work is done in `warehouse/alerts/`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from warehouse.cli.output import json_option, print_json, print_table, say
from warehouse.errors import MtmError
from warehouse.settings import Home

if TYPE_CHECKING:
    from warehouse.alerts.listing import Listing
    from warehouse.alerts.model import Told


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def alerts(ctx: click.Context, as_json: bool) -> None:
    """Who is told what, and what was sent lately.

    A channel is on where the variables of the environment that it needs are set (docs/alerts.md). The Dagster daemon
    sends by itself; without it a timer can call mtm alerts check.
    """
    if ctx.invoked_subcommand is not None:
        return
    from warehouse.alerts.listing import listing

    found = listing(Home.from_env())
    if as_json:
        print_json(found.as_dict())
    else:
        _print(found)


def _print(found: Listing) -> None:
    print_table(
        [
            "channel",
            "kind",
            "state",
            "language",
            "takes",
            "last sent",
            "waiting",
            "what is wrong, or how to turn it on",
        ],
        [(c.name, c.kind, c.state, c.language, c.takes, c.last_sent, c.waiting, c.trouble) for c in found.channels],
    )
    print_table(["kind of alert", "the same thing"], found.rules)
    columns = ["at", "channel", "kind", "round_key", "title", "how"]
    if found.sent:
        print_table(columns, [tuple(entry[c] for c in columns) for entry in found.sent], "Sent lately")
    if found.problem:
        say(found.problem, "warn")


@alerts.command()
@click.option("--channel", "name", metavar="NAME", help="One channel only.")
@json_option
def test(name: str | None, as_json: bool) -> None:
    """Send a test message on every channel that is on, and say what the other side answered."""
    from warehouse.alerts.channels.sending import NotSent
    from warehouse.alerts.listing import named
    from warehouse.alerts.post import test as try_it

    home, answers = Home.from_env(), list[dict[str, Any]]()
    for channel in named(home, name):
        try:
            answers.append({"channel": channel.name, "ok": True, "answer": try_it(home, channel)})
        except NotSent as failure:
            answers.append({"channel": channel.name, "ok": False, "answer": failure.why})
    if as_json:
        print_json(answers)
    else:
        print_table(["channel", "sent", "answer"], [tuple(a.values()) for a in answers])
    if not all(a["ok"] for a in answers):
        raise SystemExit(1)


@alerts.command()
@json_option
def check(as_json: bool) -> None:
    """Look at rounds, inbox, releases and server now, tell what is new, and send what waits.

    The daemon does this by itself. What was told already is not told again.
    """
    from warehouse.alerts.listing import named
    from warehouse.alerts.post import post
    from warehouse.alerts.watch import look

    home = Home.from_env()
    named(home, None)
    answers = look(home)
    post(home)
    if as_json:
        print_json([{"outcome": a.outcome, "channels": a.channels, "text": a.text} for a in answers])
    else:
        click.echo(_said(answers))
    if any(a.outcome == "waits" for a in answers):
        raise MtmError(
            "not everything could be sent", expected="channels that answer", todo="mtm alerts", code="not_sent"
        )


def _said(answers: list[Told]) -> str:
    count = {o: sum(a.outcome == o for a in answers) for o in ("sent", "waits", "repeated")}
    return f"{count['sent']} sent, {count['waits']} wait, {count['repeated']} were told before"


__all__ = ["alerts"]
