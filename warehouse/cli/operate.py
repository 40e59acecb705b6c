"""Commands for operators: dev (the Dagster UI), doctor.

Only starting and checking an installation belongs here.
"""

from __future__ import annotations

import os
import platform
import shutil
from importlib.metadata import version
from typing import Any

import click

from warehouse.cli.output import json_option, print_json, print_table
from warehouse.errors import MtmError
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
@click.option("--port", type=click.IntRange(1, 65535), help="Default: code 4000, webserver 3000, viewer 3002, pages 3001.")
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
    print_json({"part": part, "ok": not found, "problem": found}) if as_json else click.echo(f"{part}: {found or 'answers'}")
    raise SystemExit(1 if found else 0)


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Check this installation: versions, folders, permissions, disk, the served release, the operations' files."""
    results = [check() for check in (_python, _packages, _home, _private, _retention, _disk, _operations, _served, _server)]
    rows = [{"check": name, "ok": ok, "seen": seen, "todo": "" if ok else todo} for name, ok, seen, todo in results]
    if as_json:
        print_json(rows)
    else:
        print_table(["check", "ok", "seen", "what to do"], [tuple(r.values()) for r in rows])
    if not all(r["ok"] for r in rows):
        raise SystemExit(1)


Result = tuple[str, bool, str, str]


def _python() -> Result:
    seen = platform.python_version()
    return (
        "Python 3.11 to 3.13",
        (3, 11) <= tuple(map(int, seen.split(".")[:2])) <= (3, 13),
        seen,
        "make setup with another Python",
    )


def _packages() -> Result:
    names = ("dagster", "dbt-duckdb", "duckdb", "polars", "great-expectations")
    return "packages", True, ", ".join(f"{n} {version(n)}" for n in names), ""


def _home() -> Result:
    home = Home.from_env()
    place = home.root if home.root.exists() else home.root.parent
    return (
        "MTM_HOME can be written",
        os.access(place, os.W_OK),
        str(home.root),
        "choose another MTM_HOME, or mend its permissions",
    )


def _private() -> Result:
    home = Home.from_env()
    folders = [p for p in (home.vault, home.build) if p.exists()]
    open_to_others = [p.name for p in folders if p.stat().st_mode & 0o077]
    return "microdata is private", not open_to_others, ", ".join(open_to_others) or "0700", "chmod 700 these folders"


def _retention() -> Result:
    from warehouse.personal.purge import begun, due

    home = Home.from_env()
    late, open_ones = (len(due(home)), len(begun(home))) if home.vault.exists() else (0, 0)
    seen = f"{late} files past their retention, {open_ones} purges interrupted"
    return "raw files end in time", not late + open_ones, seen, "mtm purge --expired"


def _disk() -> Result:
    home = Home.from_env()
    free = shutil.disk_usage(home.root if home.root.exists() else home.root.parent).free / 2**30
    return "disk", free > 2, f"{free:.0f} GiB free", "free at least 2 GiB, or move MTM_HOME"


def _operations() -> Result:
    from warehouse.operations import all_operations

    try:
        books = [f"{o.code} ({len(o.codebooks)})" for o in all_operations()]
        return "operations and codebooks", True, ", ".join(books), ""
    except MtmError as error:
        return "operations and codebooks", False, error.what, error.todo


def _served() -> Result:
    from warehouse.releases.manifest import current_id
    from warehouse.releases.verify import verify

    home = Home.from_env()
    if current_id(home) is None:
        return "served release", True, "none yet", ""
    try:
        answer: dict[str, Any] = verify(home, quick=True)
        return "served release", True, f"{answer['release_id']}, {answer['files']} files as published", ""
    except MtmError as error:
        return "served release", False, error.what, error.todo


def _server() -> Result:
    from warehouse.serving.postgres.automatic import standing

    found = standing(Home.from_env())
    if found is None:
        return "PostgreSQL server", True, "none configured (MTM_PUBLISH_TO)", ""
    return "PostgreSQL server", found.agrees, found.text, "mtm publish-to"
