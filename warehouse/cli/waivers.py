"""Commands about waivers: waive, waivers.

Only asking and printing belongs here; the work is done in `waivers/`.
"""

from __future__ import annotations

import click

from warehouse.cli.output import json_option, print_json, print_table
from warehouse.errors import UsageError
from warehouse.settings import Home


@click.command()
@click.argument("names", nargs=-1, metavar="ROUND FINDING")
@click.option("--reason", default="", help="Why, in a sentence. It is published: no names of people asked, no phones.")
@click.option("--owner", default="", help="Who answers for it: a name or a role that people know.")
@click.option("--expires", metavar="DAY", help="The last day on which it holds, such as 2024-12-31.")
@click.option("--this-delivery", is_flag=True, help="For the standing delivery alone, not for one that corrects it.")
@click.option("--revoke", metavar="ID", help="Take a waiver back instead.")
@json_option
def waive(
    names: tuple[str, ...], reason: str, owner: str, expires: str | None, this_delivery: bool, revoke: str | None, as_json: bool
) -> None:  # fmt: skip
    """Let a round through though one finding stands: until a day, and up to what was seen.

    FINDING is the code of a check that fails (mtm verdict ROUND shows them), or of a finding that blocking_findings or
    review_findings counts. Personal data, disclosure, conservation and an error of the gate itself can't be waived, and
    a partial round is never published.

    \b
    mtm waive ROUND FINDING --reason … --owner … --expires 2024-12-31
    mtm waive --revoke ID [--reason … --owner …]
    """
    from warehouse.waivers.give import Asked, give
    from warehouse.waivers.give import revoke as take_back
    from warehouse.waivers.ledger import today

    home = Home.from_env()
    if revoke:
        if names or expires or this_delivery:
            raise UsageError("a waiver is taken back by its id alone", where="--revoke", expected="--revoke ID, with --reason and --owner where they help",
                             todo="leave out ROUND, FINDING, --expires and --this-delivery", code="bad_option")  # fmt: skip
        waiver, what = take_back(home, revoke, reason, owner, today()), "is taken back"
    else:
        if len(names) != 2 or not expires:
            raise UsageError("which finding, and until when?", expected="ROUND FINDING --expires DAY", todo="mtm verdict ROUND shows the codes",
                             code="bad_option")  # fmt: skip
        waiver = give(home, Asked(*names, reason, owner, expires, this_delivery), today())
        what = f"lets {waiver.finding} of {waiver.round_key} through until {waiver.expires}: {waiver.observed}, and nothing worse"
    if as_json:
        print_json(waiver.as_dict())
    else:
        click.echo(f"waiver {waiver.id} {what}. Next: mtm run")


@click.command()
@click.argument("round_key", required=False, metavar="[ROUND]")
@json_option
def waivers(round_key: str | None, as_json: bool) -> None:
    """Waivers, all that were ever given, and how they stand: active, expired, revoked, not yet."""
    from warehouse.deliveries.vault import Vault
    from warehouse.waivers.ledger import standing, today

    home = Home.from_env()
    found = [s for s in standing(home, today()) if round_key in (None, s.waiver.round_key)]
    if round_key and not found:
        Vault(home).current(round_key)  # a round that nobody knows is an error, not a round without waivers
    if as_json:
        print_json([{**s.waiver.as_dict(), "state": s.state, "uses": s.uses} for s in found])
    elif found:
        print_table(["id", "state", "round", "finding", "covers", "until", "used", "owner", "reason"],
                    [(s.waiver.id, s.state, s.waiver.round_key, s.waiver.finding, s.waiver.observed, s.waiver.expires, s.uses,
                      s.waiver.owner, s.waiver.reason) for s in found])  # fmt: skip
    else:
        click.echo(f"no waiver was given{f' for {round_key}' if round_key else ''}")
