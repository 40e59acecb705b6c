"""The command line `mtm`: one module per group of commands, and the one place where errors become exit codes.

Heavy imports stay inside the commands, so that `mtm --help` answers at once.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import Any

import click

from warehouse import secret_files
from warehouse.cli import (
    alerts,
    backup,
    bench,
    codebook,
    collection,
    completion,
    deliveries,
    disclosure,
    estimate,
    export,
    field,
    helps,
    indicators,
    ledger,
    migrate,
    operate,
    personal,
    places,
    postgres,
    releases,
    report,
    rounds,
    site,
    status,
    trace,
    upkeep,
    verdicts,
    waivers,
)
from warehouse.cli.letters import make_legible
from warehouse.errors import MtmError, UsageError

SYSTEM = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.ENOENT, errno.ENOTDIR, errno.EISDIR}

GROUPS: dict[str, list[click.Command]] = {
    "Take in and run": [deliveries.receive, deliveries.read, rounds.run, rounds.check, status.status, collection.collection],
    "What is wrong": [field.findings, field.rejected, verdicts.verdict, places.places],
    "Mend and decide": [ledger.correct, ledger.decide, ledger.corrections, waivers.waive, waivers.waivers],
    "Releases": [
        releases.releases, releases.show, releases.diff, upkeep.promote, upkeep.rollback, upkeep.tag, upkeep.verify, upkeep.gc,
    ],
    "Ask and explain": [releases.query, trace.trace, indicators.indicators, estimate.estimate],
    "Hand out": [report.report, export.export, site.site, postgres.publish_to],
    "Protect people": [disclosure.disclosure, personal.scan, personal.purge],
    "Set up an operation": [codebook.codebook, places.gazetteer],
    "This installation": [rounds.demo, rounds.make_sample, operate.dev, operate.serve, operate.doctor, alerts.alerts, completion.completion, helps.help_, bench.bench],
    "Keep it for years": [backup.backup, backup.restore, backup.drill, migrate.migrate],
}  # fmt: skip


class Sections(click.Group):
    """Lists the commands under headings, in the order in which a round meets them."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One block per heading, one line per command."""
        room = max(len(name) for name in self.list_commands(ctx))
        for heading, commands in GROUPS.items():
            with formatter.section(heading):
                lines = [(c.name or "", helps.short(c, c.name or "")) for c in commands]
                formatter.write_dl([(name.ljust(room), text) for name, text in lines])

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command. A reader that has had enough (`mtm query … | head`) is no error; click would end with 1."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in order."""
        return [c.name or "" for commands in GROUPS.values() for c in commands]


@click.group(
    cls=Sections, invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)  # fmt: skip
@click.version_option(package_name="mtm-warehouse")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """From a round's raw delivery to a published release.

    \b
    A first round:
      mtm receive FILE        take the file in; says what it is and why
      mtm run                 check it and publish it
      mtm status              where every round stands, what to do next
      mtm findings ROUND      what is wrong, where, and what to do
      mtm query "SELECT …"    ask the release that is served
    Nothing at hand? mtm demo makes synthetic rounds and publishes them.

    \b
    Learn more:
      mtm help                short texts: rounds, releases, corrections …
      mtm COMMAND --help      what a command does, with examples

    State lies in MTM_HOME (default: .mtm in this folder). Exit codes: 0 done, 1 error, 2 usage, 3 the gate
    refused, 4 a delivery can't be read.
    """
    migrate.must_fit(ctx.invoked_subcommand)
    if ctx.invoked_subcommand is None:
        helps.welcome()


for _commands in GROUPS.values():
    for _command in _commands:
        cli.add_command(_command)
helps.everywhere(cli, hidden=False)
helps.finish(cli)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; an MtmError is one line on standard error and its exit code."""
    make_legible()
    try:
        secret_files.take()
        sys.exit(cli.main(args=arguments, prog_name="mtm", standalone_mode=False) or 0)
    except MtmError as error:
        _fail(error)
    except click.exceptions.Abort:
        _interrupted()
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        _fail(_misused(error))
    except Exception as error:
        if _debug():
            raise
        _fail(_of_the_system(error) or _unexpected(error))


def _fail(error: MtmError) -> None:
    if _debug():
        raise error
    from warehouse.cli.output import print_error, wants_json

    print_error(error, as_json=wants_json())
    sys.exit(error.exit_code)


def _misused(error: click.ClickException) -> MtmError:
    """What click says of a wrong command line, as one line of ours."""
    ctx = getattr(error, "ctx", None)
    help_of = f"{ctx.command_path if ctx else 'mtm'} --help"
    return UsageError(error.format_message().rstrip("."), todo=help_of, code="bad_usage")


def _unexpected(error: Exception) -> MtmError:
    """An error nobody foresaw: its kind, never its text (which may hold values)."""
    return MtmError(
        f"unexpected {type(error).__name__}", todo="run again with --debug and report it", code="unexpected"
    )


def _of_the_system(error: Exception) -> MtmError | None:
    """What the disk or the rights refuse, wherever it happens: its name for it and the path, which is no value."""
    if not isinstance(error, OSError) or error.errno not in SYSTEM or not error.filename:
        return None
    return MtmError(
        f"the system refuses: {os.strerror(error.errno)}", where=str(error.filename),
        expected="room, and a folder that is there and may be written to",
        todo="look at the path, its rights and the disk (mtm doctor), then run again", code="system_refuses",
    )  # fmt: skip


def _interrupted() -> None:
    """Ctrl-C, or a question that was not answered with yes."""
    sys.stderr.write("mtm: stopped\n")
    sys.exit(1)


def _debug() -> bool:
    return bool(os.environ.get("MTM_DEBUG"))


__all__: list[Any] = ["cli", "main"]
