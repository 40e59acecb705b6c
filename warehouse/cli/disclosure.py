"""Commands about disclosure: what an attacker could learn from a release, and a file of people made on purpose.

Only asking and printing belongs here; the work is done in `disclosure/`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from warehouse.cli.output import json_option, print_json, print_table, say
from warehouse.settings import Home

if TYPE_CHECKING:
    from warehouse.disclosure.audit import AuditResult

SHOWN = 20  # exposed cells on a screen; --json has them all
EXPOSED = 3


@click.group()
def disclosure() -> None:
    """What withheld figures give away, and person-level files."""


@disclosure.command()
@click.argument("release_id", required=False, metavar="[RELEASE]")
@json_option
def audit(release_id: str | None, as_json: bool) -> None:
    """What an attacker could work out of withheld cells, from all marts of a release together.

    Attacks the release (the current one by default) with everything it publishes and the release before it. Exit code
    3 when a hidden cell is told more closely than max(10 people, 20 %), or when figures contradict each other.
    """
    from warehouse.disclosure.audit import audit_release
    from warehouse.releases.manifest import load_manifest

    home = Home.from_env()
    identity = load_manifest(home, release_id).release_id
    found = audit_release(home, identity)
    if as_json:
        print_json({"release_id": identity, **found.as_dict()})
    else:
        _tell(identity, found)
    if not found.ok:
        sys.exit(EXPOSED)


def _tell(identity: str, found: AuditResult) -> None:
    print_table(
        ["mart", "withheld cells", "narrowest interval", "exposed"],
        [
            (m.mart, m.hidden, "open" if m.narrowest is None else f"{m.narrowest:,.0f} people", m.exposed)
            for _, m in sorted(found.marts.items())
        ],
    )
    if found.exposed:
        rows = [(e.mart, e.cell, _interval(e.low, e.high), f"{e.needed:,.0f}") for e in found.exposed[:SHOWN]]
        print_table(["mart", "exposed cell", "lies between", "needed width"], rows)
    for cell in found.contradictions[:SHOWN]:
        click.echo(f"contradiction: no table of people fits the figures around {cell}")
    verdict = "nothing can be worked out too closely" if found.ok else f"{len(found.exposed)} cells are exposed"
    click.echo(f"release {identity}: {found.hidden:,} withheld cells, {verdict}")
    for key, figures in found.changed_by_few.items():
        say(f"{key} was corrected: {figures:,} figures differ from the release before by fewer than 10 people.")
    if not found.true_values:
        say("The build database of this release is not kept: the middle of each interval stands for the true value.")
    if not found.with_previous:
        say("No release before it is kept: the difference between two releases was not attacked.")


def _interval(low: float, high: float) -> str:
    return f"{low:,.0f} and more" if high == float("inf") else f"{low:,.0f} to {high:,.0f}"


def _names(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    """`a,b` as names; `none` as no column; nothing said: chosen by class."""
    if value is None:
        return None
    return () if value == "none" else tuple(name.strip() for name in value.split(",") if name.strip())


@disclosure.command("export-people")
@click.argument("round_key", metavar="ROUND")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The new CSV file.")
@click.option("--reason", required=True, help="Who the file is for, and what for. It is written down.")
@click.option("--keys", callback=_names, help="Columns people could be recognised by, the most important first.")
@click.option("--sensitive", callback=_names, help="Columns nobody may learn of a person (default: all of that class).")
@click.option("--plain", callback=_names, help="Other columns (default: all of that class; none: no other).")
@click.option("--population", type=float, help="How many people the respondents stand for.")
@click.option("--earlier-withdrawn", is_flag=True, help="Nobody has an earlier file of this round any more.")
@json_option
def export_people(
    round_key: str,
    out: Path,
    reason: str,
    keys: tuple[str, ...] | None,
    sensitive: tuple[str, ...] | None,
    plain: tuple[str, ...] | None,
    population: float | None,
    earlier_withdrawn: bool,
    as_json: bool,
) -> None:
    """A file of respondents, one row each, if it is safe: k ≥ 5, l ≥ 2, global risk under 3 %.

    \b
    mtm disclosure export-people kgz-rms-r04 --out people.csv --reason "…"
        --keys oblast,sex,age_group

    Places become oblasts, ages groups, numbers bands; identifiers never come along. What is still too rare is
    blanked. Exit code 3, with the numbers, when that is not enough. Never part of a release.
    """
    from warehouse.disclosure.people_export import Asked
    from warehouse.disclosure.people_export import export_people as make

    about = make(Home.from_env(), Asked(round_key, out, reason, keys, sensitive, plain, population, earlier_withdrawn))
    if as_json:
        print_json(about)
        return
    for step in about["steps"]:
        click.echo(step)
    click.echo(
        f"{out}: {about['respondents']:,} respondents · k {about['k']} · l {about['l']} · global risk {about['global_risk']:.2%}"
        f" ({about['expected_reidentifications']:.1f} expected to be found again, of {about['population']})"
    )
    if about["synthetic"]:
        say("These respondents are synthetic.")
