"""Commands for operators: dev (the Dagster UI), serve (one service of a server), doctor.

Only starting and checking an installation belongs here.
"""

from __future__ import annotations

from typing import Any

import click

from warehouse.cli.output import json_option, print_json, print_table
from warehouse.settings import Home


@click.command()
@click.option("--port", type=int, default=3000, show_default=True)
def dev(port: int) -> None:
    """Open the Dagster UI on 127.0.0.1, with the sensor on the inbox folder."""
    from orchestration.dev import dev as start

    home = Home.from_env().ensure()
    click.echo(
        f"Dagster on http://127.0.0.1:{port} · state in {home.root} · drop files into {home.inbox} · stop with Ctrl-C"
    )
    start(home, port)


@click.command()
@click.argument("part", type=click.Choice(["code", "webserver", "viewer", "daemon", "pages"]))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Default: code 4000, webserver 3000, viewer 3002, pages 3001."
)
@click.option("--check", is_flag=True, help="Only ask whether it answers there.")
@json_option
def serve(part: str, host: str, port: int | None, check: bool, as_json: bool) -> None:
    """Run one service of a server until it is told to end (docs/deployment.md).

    \b
    code        the code location and the runs; at the end it waits for them
    webserver   the Dagster UI, without a login: a proxy belongs in front
    viewer      the same, read-only
    daemon      sensors, schedules, the queue
    pages       the pages of verdicts that the UI links
    """
    from orchestration.serve import PORTS
    from orchestration.serve import serve as become

    if not check:
        become(Home.from_env(), part, host, port)
    from orchestration.alive import problem

    found = problem(Home.from_env(), part, host, port or PORTS[part])
    print_json({"part": part, "ok": not found, "problem": found}) if as_json else click.echo(
        f"{part}: {found or 'answers'}"
    )
    raise SystemExit(1 if found else 0)


@click.command()
@click.option("--offline", is_flag=True, help="Leave out what is on other machines: sources, PostgreSQL, the address.")
@click.option("--url", "address", default="", help="The address of the UI as people open it: does it ask for a login?")
@json_option
def doctor(offline: bool, address: str, as_json: bool) -> None:
    """Check this installation, and say what to do: versions, folders, disk, clock, locks, Dagster, releases, who gets in.

    `warn` should be looked at; `bad` does not work or is not safe (exit 1). Nothing is changed, nothing is pulled.
    """
    from warehouse.doctor.checks import ELSEWHERE, HERE
    from warehouse.doctor.model import Asked, examine

    asked = Asked(Home.from_env(), offline, address)
    rows = examine(asked, [*HERE, *_of_dagster(asked), *([] if offline else ELSEWHERE)])
    if as_json:
        print_json([row.as_dict() for row in rows])
    else:
        print_table(["check", "state", "seen", "what to do"], [(r.check, r.state, r.seen, r.todo) for r in rows])
    if not all(r.ok for r in rows):
        raise SystemExit(1)


def _of_dagster(asked: Any) -> list[Any]:
    from orchestration.doctor import checks

    found: list[Any] = checks(asked)
    return found
