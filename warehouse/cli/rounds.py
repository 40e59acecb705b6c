"""Commands that take rounds through the line: demo, make-sample, run, check.

Only choosing rounds and printing belongs here; the line itself is the Dagster job (`orchestration/`), imported where
it is started.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import click

from warehouse.cli.output import json_option, print_json, say
from warehouse.cli.progress import note
from warehouse.cli.style import Kind
from warehouse.errors import UsageError
from warehouse.progress import tell
from warehouse.settings import Home

LOOKS: dict[str, Kind] = {
    "published": "good",
    "passed": "good",
    "held": "warn",
    "provisional": "warn",
    "refused": "bad",
    "error": "bad",
}


@click.command("make-sample")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--seed", type=int, default=2024, show_default=True, help="The same seed gives the same bytes.")
@click.option(
    "--gazetteer",
    type=click.Path(path_type=Path, exists=True),
    help="A SOATE list: real villages in place of generated ones.",
)
@click.option("--collecting", is_flag=True, help="Round 5 while it is collected instead: a partial export of each day.")
@click.option("--days", type=click.IntRange(1, 30), help="Of --collecting: the first days only, not the whole round.")
@json_option
def make_sample(
    folder: Path, seed: int, gazetteer: Path | None, collecting: bool, days: int | None, as_json: bool
) -> None:
    """Write the synthetic Kyrgyz rounds into a folder, as a field team would deliver them."""
    if days and not collecting:
        raise UsageError(
            "--days is of --collecting",
            expected="both",
            todo="add --collecting, or leave --days out",
            code="bad_option",
        )
    if collecting:
        _collecting(folder, days, seed, as_json=as_json)
        return
    paths = _sample(folder, seed, gazetteer)
    if as_json:
        print_json({"folder": str(folder), "seed": seed, "synthetic": True, "files": [p.name for p in paths]})
        return
    for path in paths:
        click.echo(f"{path.name}  {path.stat().st_size / 1024:,.0f} KB")
    click.echo(f"{len(paths)} SYNTHETIC deliveries in {folder}: made by the generator, calibrated to published figures")


def _collecting(folder: Path, days: int | None, seed: int, *, as_json: bool) -> None:
    from warehouse.sample.collecting import make_collecting

    made = make_collecting(folder, days, seed)
    if as_json:
        names = [path.name for path in made.exports]
        print_json(
            {
                "folder": str(folder),
                "seed": seed,
                "synthetic": True,
                "files": names,
                "operations": str(made.operations),
                "planted": str(made.planted),
            }
        )
        return
    for path in made.exports:
        click.echo(f"{path.name}  {path.stat().st_size / 1024:,.0f} KB")
    click.echo(f"{len(made.exports)} SYNTHETIC exports in {folder}; what is wrong on purpose: {made.planted}")
    click.echo(f"Round 5 is registered in a copy of the operation: export MTM_OPERATIONS={made.operations.absolute()}")


def _sample(folder: Path, seed: int, gazetteer: Path | None) -> list[Path]:
    from warehouse.sample import make_sample as make

    folder.mkdir(parents=True, exist_ok=True)
    return make(folder, seed=seed, gazetteer=gazetteer)


@click.command()
@click.argument("round_keys", nargs=-1, metavar="[ROUND…]")
@click.option("--hold", is_flag=True, help="Write the release and hold it back: mtm promote serves it.")
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), help="What runs the models, in place of MTM_ENGINE.")
@json_option
def run(round_keys: tuple[str, ...], hold: bool, engine: str | None, as_json: bool) -> None:
    """Take everything that is new, or these rounds, to a verdict and, if it passes, a release.

    This is the same Dagster job as the one in the UI. A refused round leaves the current release as it was (exit 3).
    """
    from warehouse.cli.postgres import follow
    from warehouse.engine.ready import must_be_ready
    from warehouse.releases.pointer import mend

    if engine:
        os.environ["MTM_ENGINE"] = engine
    must_be_ready()
    home = Home.from_env().ensure()
    if mended := mend(home):
        say(f"   the release that was served is gone: {mended} is served again")
    keys, results = _chosen(home, round_keys), []
    for number, key in enumerate(keys, 1):
        tell("loading Dagster and the models", key, number, len(keys))
        results.append(_run_one(home, key, check_only=_only_judged(home, key), hold=hold))
    behind = None if any(r.server_error for r in results) else follow(home)  # what an earlier run could not bring there
    _answer(home, results, as_json)
    if behind and "error" in behind:
        raise SystemExit(1)


@click.command()
@click.argument("round_key", metavar="ROUND")
@json_option
def check(round_key: str, as_json: bool) -> None:
    """The verdict on a round, without publishing it."""
    home = Home.from_env().ensure()
    _answer(home, [_run_one(home, key, check_only=True) for key in _chosen(home, (round_key,))], as_json)


@click.command()
@click.option("--seed", type=int, default=2024, show_default=True)
@json_option
def demo(seed: int, as_json: bool) -> None:
    """Make the synthetic Kyrgyz rounds, take them all the way to published releases, and say where to look."""
    from warehouse.deliveries.vault import Vault

    home = Home.from_env().ensure()
    note("1. making the synthetic rounds (nothing here is a real person or a real count)")
    paths = _sample(home.root / "sample", seed, None)
    note("2. receiving and running them in the order in which they arrived")
    results = []
    for number, path in enumerate(paths, 1):
        tell("receiving the file", path.name, number, len(paths))
        receipt = Vault(home).receive(path, source="sample", restore=False)
        if (
            receipt.is_new
            or receipt.delivery.delivery_id == Vault(home).current(receipt.delivery.round_key).delivery_id
        ):
            results.append(_run_one(home, receipt.delivery.round_key, check_only=False))
    _answer(home, results, as_json, quiet=True)
    if not as_json:
        _where_to_look(home)


def _chosen(home: Home, round_keys: tuple[str, ...]) -> list[str]:
    """The named rounds, or all whose standing delivery has not been run or waits for a replay; in the order of arrival."""
    from warehouse.deliveries.vault import Vault
    from warehouse.status import round_states

    if round_keys:
        return [Vault(home).current(key).round_key for key in round_keys]
    waiting = [s for s in round_states(home) if s.waits]
    return [s.round_key for s in sorted(waiting, key=lambda s: (s.delivery.received_at, s.round_key))]


def _only_judged(home: Home, round_key: str) -> bool:
    """Whether a served round waits for nothing but a new verdict (thresholds changed)."""
    from warehouse.status import round_states

    state = next((s for s in round_states(home) if s.round_key == round_key), None)
    return bool(state and state.state == "published" and state.replay and state.replay.depth == "judge")


def _run_one(home: Home, round_key: str, *, check_only: bool, hold: bool = False) -> Any:
    run_round = _line_of_work()
    result = run_round(home, round_key, check_only=check_only, hold=hold)
    note(f"   {_line(result)}", LOOKS.get(result.outcome, "plain"))
    return result


@cache
def _line_of_work() -> Any:
    """The line itself, which takes a while to import."""
    from warehouse.at_rest import collector_at_rest

    with collector_at_rest():
        from orchestration.run import run_round
    return run_round


def _line(result: Any) -> str:
    stages = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in result.stages.items())
    again = (
        f"replayed, nothing changed: {result.release_id} holds it"
        if result.outcome == "unchanged" and result.replayed
        else ""
    )
    what = again or {"published": f"published as {result.release_id}", "held": f"held back as {result.release_id}: mtm promote {result.release_id} serves it", "unchanged": f"nothing new, {result.release_id} holds it",
            "provisional": "provisional: kept and shown, not published", "refused": "REFUSED, the current release stands",
            "passed": "passes, nothing was published", "error": "failed"}[result.outcome]  # fmt: skip
    return f"{result.round_key}: {what}" + (f"  ({stages})" if stages else "")


def _answer(home: Home, results: list[Any], as_json: bool, quiet: bool = False) -> None:
    """Results, the reasons of refusals, and the exit code: 3 where any round was refused, 1 where one failed."""
    if as_json:
        print_json([_as_dict(r) for r in results])
    elif not results and not quiet:
        click.echo("Nothing is new. mtm status shows the rounds; mtm run ROUND runs one again.")
    for result in results:
        if result.outcome in ("refused", "error") and not as_json:
            _explain(result)
        if result.server_error:
            say(f"mtm: {result.release_id} is published, the PostgreSQL server does not have it: {result.server_error} · "
                f"code: {result.server_error.code}; mtm publish-to catches up")  # fmt: skip
    codes = {3 for r in results if r.outcome == "refused"} | {r.error.exit_code for r in results if r.error}
    codes |= {1 for r in results if r.server_error}
    if codes or any(r.outcome == "error" for r in results):
        raise SystemExit(max(codes, default=1))


def _as_dict(result: Any) -> dict[str, Any]:
    checks = [c.__dict__ for c in result.verdict.checks if not c.passed] if result.verdict else []
    error = result.error.as_dict() if result.error else None
    server = {"postgresql": {"error": result.server_error.as_dict()}} if result.server_error else {}
    return {**server, "round_key": result.round_key, "outcome": result.outcome, "release_id": result.release_id, "stages": result.stages,
            "failed_checks": checks, "gate_error": result.verdict.error if result.verdict else "", "error": error}  # fmt: skip


def _explain(result: Any) -> None:
    if result.error:
        say(f"mtm: {result.round_key}: {result.error}")
        return
    say(f"{result.round_key}: why")
    for c in result.verdict.blocking if result.verdict else []:
        evidence = f" ({', '.join(c.evidence[:3])}{' …' if len(c.evidence) > 3 else ''})" if c.evidence else ""
        say(f"   {c.code}: {c.sentence_en} Seen {c.observed}, allowed {c.threshold}{evidence}. Do: {c.todo}")
    if result.verdict and result.verdict.error:
        say(f"   the gate failed closed: {result.verdict.error}")
    say(f"   all findings: mtm findings {result.round_key} · the rows: mtm rejected {result.round_key} · "
        f"the verdict: mtm verdict {result.round_key}")  # fmt: skip


def _where_to_look(home: Home) -> None:
    from warehouse.releases.manifest import current_id

    mtm = ".venv/bin/mtm" if os.environ.get("MAKELEVEL") else "mtm"  # make's PATH is not the reader's
    click.echo(f"""
Where to look (every figure here is SYNTHETIC, calibrated to what was published)
  releases   {home.releases}
  served     {home.current} -> {current_id(home)}
  published  {_agreement(home)}
  a query    {mtm} query "SELECT round_key, headline_name_en, value, value_text_en, published_value FROM mart_headlines WHERE is_press_release"
  rounds     {mtm} status
  the UI     {mtm} dev        (Dagster on http://127.0.0.1:3000)
  reports    {home.current}/reports; {mtm} report kgz-bma-r04 --lang ky
  open data  {home.current}/package; {mtm} export package
  the site   {mtm} site --serve""")


def _agreement(home: Home) -> str:
    """How many of the figures that were published elsewhere ours agree with."""
    from warehouse.releases.query import query

    _, ((agree, every),) = query(home, "SELECT count(*) FILTER (WHERE agrees), count(*) FROM mart_published_figures")
    return f"{agree} of {every} published figures agree with ours (mart_published_figures)"
