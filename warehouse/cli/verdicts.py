"""The command `verdict`: what the gate said of a round, as it is stored.

Only asking and printing belongs here; giving a verdict is the gate's work (`expectations/`).
"""

from __future__ import annotations

from typing import Any

import click

from warehouse.cli.output import json_option, print_json, print_table, prose
from warehouse.errors import UsageError
from warehouse.settings import Home


@click.command()
@click.argument("round_key", metavar="ROUND")
@click.option("--all", "every", is_flag=True, help="All checks, not only those that do not hold.")
@click.option("--open", "opens", is_flag=True, help="Open the Data Docs in a browser.")
@json_option
def verdict(round_key: str, every: bool, opens: bool, as_json: bool) -> None:
    """What the gate said of a round: outcome, checks that do not hold, waivers, the change against the base release."""
    from warehouse.releases.verdict import DOCS_PAGE, docs_folder

    home = Home.from_env()
    given = _standing(home, round_key)
    page = docs_folder(home, given) / DOCS_PAGE
    docs = str(page) if page.is_file() else None
    if as_json:
        print_json({**given.as_dict(), "data_docs": docs})
    else:
        _print(given, every, docs)
    if opens:
        if docs is None:
            raise UsageError(
                "there are no Data Docs of this verdict", expected="those of the last verdicts of a round",
                todo=f"mtm check {given.round_key} makes them again", code="no_docs",
            )  # fmt: skip
        click.launch(docs)


def _standing(home: Home, round_key: str) -> Any:
    """The last verdict on the standing delivery. Raises UsageError where there is none."""
    from warehouse.deliveries.vault import Vault
    from warehouse.status import round_states

    key = Vault(home).current(round_key).round_key
    found = next(s for s in round_states(home) if s.round_key == key).verdict
    if found is None:
        raise UsageError(
            f"{key} has not been judged, or its verdict is damaged", where="ROUND", expected="a verdict on its standing delivery",
            todo=f"mtm check {key}", code="not_judged",
        )  # fmt: skip
    return found


def _print(given: Any, every: bool, docs: str | None) -> None:
    failed = [c for c in given.checks if not c.passed]
    click.echo(f"{given.round_key}: {given.outcome} · {len(given.checks)} checks, {len(failed)} do not hold · "
               f"base release {given.base_release or 'none'} · code {given.code_version}")  # fmt: skip
    if given.error:
        click.echo(f"the gate failed closed: {given.error}")
    shown = given.checks if every else failed
    if shown:
        print_table(["check", "severity", "outcome", "what must hold", "seen", "allowed", "what to do"],
                    [(c.code, c.severity, _outcome(c), c.sentence_en, c.observed, c.threshold, "" if c.passed else c.todo) for c in shown])  # fmt: skip
    for c in failed:
        if c.counted:
            prose(f"{c.code} counts: {', '.join(f'{code} {n}' for code, n in c.counted.items())}")
        if c.evidence:
            prose(f"{c.code} where: {', '.join(c.evidence)}")
    _print_waivers(given)
    _print_diff(given.diff)
    click.echo(f"Data Docs: {docs or f'not kept: mtm check {given.round_key} makes them again'}")


def _outcome(check: Any) -> str:
    return "holds" if check.passed else f"waived by {check.waiver}" if check.waiver else "does not hold"


def _print_waivers(given: Any) -> None:
    if given.waivers:
        print_table(["waiver", "finding", "covers", "until", "owner", "reason"],
                    [(w["id"], w["finding"], w["observed"], w["expires"], w["owner"], w["reason"]) for w in given.waivers])  # fmt: skip


def _print_diff(diff: dict[str, Any]) -> None:
    if diff.get("told"):
        prose(diff["told"])
    if diff.get("marts"):
        from warehouse.releases.base_diff import TOLD, diff_rows

        print_table(["changed mart", *list(TOLD.values())[1:]], diff_rows(diff))
