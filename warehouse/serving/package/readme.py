"""The README of the package, one file a language: what it is, how to read and join it, definitions, what is withheld, terms.

Its sentences belong here; the figures and definitions in it come from the marts of the release.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from warehouse.releases.notes import plain, table
from warehouse.serving.package.about import About
from warehouse.serving.package.tables import Table
from warehouse.serving.words import Tongue, tongue

if TYPE_CHECKING:
    import duckdb

RECIPES = """```python
import duckdb, pandas, polars
duckdb.sql("FROM 'parquet/mart_population.parquet'")
polars.read_csv("csv/mart_population.csv", skip_rows_after_header=1, infer_schema_length=None)
pandas.read_csv("csv/mart_population.csv", skiprows=[1])
```

```sh
frictionless validate datapackage.json
```"""


def readme_name(lang: str) -> str:
    """The file of a language: `README.md`, `README.ru.md`."""
    return "README.md" if lang == "en" else f"README.{lang}.md"


def readme(
    told: About, tables: list[Table], con: duckdb.DuckDBPyConnection, lang: str, left_out: Sequence[str] = ()
) -> str:
    """The page in one language. `left_out`: rounds that the SDMX file has not got."""
    t = tongue(lang)
    parts = [
        f"# {plain(told.title(t))}",
        *([f"**{t.say('SYNTHETIC: this release holds rounds that were made, not collected.')}**"] if told.synthetic else []),
        _intro(told, t),
        f"## {t.say('Files')}", _files(t, left_out),
        f"## {t.say('Reading them')}", _reading(t), RECIPES,
        f"## {t.say('Rounds')}", _rounds(told, t),
        f"## {t.say('Method')}", _method(told, t),
        f"## {t.say('What is withheld')}", _withheld(told, con, t),
        f"## {t.say('What can be compared, and what not')}", _comparing(t),
        f"## {t.say('Tables')}", _tables(tables, t),
        f"## {t.say('How to join them')}", _joining(tables, t),
        f"## {t.say('Definitions')}", _definitions(con, t),
        f"## {t.say('Terms, credit, citation')}", _terms(told, t),
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n"


def _intro(told: About, t: Tongue) -> str:
    return t.say(
        "All published tables of release {release} of {day} (UTC), whole and as they were audited. Content {content}: equal"
        " content, equal figures. The same page: README.md (English), README.ru.md (Russian), README.ky.md (Kyrgyz).",
        release=told.release_id, day=told.day, content=told.content_hash[:12],
    )  # fmt: skip


def _files(t: Tongue, left_out: Sequence[str]) -> str:
    lines = [
        ("csv/", t.say("a CSV file a table: UTF-8, column names, then a row of HXL tags, then the rows")),
        ("parquet/", t.say("the same tables with their types, for programs")),
        ("mtm.xlsx", t.say("the same tables as sheets, with a cover sheet; of names that stand in three languages the sheets of figures hold the English one, the lists (dim_…) all three")),
        ("datapackage.json", t.say("what every table and column is, with keys and sha256 (Frictionless Data Package)")),
        ("dcat.jsonld", t.say("the description for catalogues of open data (DCAT)")),
        ("sdmx/", t.say("the headline figures as SDMX-CSV 2.0, and what their codes mean (structure.xml, SDMX-ML 3.0)")),
        ("CITATION.cff", t.say("how to cite this release, for programs")),
    ]  # fmt: skip
    told = "\n".join(f"- `{name}`: {text}" for name, text in lines)
    left = t.say("Rounds without any date, or on the day of a later round of their component, stand in csv/mart_headlines.csv only: {rounds}.", rounds=", ".join(left_out))  # fmt: skip
    return told + (f"\n\n{left}" if left_out else "")


def _reading(t: Tongue) -> str:
    return "\n".join([
        t.say("The second row of each CSV file is no data: it holds the HXL tags, which HXL tools need. Skip it where your program does not know it; datapackage.json says it to Frictionless (commentRows)."),
        t.say("An empty cell is a null: not known, not asked or withheld. It is never zero."),
        t.say("A text that a spreadsheet would run as a formula has an apostrophe in front in the CSV and XLSX files; Parquet holds it as it is."),
    ])  # fmt: skip


def _rounds(told: About, t: Tongue) -> str:
    head = [t.say("round"), t.say("title"), t.say("fieldwork"), t.say("reference window"), t.say("communities"),
            t.say("key informants"), t.say("respondents"), t.say("delivery")]  # fmt: skip
    rows = [
        (str(r.get("round_key")), t.named(r, "round_title"), t.days(r.get("fieldwork_start"), r.get("fieldwork_end")),
         t.days(r.get("window_start"), r.get("window_end")), t.number(r.get("communities")), t.number(r.get("informants")),
         t.number(r.get("respondents")), f"{r.get('delivery_seq')} ({r.get('delivery_id')})")
        for r in told.rounds
    ]  # fmt: skip
    return table(head, rows)


def _method(told: About, t: Tongue) -> str:
    components = {r.get("component") for r in told.rounds}
    texts = [
        t.say("Figures of communities (bma, baseline) are what key informants estimate of the people who moved within the reference window of the round: stocks, not flows, and only of the communities that were assessed. Coverage stands in every row."),
        t.say("Figures of the survey (rms) are shares of a sample that was not drawn at random in the whole country: they are indicative. Each stands with its number of respondents, its standard error and its 95% interval.") if "rms" in components else "",
        t.say("Each figure can be traced to its delivery by round_key and delivery_id (dim_round)."),
    ]  # fmt: skip
    return "\n".join(text for text in texts if text)


def _withheld(told: About, con: duckdb.DuckDBPyConnection, t: Tongue) -> str:
    texts = [
        t.say(
            "A row with is_suppressed = true was withheld to protect people: what would tell is empty, and empty is not zero. Other cells are withheld with it where a small one could be reckoned from them."
        )
    ]
    for row in _asked(con, "SELECT * FROM marts.dim_operation ORDER BY operation", "dim_operation"):
        if row.get("small_cell_threshold") is not None:
            texts.append("- " + t.say(
                "{operation}: places below level {finest} are not published; from level {level} on counts of 1 to {most} people are withheld; no estimate stands on fewer than {n} respondents.",
                operation=row.get("operation"), finest=row.get("finest_published_level"), level=row.get("suppress_from_level"),
                most=int(row["small_cell_threshold"]) - 1, n=row.get("survey_minimum_n"),
            ))  # fmt: skip
    return "\n".join(texts)


def _comparing(t: Tongue) -> str:
    lines = [
        t.say("Never add up figures of different rounds: the same people may stand in both."),
        t.say("Never add up levels of places (place_level), nor totals (all) and their parts (sex, age_group, …)."),
        t.say("Rounds with different reference windows tell of different people: a difference is no rise or decline. The columns comparability and comparability_reason say what may be compared and why not."),
        t.say("Take coverage into account: mart_round_change splits a change into coverage and like for like."),
    ]  # fmt: skip
    return "\n".join(f"- {line}" for line in lines)


def _tables(tables: list[Table], t: Tongue) -> str:
    head = [t.say("table"), t.say("title"), t.say("rows"), t.say("key"), t.say("grain (in English)")]
    rows = [(x.name, _title(x, t), t.number(x.rows), ", ".join(x.key), x.grain) for x in tables]
    return table(head, rows)


def _title(x: Table, t: Tongue) -> str:
    return str(getattr(x.title, t.lang, None) or x.title.en)


def _joining(tables: list[Table], t: Tongue) -> str:
    text = t.say(
        "Join places by place_code together with geography_vintage, countries by country_iso3 (ISO 3166-1 alpha-3), rounds by round_key, indicators by operation, component and indicator_code. Keys between tables:"
    )
    lines = [
        f"- `{x.name}`: " + "; ".join(f"{', '.join(link.columns)} → `{link.mart}`" for link in x.foreign_keys)
        for x in tables if x.foreign_keys
    ]  # fmt: skip
    return "\n".join([text, "", *lines]) if lines else text


def _definitions(con: duckdb.DuckDBPyConnection, t: Tongue) -> str:
    people = _asked(
        con,
        "SELECT * FROM marts.dim_population_category ORDER BY sort_order, population_category",
        "dim_population_category",
    )
    figures = _asked(
        con,
        "SELECT * FROM marts.dim_indicator ORDER BY operation, component, sort_order, indicator_code",
        "dim_indicator",
    )
    lines = [_definition(r, "category_name", str(r["population_category"]), t) for r in people]
    lines += [_definition(r, "indicator_name", str(r["indicator_code"]), t) for r in figures]
    return "\n".join(dict.fromkeys(lines))


def _definition(row: dict[str, Any], stem: str, code: str, t: Tongue) -> str:
    of = t.named(row, "denominator")
    more = f" ({t.say('of')}: {plain(of)})" if of else ""
    return f"- **{plain(t.named(row, stem))}** (`{code}`): {plain(t.named(row, 'definition'))}{more}"


def _terms(told: About, t: Tongue) -> str:
    urls = list(dict.fromkeys(p.licence_url for p in told.programmes if p.licence_url))
    contacts = [f"{p.name} {p.email or p.url}" for p in told.publishers if p.email or p.url]
    lines = [
        t.say("Terms of use: {terms}.", terms="; ".join([*map(plain, told.licences_in(t)), *urls])),
        t.say("Credit line: {line}", line="; ".join(map(plain, told.credits_in(t)))) if told.credits else "",
        t.say("Cite as: {citation}", citation=plain(told.citation(t))),
        t.say("Publisher and contact: {contact}", contact="; ".join(map(plain, contacts))) if contacts else "",
    ]  # fmt: skip
    return "\n".join(f"- {line}" for line in lines if line)


def _asked(con: duckdb.DuckDBPyConnection, sql: str, mart: str) -> Iterable[dict[str, Any]]:
    """The rows; none where the release has no such mart."""
    if not con.execute(
        "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'marts' AND table_name = ?", [mart]
    ).fetchall():
        return []
    found = con.execute(sql)
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
