"""Commands that move, name, check and remove releases: rollback, promote, tag, verify, gc.

Only asking and printing belongs here; the work is done in `releases/`.
"""

from __future__ import annotations

import time
from typing import Any

import click

from warehouse.cli.output import json_option, print_json, print_table, say
from warehouse.errors import UsageError
from warehouse.settings import Home


@click.command()
@click.argument("release", metavar="RELEASE")
@json_option
def rollback(release: str, as_json: bool) -> None:
    """Serve another release again, by id or tag (it is verified first)."""
    from warehouse.releases.verify import rollback as back

    started, home = time.perf_counter(), Home.from_env()
    _served(home, back(home, release), started, as_json)


@click.command()
@click.argument("release", required=False, metavar="[RELEASE]")
@json_option
def promote(release: str | None, as_json: bool) -> None:
    """Serve the release that was held back (`mtm run --hold`); the latest candidate by default."""
    from warehouse.releases.verify import promote as serve

    started, home = time.perf_counter(), Home.from_env()
    _served(home, serve(home, release), started, as_json)


def _served(home: Home, answer: dict[str, Any], started: float, as_json: bool) -> None:
    from warehouse.cli.postgres import follow
    from warehouse.cli.shown import show

    seconds = time.perf_counter() - started
    if not as_json:
        before = f", {answer['before']} no longer" if answer["before"] else ""
        click.echo(f"{answer['current']} is served{before} ({seconds:.2f} s)")
        if answer["unhashed"]:
            say(
                f"of {', '.join(answer['unhashed'])} only the size was looked at: mtm verify {answer['current']} reads all"
            )
    server = follow(home)
    show(home)
    if as_json:
        print_json({**answer, "seconds": round(seconds, 3), **({"postgresql": server} if server else {})})
    if server and "error" in server:
        raise SystemExit(1)


@click.command()
@click.argument("release", metavar="RELEASE")
@click.argument("name", metavar="NAME")
@click.option("--remove", is_flag=True, help="Take the name away.")
@json_option
def tag(release: str, name: str, remove: bool, as_json: bool) -> None:
    """Name a release: it is kept for good, and can be asked for by that name.

    \b
    mtm tag r000007 2025-annual-report
    mtm query --release 2025-annual-report "FROM mart_headlines"
    """
    from warehouse.releases.manifest import release_named
    from warehouse.releases.pointer import pointer_lock
    from warehouse.releases.tags import add_tag, remove_tag, tags_of

    home = Home.from_env()
    release_id = release_named(home, release)
    with pointer_lock(home):
        (remove_tag if remove else add_tag)(home, release_id, name)
    if as_json:
        print_json({"release_id": release_id, "tags": tags_of(home, release_id)})
    else:
        click.echo(f"{release_id}: {', '.join(tags_of(home, release_id)) or 'no tags'}")


@click.command()
@click.argument("release", required=False, metavar="[RELEASE]")
@click.option("--all", "every", is_flag=True, help="Every release that is kept.")
@click.option("--quick", is_flag=True, help="Files, hashes and permissions only; the database is not opened.")
@click.option(
    "--rebuild", "again", is_flag=True, help="Build it again from the vault, in a scratch folder, and compare."
)
@json_option
def verify(release: str | None, every: bool, quick: bool, again: bool, as_json: bool) -> None:
    """Check a release against its manifest: files, hashes, permissions, marts, keys, rows, contents.

    What is wrong is told with the command that serves a whole release again (exit 1).
    """
    from warehouse.releases.verify import verify as check
    from warehouse.releases.verify import verify_all

    if every and (release or again):
        raise UsageError("--all is about every release", expected="--all alone, or with --quick", todo="leave the others out", code="bad_option")  # fmt: skip
    home = Home.from_env()
    if every:
        _all(verify_all(home, quick=quick), as_json)
        return
    answer = check(home, release, quick=quick)
    if again:
        from warehouse.releases.rebuild import rebuild

        say(f"building {answer['release_id']} again from the vault")
        answer["rebuild"] = rebuild(home, release)
    if as_json:
        print_json(answer)
        return
    click.echo(
        f"{answer['release_id']}: {answer['files']} files are as they were published, content {answer['content_hash'][:12]}"
    )
    if again:
        click.echo(
            f"built again from the vault: the same contents in {answer['rebuild']['marts']} marts{_code(answer['rebuild'])}"
        )


def _code(rebuilt: dict[str, Any]) -> str:
    return "" if rebuilt["same_code"] else ", though by other code or operation files"


def _all(answers: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json(answers)
    elif answers:
        print_table(["release", "whole", "what is wrong", "what to do"],
                    [(a["release_id"], a["ok"], "; ".join(a["problems"]), a.get("todo", "")) for a in answers])  # fmt: skip
    else:
        click.echo("Nothing has been published yet.")
    if not all(a["ok"] for a in answers):
        raise SystemExit(1)


@click.command()
@click.option(
    "--keep", type=int, help="How many of the newest releases are kept (default: MTM_KEEP_RELEASES, else 10)."
)
@click.option("--dry-run", is_flag=True, help="Say what would go; remove nothing.")
@json_option
def gc(keep: int | None, dry_run: bool, as_json: bool) -> None:
    """Remove old releases, and what only they needed.

    Kept are the newest, every tagged one, the two channels, the one that the current was built on, and what a process
    here has open. Deliveries are never removed.
    """
    from warehouse.releases.gc import checked_keep, collect, keep_setting

    home = Home.from_env().ensure()
    done = collect(home, keep_setting() if keep is None else checked_keep(keep), dry_run=dry_run)
    if as_json:
        print_json(done.as_dict())
        return
    verb = "would be removed" if dry_run else "removed"
    print_table(["release kept", "why"], [(i, ", ".join(why)) for i, why in done.kept.items()])
    click.echo(
        f"{verb}: {', '.join(done.removed) or 'no release'}; {len(done.files)} other files and folders; {done.bytes / 2**20:,.0f} MiB"
    )
    if dry_run:
        for name in done.files:
            click.echo(f"   {name}")
