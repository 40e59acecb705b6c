"""The command `collection`: how far a round is while it is collected, what is missing, where its page is.

Only asking and printing belongs here; keeping rounds is in `warehouse/collection/`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from warehouse.cli.output import echo, json_option, print_csv, print_json, print_table
from warehouse.errors import UsageError
from warehouse.settings import Home

if TYPE_CHECKING:
    import polars as pl

STATUS = {
    "complete": "complete", "on_track": "on track", "behind": "behind", "not_started": "not started", "not_known": "not known yet",
}  # fmt: skip
NOTES = {
    "complete": "the plan is reached", "no_plan": "no plan is known (plan.csv, rounds.yml)",
    "too_few_days": "fewer than 3 days worked", "no_progress": "nothing new in the last 5 days worked",
}  # fmt: skip
MISSING = (
    "oblast",
    "rayon",
    "place_code",
    "place_name_en",
    "place_name_ru",
    "missing_communities",
    "missing_interviews",
    "source",
)


@click.command()
@click.argument("round_key", metavar="[ROUND]", required=False)
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="What stood at the end of that day.")
@click.option("--missing", is_flag=True, help="The places that are still missing, by name: for the field only.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.option("--page", is_flag=True, help="Where the page for the field coordinator is (with --day: that day's).")
@click.option(
    "--lang", type=click.Choice(["en", "ru", "ky"]), default="en", show_default=True, help="The language of the page."
)
@click.option(
    "--who", metavar="E-…", help="The enumerator's code behind a pseudonym of the page: to the terminal only."
)
@json_option
def collection(
    round_key: str | None, day: datetime | None, missing: bool, form: str, page: bool, lang: str, who: str | None, as_json: bool
) -> None:  # fmt: skip
    """A round while it is collected: planned and done, pace, projected end, what is missing, where its page is.

    Without ROUND: all rounds that are being collected. A round that is published whole is no longer here.
    """
    from warehouse.cli.collected import tell_page, tell_who
    from warehouse.collection.store import kept_rounds

    home = Home.from_env()
    kept = kept_rounds(home)
    if round_key is None:
        if missing or day or page or who:
            raise UsageError(
                "--missing, --day, --page and --who are of one round",
                expected="a round",
                todo="mtm collection ROUND …",
                code="bad_option",
            )
        _all(home, [k.round_key for k in kept], as_json=as_json or form == "json", form=form)
        return
    if who:
        tell_who(home, round_key, who, as_json=as_json or form == "json")
        return
    known = next((k for k in kept if k.round_key == round_key), None)
    if known is None:
        raise _not_here(home, round_key)
    if page:
        tell_page(home, round_key, day.date() if day else None, lang, as_json=as_json or form == "json")
        return
    if missing:
        _missing(home, round_key, "json" if as_json else form)
        return
    told = _told(home, round_key, day.date() if day else None)
    print_json(told) if as_json or form == "json" else _round(told, form)


def _not_here(home: Home, round_key: str) -> UsageError:
    from warehouse.releases.manifest import current_manifest

    served = current_manifest(home)
    if served and served.version(round_key):
        return UsageError(
            f"{round_key} is published whole", where="collection/", expected="a round that is being collected",
            todo=f"mtm query \"FROM mart_collection_progress WHERE round_key = '{round_key}'\"", code="not_collected",
        )  # fmt: skip
    return UsageError(
        f"nothing is kept of {round_key}", where="collection/", expected="a partial delivery that was run",
        todo="mtm receive FILE --partial, then mtm run; mtm collection lists the rounds", code="not_collected",
    )  # fmt: skip


def _all(home: Home, keys: list[str], *, as_json: bool, form: str) -> None:
    told = [_told(home, key, None) for key in keys]
    if as_json:
        print_json(told)
        return
    if not told:
        echo(
            "no round is being collected: a partial delivery that was run appears here (docs/while-it-is-collected.md)"
        )
        return
    columns = ["round", "up to", "planned", "done", "%", "state", "projected end"]
    rows = [
        (t["round_key"], t["as_of"], t["planned"], t["done"], t["percent"], STATUS[t["status"]], t["projected_end"])
        for t in told
    ]
    print_csv(columns, rows) if form == "csv" else print_table(columns, rows)


def _told(home: Home, round_key: str, day: date | None) -> dict[str, Any]:
    """All that is said of a round, as plain data; up to a day only what the days tell."""
    import polars as pl

    from warehouse.collection.store import kept_rounds, table

    kept = next(k for k in kept_rounds(home) if k.round_key == round_key)
    progress, days = table(home, "mart_collection_progress", round_key), table(home, "mart_collection_day", round_key)
    checks, gaps = table(home, "mart_collection_check", round_key), table(home, "collection_missing", round_key)
    unit = progress["progress_unit"][0] if progress.height else "communities"
    places = [_place(row, days, unit, day) for row in progress.filter(pl.col("place_level") <= 1).iter_rows(named=True)]
    whole = next((p for p in places if p["place_level"] == 0), {})
    lately = days.filter(
        (pl.col("place_level") == 0) & (pl.col("collection_day") <= day if day else pl.lit(value=True))
    )
    found = checks.filter(pl.col("outcome") == "found")
    return {
        "round_key": round_key, "synthetic": kept.is_synthetic, "delivery": kept.delivery_id, "received_at": kept.received_at,
        "as_of": min(day, kept.as_of) if day and kept.as_of else kept.as_of, "unit": unit,
        **{name: whole.get(name) for name in ("planned", "done", "percent", "pace_per_day", "days_worked", "projected_end", "why_no_end", "fieldwork_end")},
        "status": whole.get("status", "not_started"),
        "interviews": None if whole.get("interviews") is None else {name: whole[name] for name in ("interviews", "interviews_rejected", "interviews_test", "interviews_back_check")},
        "places": [p for p in places if p["place_level"] == 1 and (p["planned"] or p["done"])],
        "last_days": lately.sort("collection_day").tail(7).select("collection_day", "interviews", "communities_new", "communities_so_far", "planned_so_far").to_dicts(),
        "missing": None if day else {"places": gaps.height, "by_source": dict(gaps.group_by("source").len().sort("source").iter_rows())},
        "findings": None if day else dict(found.group_by("severity").len().sort("severity").iter_rows()),
        "page": str(home.collection / round_key / "latest.html"),
    }  # fmt: skip


def _place(row: dict[str, Any], days: pl.DataFrame, unit: str, day: date | None) -> dict[str, Any]:
    """A place as it stands, or as it stood on a day: then without what only the last day tells."""
    import polars as pl

    told = {name: row[name] for name in ("place_code", "place_level", "place_name_en", "interviews", "interviews_rejected", "interviews_test", "interviews_back_check", "days_worked", "pace_per_day", "projected_end", "fieldwork_end")}  # fmt: skip
    told |= {
        "planned": row[f"planned_{unit}"],
        "done": row[unit],
        "status": row["collection_status"],
        "why_no_end": row["projection_note"],
    }
    if day is not None:
        own = days.filter((pl.col("place_code") == row["place_code"]) & (pl.col("collection_day") <= day)).sort(
            "collection_day"
        )
        asked = row["interviews"] is not None  # lines for sites are no interviews: null stays null
        done, interviews = (own[f"{name}_so_far"][-1] if own.height else 0 for name in (unit, "interviews"))
        later = ("interviews_rejected", "interviews_test", "interviews_back_check", "pace_per_day", "projected_end")
        told |= {
            "done": done,
            "interviews": interviews if asked else None,
            "days_worked": own.height,
            **dict.fromkeys(later),
            "why_no_end": None,
        }
        told |= {
            "status": "complete"
            if told["planned"] and done >= told["planned"]
            else "not_known"
            if own.height
            else "not_started"
        }
    return told | {
        "percent": round(100 * told["done"] / told["planned"], 1)
        if told["planned"] and told["done"] is not None
        else None
    }


def _round(told: dict[str, Any], form: str) -> None:
    columns = ["place", "planned", "done", "%", "interviews", "days", "pace a day", "projected end", "state"]
    rows = [
        (p["place_name_en"], p["planned"], p["done"], p["percent"], p["interviews"], p["days_worked"], p["pace_per_day"],
         p["projected_end"], STATUS[p["status"]])
        for p in told["places"]
    ]  # fmt: skip
    if form == "csv":
        print_csv(columns, rows)
        return
    mark = " (SYNTHETIC)" if told["synthetic"] else ""
    share = "" if told["percent"] is None else f", {told['percent']} %"
    plan = "no plan is known" if told["planned"] is None else f"of {told['planned']} planned{share}"
    echo(f"{told['round_key']}{mark}, up to {told['as_of'] or 'no day'}: {told['done']} {told['unit']} {plan}")
    if counts := told["interviews"]:
        numbers = [f"{n} {words}" for name, words in WORDS.items() if (n := counts[name]) is not None]
        echo("   " + ", ".join(numbers))
    echo(f"   {STATUS[told['status']]}: {_when(told)}")
    print_table(columns, rows)
    if told["last_days"]:
        print_table(
            ["day", "interviews", "new communities", "so far", "plan"], [tuple(d.values()) for d in told["last_days"]]
        )
    _after(told)


WORDS = {
    "interviews": "interviews", "interviews_rejected": "not used", "interviews_test": "tests", "interviews_back_check": "back checks",
}  # fmt: skip


def _when(told: dict[str, Any]) -> str:
    planned = f"planned {told['fieldwork_end']}" if told["fieldwork_end"] else "no end is planned"
    if told["projected_end"]:
        return f"at {told['pace_per_day']} {told['unit']} a day worked it ends on {told['projected_end']} ({planned})"
    return f"{NOTES.get(told['why_no_end'] or '', 'the end is told of the last day only')} ({planned})"


def _after(told: dict[str, Any]) -> None:
    if told["missing"] is None:  # of a day that is past only the days tell
        return
    by = told["missing"]["by_source"]
    names = {
        "plan": "planned communities not reached",
        "number": "places with fewer than planned",
        "before": "communities of the round before not seen yet",
    }
    if by:
        echo(
            f"   missing: {', '.join(f'{n} {names[source]}' for source, n in by.items())} (mtm collection {told['round_key']} --missing)"
        )
    findings = ", ".join(f"{n} {severity}" for severity, n in told["findings"].items()) or "nothing"
    echo(f"   high-frequency checks found: {findings}")
    echo(f"   page: {told['page']}")


def _missing(home: Home, round_key: str, form: str) -> None:
    from warehouse.collection.store import table

    rows = table(home, "collection_missing", round_key)
    if form == "json":
        print_json(rows.to_dicts())
    elif form == "csv":
        print_csv(rows.columns, rows.rows())
    else:
        print_table(list(MISSING), rows.select(MISSING).rows())
