"""Commands that tell about releases: releases, show, query, diff.

Only asking and printing belongs here; the work is done in `releases/`.
"""

from __future__ import annotations

from typing import Any

import click

from warehouse.cli.output import json_option, print_csv, print_json, print_table, say
from warehouse.settings import Home


@click.command()
@click.option("--all", "every", is_flag=True, help="Also those that are gone.")
@json_option
def releases(every: bool, as_json: bool) -> None:
    """All releases that are kept: channels, tags, what each brought."""
    from warehouse.releases.listing import gone_rows, release_rows

    home = Home.from_env()
    rows = release_rows(home)
    rows = [*gone_rows(home), *rows] if every else rows
    if as_json:
        print_json(rows)
    elif rows:
        print_table(["release", "published (UTC)", "brought", "rounds", "content", "channel", "tags"],
                    [(r["release_id"], r["published_at"][:16].replace("T", " "), ", ".join(r["brought"]), r["rounds"],
                      r["content_hash"][:7], _channel(r), ", ".join(r["tags"])) for r in rows])  # fmt: skip
    else:
        click.echo("Nothing has been published yet. Start with: mtm receive FILE, then mtm run")


def _channel(row: dict[str, Any]) -> str:
    return ", ".join(filter(None, [row["channel"], "synthetic" if row["synthetic"] else ""]))


@click.command()
@click.argument("release_id", required=False, metavar="[RELEASE]")
@click.option("--notes", is_flag=True, help="The release notes instead of the manifest.")
@click.option(
    "--lang", type=click.Choice(["en", "ru", "ky"]), default="en", show_default=True, help="Language of the notes."
)
@json_option
def show(release_id: str | None, notes: bool, lang: str, as_json: bool) -> None:
    """The manifest of a release (the current one by default), or its notes. RELEASE: an id, a tag, or latest-candidate."""
    from warehouse.releases.listing import notes_of
    from warehouse.releases.manifest import load_manifest
    from warehouse.releases.tags import tags_of

    home = Home.from_env()
    m = load_manifest(home, release_id)
    if notes:
        text = notes_of(home, m.release_id, lang)
        print_json({"release_id": m.release_id, "language": lang, "notes": text}) if as_json else click.echo(text)
        return
    if as_json:
        print_json({**m.as_dict(), "tags": tags_of(home, m.release_id)})
        return
    click.echo(f"release {m.release_id} of {m.published_at}, after {m.parent or 'nothing'}, content {m.content_hash}")
    click.echo(f"folder {home.releases / m.release_id}" + (" · holds synthetic rounds" if m.synthetic else ""))
    for waiver in m.waivers:
        click.echo(
            f"waiver {waiver.get('id', '')}: {waiver.get('finding', '')} until {waiver.get('expires', '')}, {waiver.get('owner', '')}"
        )
    print_table(["round", "delivery", "seq", "normalized"],
                [(v.round_key, v.delivery_id, v.delivery_seq, v.normalized_id) for v in m.rounds])  # fmt: skip
    print_table(
        ["mart", "rows", "content"], [(n, x["rows"], (x["content_hash"] or "")[:12]) for n, x in m.marts.items()]
    )


@click.command()
@click.argument("sql")
@click.option(
    "--release", "release_id", metavar="RELEASE", help="Ask this release instead: an id, a tag, or latest-candidate."
)
@click.option(
    "--published-on", "day", metavar="DAY", help="Ask the release that was served at the end of that day (UTC)."
)
@click.option(
    "--collection", "collected", is_flag=True, help="Ask the rounds that are being collected instead (private)."
)
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@json_option
def query(sql: str, release_id: str | None, day: str | None, collected: bool, form: str, as_json: bool) -> None:
    """Ask the release that is served: SQL on its marts, read-only.

    \b
    mtm query "SHOW TABLES"
    mtm query "DESCRIBE mart_population"
    mtm query --published-on 2024-11-20 "FROM mart_releases"
        as it was published on that day
    """
    from warehouse.collection.store import ask as ask_collection
    from warehouse.releases.query import asked_release
    from warehouse.releases.query import query as ask

    home = Home.from_env()
    if asked := asked_release(home, release_id, day):
        release_id = asked.release_id
        say(f"answered by release {asked.release_id}, published {asked.published_at}")
    columns, rows = ask_collection(home, sql) if collected else ask(home, sql, release_id)
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
    mtm diff r000001 r000002            rounds, people, rows and values of marts
    mtm diff current latest-candidate   what mtm promote would change
    mtm diff kgz-bma-r03                the delivery against the superseded one
    mtm diff 1a2b3c4d5e6f 6f5e4d3c2b1a  two deliveries of one round
    """
    from warehouse.cli.differences import print_deliveries, print_releases
    from warehouse.redelivery.compare import compare
    from warehouse.redelivery.named import deliveries_named
    from warehouse.releases.diff import diff_releases
    from warehouse.releases.listing import is_release_name

    home = Home.from_env()
    if len(names) == 2 and any(is_release_name(home, name) for name in names):
        answer = diff_releases(home, *names)
        print_json(answer) if as_json else print_releases(answer)
        return
    before, after = deliveries_named(home, names)
    compared = compare(home, before, after)
    print_json(compared.as_dict()) if as_json else print_deliveries(compared)
