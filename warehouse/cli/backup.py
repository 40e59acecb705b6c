"""Commands for backups: backup, restore, drill.

Only asking and printing belongs here; the work is done in `backup/`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from warehouse.cli.output import echo, json_option, print_json, print_table, say
from warehouse.errors import UsageError
from warehouse.settings import Home

if TYPE_CHECKING:
    from warehouse.backup.check import Checked
    from warehouse.backup.prune import Pruned
    from warehouse.backup.take import Taken

KEEPS = {"daily": 14, "weekly": 8, "monthly": 12}


def _keeps(command: Any) -> Any:
    for name, default in reversed(KEEPS.items()):
        command = click.option(
            f"--keep-{name}",
            type=click.IntRange(0),
            metavar="N",
            help=f"--prune: the last {name} ones (default {default}).",
        )(command)
    return command


@click.command()
@click.argument("url", required=False, metavar="[URL]")
@click.option("--list", "listing", is_flag=True, help="Say which snapshots there are; back nothing up.")
@click.option("--verify", "checking", is_flag=True, help="Read the backup back and compare hashes; back nothing up.")
@click.option(
    "--sample",
    type=click.IntRange(1, 100),
    metavar="PERCENT",
    help="--verify: so many percent, others each time (default 100).",
)
@click.option(
    "--mend", is_flag=True, help="--verify: remove what is damaged, and back up what the home still has of it."
)
@click.option(
    "--prune", "pruning", is_flag=True, help="Afterwards remove old snapshots, and what was purged, for good."
)
@_keeps
@click.option("--drop", multiple=True, metavar="SNAPSHOT", help="--prune: remove this one, damaged or not.")
@click.option("--unencrypted", is_flag=True, help="Begin a backup without a key, though it is not on this machine.")
@click.option(
    "--make-key",
    "key_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a new key into a file; do nothing else.",
)
@json_option
def backup(url: str | None, as_json: bool, **asked: Any) -> None:
    """Back up this home: what is new since the last time is sent, encrypted, to a folder, s3:// or sftp:// (or MTM_BACKUP_URL).

    A backup may be taken at any time, also while rounds are run. Keep the key elsewhere: without it nobody can restore.
    """
    _fits(asked)
    if asked["key_file"]:
        _made_key(asked["key_file"], as_json)
    elif asked["listing"]:
        _list(url, as_json)
    elif asked["checking"]:
        _check(url, asked["sample"] or 100, asked["mend"], as_json)
    else:
        _back_up(url, asked, as_json)


def _fits(asked: dict[str, Any]) -> None:
    chosen = [n for n, given in {"--list": asked["listing"], "--verify": asked["checking"], "--make-key": asked["key_file"], "--prune": asked["pruning"]}.items() if given]  # fmt: skip
    if len(chosen) > 1:
        raise UsageError(f"{' and '.join(chosen)} exclude each other", todo="give one of them", code="bad_option")
    keeps = any(asked[f"keep_{n}"] is not None for n in KEEPS) or asked["drop"]
    if (keeps and not asked["pruning"]) or ((asked["mend"] or asked["sample"]) and not asked["checking"]):
        raise UsageError("an option is given without the one that it belongs to", expected="--keep-… and --drop with --prune, --sample and --mend with --verify",
                         todo="mtm backup --help", code="bad_option")  # fmt: skip


def _made_key(path: Path, as_json: bool) -> None:
    from warehouse.backup.key import FILE_SETTING, make_key

    make_key(path)
    if as_json:
        print_json({"key_file": str(path)})
        return
    click.echo(f"export {FILE_SETTING}={path.absolute()}")
    say("Keep a copy of this file where a fire here does not reach it: without it no backup can be restored.", "warn")


def _list(url: str | None, as_json: bool) -> None:
    from warehouse.backup.place import open_place
    from warehouse.backup.repository import existing

    repository = existing(open_place(url))
    found, wrong = repository.snapshots()
    if as_json:
        damaged = [{"snapshot": i, "error": e.what} for i, e in wrong.items()]
        print_json(
            {
                "place": repository.place.shown,
                "encrypted": repository.is_encrypted,
                "snapshots": [s.told() for s in found],
                "damaged": damaged,
            }
        )
        return
    rows: list[tuple[Any, ...]] = [
        (
            s.id,
            s.at,
            s.current or "",
            len(s.releases),
            len(s.rounds),
            len(s.files),
            f"{s.size / 2**20:,.1f}",
            "; ".join(s.problems[:1]),
        )
        for s in found
    ]
    rows += [(i, "", "", "", "", "", "", e.what) for i, e in wrong.items()]
    print_table(["snapshot", "taken (UTC)", "served", "releases", "rounds", "files", "MiB", "what is wrong"], rows)
    say(f"{repository.place.shown}, {'encrypted' if repository.is_encrypted else 'NOT encrypted'}")


def _check(url: str | None, sample: int, mend: bool, as_json: bool) -> None:
    from warehouse.backup.check import check

    done = check(url, sample=sample, mend=mend)
    again = _mended(url, done) if mend and done.problems else None
    if as_json:
        print_json({**done.as_dict(), **({"again": again.as_dict()} if again else {})})
    else:
        _tell_checked(done, again)
    if done.problems:
        raise SystemExit(1)


def _mended(url: str | None, done: Checked) -> Taken:
    from warehouse.backup.take import backup as take

    return take(Home.from_env(), url, unencrypted=not done.encrypted)


def _tell_checked(done: Checked, again: Taken | None) -> None:
    for identity, told in done.problems.items():
        echo(f"{identity}: {'; '.join(told[:5])}" + (f"; and {len(told) - 5} more" if len(told) > 5 else ""), "bad")
    click.echo(
        f"{len(done.snapshots)} snapshots, {len(done.whole)} of them whole; {done.read:,} of {done.objects:,} objects read, {done.bytes / 2**20:,.1f} MiB"
    )
    if again:
        click.echo(
            f"{done.removed} damaged objects removed, {again.sent.objects} sent again: mtm backup URL --verify once more"
        )
    elif done.problems:
        say(
            f"whole: {', '.join(done.whole[-3:]) or 'none'}; mtm backup URL --verify --mend sends again what this home still has",
            "warn",
        )


def _back_up(url: str | None, asked: dict[str, Any], as_json: bool) -> None:
    from warehouse.backup.take import backup as take

    done = take(Home.from_env(), url, unencrypted=asked["unencrypted"])
    pruned = _prune(url, asked) if asked["pruning"] else None
    if as_json:
        print_json({**done.as_dict(), **({"pruned": pruned.__dict__} if pruned else {})})
    else:
        _tell_taken(done, pruned)
    if done.snapshot.problems:
        raise SystemExit(1)


def _prune(url: str | None, asked: dict[str, Any]) -> Pruned:
    from warehouse.backup.prune import Keep, prune

    keep = {n: KEEPS[n] if asked[f"keep_{n}"] is None else asked[f"keep_{n}"] for n in KEEPS}
    return prune(url, Keep(**keep), asked["drop"])


def _tell_taken(done: Taken, pruned: Pruned | None) -> None:
    told = done.snapshot
    click.echo(f"{told.id}: {len(told.releases)} releases, {len(told.rounds)} rounds, {len(told.files):,} files, {told.size / 2**20:,.1f} MiB,"
               f" served {told.current or 'nothing'}")  # fmt: skip
    click.echo(f"sent: {done.sent.objects:,} objects, {done.sent.bytes / 2**20:,.1f} MiB, to {done.place}")
    if not done.encrypted:
        say(
            "NOT encrypted: whoever reads this place reads names and phones of people (mtm backup --make-key FILE, and another place)",
            "warn",
        )
    if pruned:
        click.echo(f"removed: {len(pruned.removed)} snapshots, {pruned.objects:,} objects, {pruned.bytes / 2**20:,.1f} MiB; kept {len(pruned.kept)}"
                   + (f"; {len(pruned.rewritten)} lost what was purged" if pruned.rewritten else ""))  # fmt: skip
    for problem in told.problems[:9]:
        say(f"in this home: {problem}", "bad")
    if told.problems:
        say(
            "the snapshot holds it as it is; earlier ones may hold it whole: mtm verify --all, mtm backup URL --list",
            "bad",
        )


@click.command()
@click.argument("url", required=False, metavar="[URL]")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Into this folder, in place of MTM_HOME.",
)
@click.option("--snapshot", metavar="SNAPSHOT", help="This one, in place of the newest (mtm backup URL --list).")
@click.option(
    "--only",
    metavar="PATH",
    help="With --into: what lies below this path of the home, such as published/releases/r000007.",
)
@json_option
def restore(url: str | None, into: Path | None, snapshot: str | None, only: str | None, as_json: bool) -> None:
    """Put a home back from its backup, into an empty folder; then verify every release.

    Every file is hashed before anything is visible. What was purged since the snapshot does not come back.
    """
    from warehouse.backup.restore import restore as back

    if only:
        _restore_part(url, into, snapshot, only, as_json)
        return
    target = into.absolute() if into else Home.from_env().root
    done = back(target, url, snapshot)
    if as_json:
        print_json(done.as_dict())
    else:
        told = done.snapshot
        click.echo(
            f"{told.id} of {told.at} stands in {target}: {len(told.releases)} releases, {len(told.rounds)} rounds, {len(told.files):,} files"
        )
        for answer in done.verified:
            echo(
                f"  {answer['release_id']}  {'as it was published' if answer['ok'] else '; '.join(answer['problems'])}",
                "plain" if answer["ok"] else "bad",
            )
        if done.purged:
            click.echo(f"{done.purged} files that were purged after the snapshot did not come back")
        click.echo(f"{told.current or 'nothing'} is served")
        say(
            "next: export MTM_HOME if it is elsewhere now; mtm status, mtm run; turn schedules and sensors on again in mtm dev"
        )
    if not done.ok:
        raise SystemExit(1)


def _restore_part(url: str | None, into: Path | None, snapshot: str | None, only: str, as_json: bool) -> None:
    from warehouse.backup.restore import restore_part

    if into is None:
        raise UsageError("a part is restored beside the home, not into it", expected="--only PATH --into DIR",
                         todo="give a new folder, then move what you need", code="bad_option")  # fmt: skip
    told, files = restore_part(into.absolute(), url, only, snapshot)
    if as_json:
        print_json({"snapshot": told.id, "into": str(into.absolute()), "files": files})
        return
    click.echo(f"{len(files):,} files of {told.id} in {into}: their hashes are those that were backed up")


@click.command()
@click.argument("url", required=False, metavar="[URL]")
@click.option("--snapshot", metavar="SNAPSHOT", help="This one, in place of the newest.")
@json_option
def drill(url: str | None, snapshot: str | None, as_json: bool) -> None:
    """Try a restore: into a scratch folder, compared with this home, and removed. Once a month is a good habit."""
    from warehouse.backup.drill import drill as tried

    done = tried(Home.from_env(), url, snapshot)
    if as_json:
        print_json(done.as_dict())
    else:
        for line in done.differs:
            echo(line, "bad")
        click.echo(f"{done.snapshot} of {done.at}: {done.files:,} files, {done.bytes / 2**20:,.1f} MiB, {done.releases} releases, {done.rounds} rounds"
                   f" restored in {done.seconds:.1f} s; {'all as it was' if done.ok else f'{len(done.differs)} things differ'}")  # fmt: skip
        if done.newer:
            say(f"published since, and not in this snapshot: {', '.join(done.newer)}")
    if not done.ok:
        raise SystemExit(1)
