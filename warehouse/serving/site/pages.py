"""The pages of the site, each with what it tells, in one language.

Which pages there are, their titles and what they are given belongs here; how they look is in `templates/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.serving.report.titles import dated
from warehouse.serving.site import dictionary, lineage, told_rounds
from warehouse.serving.site.notes_html import sections
from warehouse.serving.site.page import Page
from warehouse.serving.site.pictures import picture

if TYPE_CHECKING:
    from warehouse.serving.site.catalogue import Catalogue, Listed
    from warehouse.serving.site.dictionary import Table
    from warehouse.serving.site.files import Files
    from warehouse.serving.words import Tongue


@dataclass(frozen=True)
class Material:
    """What pages are made of."""

    c: Catalogue
    files: Files
    tables: list[Table]
    graph: lineage.Graph
    site: Path  # where pictures are drawn

    @property
    def columns(self) -> int:
        """How many columns all marts have together."""
        return sum(len(table.mart.columns) for table in self.tables)


def navigation(t: Tongue) -> list[tuple[str, str, str]]:
    """Section, path and words, in the order of the bar."""
    return [
        ("start", "index.html", t.say("Start")),
        ("reports", "reports.html", t.say("Reports")),
        ("downloads", "downloads.html", t.say("Downloads")),
        ("data", "data.html", t.say("Data dictionary")),
        ("releases", "releases.html", t.say("Releases")),
        ("quality", "quality.html", t.say("Quality")),
        ("method", "method.html", t.say("Method")),
    ]


def pages(m: Material, t: Tongue) -> Iterator[Page]:
    """All pages of a language."""
    yield from _first(m, t)
    yield from _of_releases(m, t)
    yield from _of_data(m, t)
    yield Page("search.html", "search.html.j2", t.say("Search"), t.say("Search in indicators, columns, places, rounds, releases and pages."),
               t.lang, is_listed=False)  # fmt: skip


def _first(m: Material, t: Tongue) -> Iterator[Page]:
    rounds = told_rounds.rounds(m.c, t)
    first = [
        {**r, "box": told_rounds.box(m.c, r["round_key"], t), "picture": picture(m.c, r["round_key"], t, m.site)}
        for r in told_rounds.newest(rounds)
    ]
    shown = {"rounds": rounds, "newest": first, "files": m.files, "release": m.c.served, "operations": m.c.facts["operations"],
             "places": told_rounds.operation_names(m.c, t), "tables": len(m.tables), "columns": m.columns,
             "indicators": len(m.c.facts["indicators"])}  # fmt: skip
    yield Page("index.html", "start.html.j2", t.say("Start"),
               t.say("Figures of migration and mobility: reports of each round, open data, definitions and quality."), t.lang, "start", shown)  # fmt: skip
    yield Page("reports.html", "reports.html.j2", t.say("Reports"),
               t.say("The report of each round, in English, Russian and Kyrgyz."), t.lang, "reports", shown)  # fmt: skip
    yield Page("downloads.html", "downloads.html.j2", t.say("Downloads"),
               t.say("The open data package, the database and Parquet files of the release that is served, with size and checksum."),
               t.lang, "downloads", {**shown, "releases": m.c.releases, "marts": _marts(m, t), "dataset": _dataset(m, t)})  # fmt: skip
    checked = [
        {**r, **told_rounds.quality(m.c, r["round_key"], t), "gate": _gate_of(m, r["round_key"])} for r in rounds
    ]
    yield Page("quality.html", "quality.html.j2", t.say("Quality"),
               t.say("What was checked in each round, what did not hold, what was rejected and how much."), t.lang, "quality",
               {"rounds": checked})  # fmt: skip
    breaks = [
        {**b, "name": t.named(b, "name"), "reason": dated(t.named(b, "comparability_reason"), t)}
        for b in m.c.facts["comparability"]
    ]
    yield Page("method.html", "method.html.j2", t.say("Method and limits"),
               t.say("What is counted, what a figure means, what may be compared and what is withheld."), t.lang, "method",
               {**shown, "breaks": _grouped(breaks)})  # fmt: skip


def _of_releases(m: Material, t: Tongue) -> Iterator[Page]:
    names = {r["round_key"]: r["name"] for r in told_rounds.rounds(m.c, t)}
    told = {"releases": m.c.releases, "names": names, "files": m.files, "state": lambda r: state(r, t)}
    yield Page("releases.html", "releases.html.j2", t.say("Releases"),
               t.say("Every release: what it brought, whether it is served, superseded, withdrawn or removed."), t.lang, "releases", told)  # fmt: skip
    notes = {r.release_id: sections(r, t.lang) for r in m.c.releases if r.state != "removed"}
    yield Page("changes.html", "changes.html.j2", t.say("Change log"),
               t.say("What each release brought, how many people moved, and where series break."), t.lang, "releases", {**told, "notes": notes})  # fmt: skip
    for r in m.c.releases:
        yield Page(f"releases/{r.release_id}.html", "release.html.j2", t.say("Release {id}", id=r.release_id),
                   t.say("Release {id}: rounds, verdict, exceptions, changes, files.", id=r.release_id), t.lang, "releases",
                   {**told, "release": r, "notes": notes.get(r.release_id, {})}, " ".join([*r.brought, *r.tags, r.content_hash[:12]]))  # fmt: skip


def _of_data(m: Material, t: Tongue) -> Iterator[Page]:
    topics = dictionary.topics(m.c, t)
    yield Page("data.html", "data.html.j2", t.say("Data dictionary"),
               t.say("Every table with its grain, columns, types, units, keys and where it comes from."), t.lang, "data",
               {"marts": _marts(m, t), "columns": m.columns, "indicators": len(m.c.facts["indicators"])})  # fmt: skip
    yield Page("indicators.html", "indicators.html.j2", t.say("Indicators"), t.say("Every indicator with its definition, unit and answers."),
               t.lang, "data", {"topics": topics, "unit": lambda u: dictionary.unit_name(u, t), "known": {x.mart.name for x in m.tables}})  # fmt: skip
    yield Page("places.html", "places.html.j2", t.say("Places"), t.say("The list of places: codes and names in three languages, by vintage."),
               t.lang, "data", {"vintages": _vintages(m.c, t)})  # fmt: skip
    for table in m.tables:
        found = lineage.upstream(m.graph, table.mart.name)
        title = dictionary.mart_title(table.mart.name, t)
        yield Page(f"data/{table.mart.name}.html", "mart.html.j2", title if title != table.mart.name else table.mart.name, table.mart.grain,
                   t.lang, "data", _mart(m, table, found, t), f"{table.mart.name} {table.mart.name.replace('_', ' ')}")  # fmt: skip


def _mart(m: Material, table: Table, found: lineage.Graph, t: Tongue) -> dict[str, Any]:
    name = table.mart.name
    columns = [
        {"c": column, "title": dictionary.column_title(column.name, t), "unit": dictionary.column_unit(column.name, t),
         "link": table.key_of(column.name)}
        for column in table.mart.columns
    ]  # fmt: skip
    served = m.c.served.release_id
    return {
        "table": table, "columns": columns, "parquet": m.files.parquet.get(served, {}).get(name),
        "csv": [d for d in m.files.package.get(served, []) if d.name.endswith(f"{name}.csv")],
        "drawing": lineage.drawing(found, t.say("What {table} is made of", table=name)),
        "upstream": lineage.by_kind(found, name), "known": {x.mart.name for x in m.tables},
    }  # fmt: skip


def _marts(m: Material, t: Tongue) -> list[dict[str, Any]]:
    parquet = m.files.parquet.get(m.c.served.release_id, {})
    return [
        {"name": x.mart.name, "title": dictionary.mart_title(x.mart.name, t), "grain": x.mart.grain, "rows": x.rows,
         "columns": len(x.mart.columns), "folder": x.mart.folder, "parquet": parquet.get(x.mart.name)}
        for x in m.tables
    ]  # fmt: skip


def _gate_of(m: Material, round_key: str) -> str | None:
    version = next((v for v in m.c.served.rounds if v.round_key == round_key), None)
    bringer = m.c.bringer(version) if version else None
    return m.files.gate.get(bringer.release_id) if bringer else None


def _grouped(breaks: list[dict[str, Any]]) -> list[tuple[str, str, list[str]]]:
    """Breaks by round and reason: a round, the reason, the indicators."""
    found: dict[tuple[str, str], list[str]] = {}
    for b in breaks:
        found.setdefault((b["round_key"], b["reason"]), []).append(b["name"])
    return [(key, reason, names) for (key, reason), names in found.items()]


def _vintages(c: Catalogue, t: Tongue) -> list[dict[str, Any]]:
    operations = {o["operation"]: t.named(o, "operation_name") for o in c.facts["operations"]}
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for p in c.facts["places"]:
        found.setdefault((p["operation"], p["geography_vintage"]), []).append(p)
    return [{"place": operations.get(o, o), "vintage": v, "rows": rows} for (o, v), rows in found.items()]


def _dataset(m: Material, t: Tongue) -> dict[str, Any]:
    from warehouse.serving.site.addresses import dataset

    return dataset(m.c, m.files, t)


def state(release: Listed, t: Tongue) -> str:
    """The state of a release in words."""
    return {
        "served": t.say("Current"),
        "superseded": t.say("Superseded"),
        "withdrawn": t.say("Withdrawn"),
        "removed": t.say("Removed"),
    }[release.state]
