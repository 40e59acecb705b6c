"""Commands about releases: releases, show, query, diff, rollback, verify.

Only asking and printing belongs here; the work is done in `releases/`.
"""

from __future__ import annotations

import time
from typing import Any

import click

from warehouse.cli.output import json_option, print_csv, print_json, print_table, say
from warehouse.settings import Home


@click.command()
@json_option
def releases(as_json: bool) -> None:
    """All releases that are kept, the one that is served marked."""
    from warehouse.releases.manifest import current_id, read_manifest, release_ids

    home = Home.from_env()
    current = current_id(home)
    rows: list[dict[str, Any]] = []
    for identity in release_ids(home):
        m = read_manifest(home.releases / identity)
        rows.append({"release_id": m.release_id, "parent": m.parent, "published_at": m.published_at, "brought": m.brought,
                     "rounds": len(m.rounds), "content_hash": m.content_hash, "synthetic": m.synthetic,
                     "is_current": identity == current})  # fmt: skip
    if as_json:
        print_json(rows)
    elif rows:
        print_table(["release", "published (UTC)", "parent", "brought", "rounds", "content", "served", "data"],
                    [(r["release_id"], r["published_at"], r["parent"], ", ".join(r["brought"]), r["rounds"], r["content_hash"][:12],
                      "now" if r["is_current"] else "", "synthetic" if r["synthetic"] else "") for r in rows])  # fmt: skip
    else:
        click.echo("Nothing has been published yet. Start with: mtm receive FILE, then mtm run")


@click.command()
@click.argument("release_id", required=False, metavar="[RELEASE]")
@json_option
def show(release_id: str | None, as_json: bool) -> None:
    """The manifest of a release (the current one by default)."""
    from warehouse.releases.manifest import load_manifest

    home = Home.from_env()
    m = load_manifest(home, release_id)
    if as_json:
        print_json(m.as_dict())
        return
    click.echo(f"release {m.release_id} of {m.published_at}, after {m.parent or 'nothing'}, content {m.content_hash}")
    click.echo(f"folder {home.releases / m.release_id}" + (" · holds synthetic rounds" if m.synthetic else ""))
    print_table(["round", "delivery", "seq", "normalized"],
                [(v.round_key, v.delivery_id, v.delivery_seq, v.normalized_id) for v in m.rounds])  # fmt: skip
    print_table(
        ["mart", "rows", "content"], [(n, x["rows"], (x["content_hash"] or "")[:12]) for n, x in m.marts.items()]
    )


@click.command()
@click.argument("sql")
@click.option("--release", "release_id", help="Ask this release instead.")
@click.option(
    "--published-on", "day", metavar="DAY", help="Ask the release that was served at the end of that day (UTC)."
)
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@json_option
def query(sql: str, release_id: str | None, day: str | None, form: str, as_json: bool) -> None:
    """Ask the release that is served: SQL on its marts, read-only.

    \b
    mtm query "SHOW TABLES"
    mtm query "DESCRIBE mart_population"
    mtm query --published-on 2024-11-20 "FROM mart_releases"    as it was published on that day
    """
    from warehouse.releases.query import asked_release
    from warehouse.releases.query import query as ask

    home = Home.from_env()
    if asked := asked_release(home, release_id, day):
        release_id = asked.release_id
        say(f"answered by release {asked.release_id}, published {asked.published_at}")
    columns, rows = ask(home, sql, release_id)
    if as_json or form == "json":
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    elif form == "csv":
        print_csv(columns, rows)
    else:
        print_table(columns, rows)


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="A [B]")
@json_option
def diff(names: tuple[str, ...], as_json: bool) -> None:
    """What changed: between two releases, two deliveries, or a round's delivery and the one it supersedes.

    \b
    mtm diff r000001 r000002                rounds, and rows of each mart
    mtm diff kgz-bma-r03                    the standing delivery against the superseded one
    mtm diff 1a2b3c4d5e6f 6f5e4d3c2b1a      two deliveries of one round
    """
    from warehouse.cli.differences import print_deliveries, print_releases
    from warehouse.redelivery.compare import compare
    from warehouse.redelivery.named import deliveries_named, is_release
    from warehouse.releases.diff import diff_releases

    home = Home.from_env()
    if len(names) == 2 and all(map(is_release, names)):
        answer = diff_releases(home, *names)
        print_json(answer) if as_json else print_releases(answer)
        return
    before, after = deliveries_named(home, names)
    compared = compare(home, before, after)
    print_json(compared.as_dict()) if as_json else print_deliveries(compared)


@click.command()
@click.argument("release_id", metavar="RELEASE")
@json_option
def rollback(release_id: str, as_json: bool) -> None:
    """Serve an older release again (it is verified first)."""
    from warehouse.releases.verify import rollback as back

    started = time.perf_counter()
    answer = back(Home.from_env(), release_id)
    seconds = time.perf_counter() - started
    if as_json:
        print_json({**answer, "seconds": round(seconds, 3)})
    else:
        click.echo(f"{answer['current']} is served, {answer['before']} no longer ({seconds:.2f} s)")


@click.command()
@click.argument("release_id", required=False, metavar="[RELEASE]")
@json_option
def verify(release_id: str | None, as_json: bool) -> None:
    """Check every file of a release against its manifest."""
    from warehouse.releases.verify import verify as check

    answer = check(Home.from_env(), release_id)
    if as_json:
        print_json(answer)
    else:
        click.echo(
            f"{answer['release_id']}: {answer['files']} files are as they were published, content {answer['content_hash'][:12]}"
        )
