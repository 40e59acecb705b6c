"""The command `publish-to`: a release on a PostgreSQL server; and what other commands say of the configured one.

Only asking and printing belongs here; the work is done in `serving/postgres/`.
"""

from __future__ import annotations

from typing import Any

import click

from warehouse.cli.output import json_option, print_json, say
from warehouse.errors import MtmError, UsageError
from warehouse.settings import Home


@click.command("publish-to")
@click.argument("url", nargs=-1, metavar="[postgresql://…]")
@click.option(
    "--release",
    "name",
    metavar="RELEASE",
    help="This release: an id, a tag, or latest-candidate. Default: the current one.",
)
@click.option("--schema", default="", help="Schema that is replaced (default: MTM_PUBLISH_SCHEMA, else marts).")
@click.option(
    "--role", default=None, help="Role that may read (default: MTM_PUBLISH_ROLE, else mtm_reader; '' makes none)."
)
@click.option(
    "--wait",
    type=click.FloatRange(0, 86_400),
    default=60.0,
    show_default=True,
    help="Seconds for readers to end their transactions.",
)
@click.option(
    "--force", is_flag=True, help="Also an older release, one that is there already, or another installation's."
)
@json_option
def publish_to(
    url: tuple[str, ...], name: str | None, schema: str, role: str | None, wait: float, force: bool, as_json: bool
) -> None:
    """Let a PostgreSQL server serve a release: tables with comments and keys, swapped in by one transaction.

    \b
    mtm publish-to postgresql://publisher@db.example.org/mtm
        password: PGPASSWORD, ~/.pgpass or a service
    MTM_PUBLISH_TO=postgresql://… mtm publish-to
        as it is done after each publication

    What stands on the command line can be seen by other users of the machine: keep the password out of it.
    """
    from warehouse.serving.postgres.publish import publish_to as publish

    answer = publish(Home.from_env(), _target(url, schema, role), name, force=force, wait=wait)
    print_json(answer.as_dict()) if as_json else _print(answer)


def _target(url: tuple[str, ...], schema: str, role: str | None) -> Any:
    import os

    from warehouse.serving.postgres.target import URL, target

    chosen = url[0] if url else os.environ.get(URL, "")
    if len(url) > 1 or not chosen:
        raise UsageError(
            "one address is needed" if not chosen else "more than one address was given", where=f"URL, or {URL}",
            expected="postgresql://user@host:5432/database", todo="see mtm publish-to --help", code="bad_url",
        )  # fmt: skip
    return target(chosen, schema, role)


def _print(answer: Any) -> None:
    click.echo(told(answer))
    for line in [
        *(f"view {name}: reads the new release" for name in answer.moved),
        *(f"{name}: reads the release before still; make it anew" for name in answer.left),
        *answer.notes,
    ]:
        say(f"   {line}")


def told(answer: Any) -> str:
    """What was done, in a line."""
    where = f"{answer.server}, schema {answer.schema}"
    if not answer.changed:
        return f"{answer.release_id} is served there already: {where}"
    before = f", {answer.before} no longer" if answer.before and answer.before != answer.release_id else ""
    return f"{answer.release_id} is served{before}: {where}, {answer.tables} marts, {answer.rows:,} rows read back equal ({answer.seconds:.1f} s)"


def follow(home: Home) -> dict[str, Any] | None:
    """Bring the configured server up to date and say so; None where there is none. An error is said, and in the answer."""
    from warehouse.serving.postgres.automatic import follow as bring

    try:
        answer = bring(home)
    except MtmError as error:
        say(
            f"mtm: the release stands, the PostgreSQL server does not have it: {error} · code: {error.code}; mtm publish-to catches up"
        )
        return {"error": error.as_dict()}
    if answer is None:
        return None
    if answer.changed:
        say(f"   PostgreSQL: {told(answer)}")
    return answer.as_dict()
