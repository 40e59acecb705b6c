"""The command line `mtm`: one module per group of commands, and the one place where errors become exit codes.

Heavy imports stay inside the commands, so that `mtm --help` answers at once.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from warehouse.cli import (
    bench,
    codebook,
    deliveries,
    disclosure,
    estimate,
    export,
    field,
    indicators,
    ledger,
    operate,
    personal,
    places,
    releases,
    report,
    rounds,
    site,
    trace,
    upkeep,
    verdicts,
    waivers,
)
from warehouse.errors import MtmError

GROUPS: dict[str, list[click.Command]] = {
    "Take in and run": [deliveries.receive, deliveries.read, rounds.run, rounds.check, deliveries.status],
    "What is wrong": [field.findings, field.rejected, verdicts.verdict, places.places],
    "Mend and decide": [ledger.correct, ledger.decide, ledger.corrections, waivers.waive, waivers.waivers],
    "Releases": [
        releases.releases, releases.show, releases.diff, upkeep.promote, upkeep.rollback, upkeep.tag, upkeep.verify, upkeep.gc,
    ],
    "Ask and explain": [releases.query, trace.trace, indicators.indicators, estimate.estimate],
    "Hand out": [report.report, site.site, export.export],
    "Protect people": [disclosure.disclosure, personal.scan, personal.purge],
    "Set up an operation": [codebook.codebook, places.gazetteer],
    "This installation": [rounds.demo, rounds.make_sample, operate.dev, operate.doctor, bench.bench],
}  # fmt: skip


class Sections(click.Group):
    """Lists the commands under headings, in the order in which a round meets them."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One block per heading."""
        for heading, commands in GROUPS.items():
            with formatter.section(heading):
                formatter.write_dl([(c.name or "", c.get_short_help_str(110)) for c in commands])

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in order."""
        return [c.name or "" for commands in GROUPS.values() for c in commands]


@click.group(cls=Sections, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="mtm-warehouse")
@click.option("--debug", is_flag=True, help="Show the whole traceback of an error.")
def cli(debug: bool) -> None:
    """From a round's raw delivery to a published release.

    \b
    A first round:
      mtm receive FILE        take the file in; says what it is and why
      mtm run                 check it and publish it
      mtm findings ROUND      what is wrong, where, and what to do
      mtm query "SELECT …"    ask the release that is served

    State lies in MTM_HOME (default: .mtm in this folder). Exit codes: 0 done, 1 error, 2 usage, 3 the gate
    refused, 4 a delivery can't be read.
    """
    os.environ["MTM_DEBUG"] = "1" if debug else os.environ.get("MTM_DEBUG", "")


for _commands in GROUPS.values():
    for _command in _commands:
        cli.add_command(_command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; an MtmError is one line on standard error and its exit code."""
    try:
        sys.exit(cli.main(args=arguments, prog_name="mtm", standalone_mode=False) or 0)
    except MtmError as error:
        _fail(error)
    except click.exceptions.Abort:
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if _debug():
            raise
        _fail(_unexpected(error))


def _fail(error: MtmError) -> None:
    if _debug():
        raise error
    from warehouse.cli.output import print_error, wants_json

    print_error(error, as_json=wants_json())
    sys.exit(error.exit_code)


def _unexpected(error: Exception) -> MtmError:
    """An error nobody foresaw: its kind, never its text (which may hold values)."""
    return MtmError(
        f"unexpected {type(error).__name__}", todo="run again with --debug and report it", code="unexpected"
    )


def _debug() -> bool:
    return bool(os.environ.get("MTM_DEBUG"))


__all__: list[Any] = ["cli", "main"]
