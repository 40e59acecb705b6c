"""Handmade rounds and marts for the gate's tests: small, consistent, and easy to spoil in one place."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from expectations.candidate_input import allowed_marts
from warehouse.normalize.identity import content_hash
from warehouse.normalize.schema import TABLES
from warehouse.operations import Operation
from warehouse.personal.values import RULES, values_path
from warehouse.releases.manifest import Manifest, RoundVersion
from warehouse.releases.reference_schema import REFERENCE
from warehouse.settings import Home

PLACES = [("XX", 0, None), ("XX1", 1, "XX"), ("XX2", 1, "XX"), ("XX11", 2, "XX1"), ("XX21", 2, "XX2")]

OPERATION = """
operation: xx
name: {en: Test land}
country_iso3: XXX
programme: test
credit_line: test
licence: test
require_registered_rounds: true
publication: {finest_published_level: 2, small_cell_threshold: 5, suppress_from_level: 2, survey_minimum_n: 10}
"""
ROUNDS = """
rounds:
  - {component: bma, number: 1, fieldwork_start: 2024-01-01, fieldwork_end: 2024-01-31, window_start: 2022-01-01}
  - {component: bma, number: 2, fieldwork_start: 2024-03-01, fieldwork_end: 2024-03-31, window_start: 2022-01-01,
     window_end: 2024-03-31, planned_communities: 2}
  - {component: rms, number: 1, fieldwork_start: 2024-03-01, fieldwork_end: 2024-03-31}
"""
INDICATORS = """
indicators:
  - {code: intention, component: rms, name: {en: Intention}, definition: d, denominator: d, question: intention,
     options: [{code: stay, name: {en: Stay}}, {code: go, name: {en: Go}}]}
"""
PUBLISHED = """
figures:
  - {round_key: xx-bma-r02, figure_code: returned, name: Returned, value: 30, unit: individuals, source: test}
  - {round_key: xx-bma-r02, figure_code: share.sex.returned.male, name: Men, value: 66.7, decimals: 1, unit: percent, source: test}
"""
CODEBOOK = """
codebook: xx-{component}
operation: xx
component: {component}
row_grain: {grain}
round_number: [{{fallback: true}}]
places: {{scheme: gazetteer, levels: []}}
sheets: [{{name: main}}]
"""


def operation(folder: Path, gate: str = "") -> Operation:
    """An operation in a folder of its own."""
    here = folder / "xx"
    (here / "codebooks").mkdir(parents=True, exist_ok=True)
    (here / "gazetteer").mkdir(exist_ok=True)
    files = {"operation.yml": OPERATION, "rounds.yml": ROUNDS, "indicators.yml": INDICATORS, "published.yml": PUBLISHED}
    files |= {"codebooks/bma.yml": CODEBOOK.format(component="bma", grain="informant")}
    files |= {"codebooks/rms.yml": CODEBOOK.format(component="rms", grain="respondent"), "gate.yml": gate}
    places = "".join(f"{c},{level},{parent or ''},v1,{'rayon' if level == 2 else ''}\n" for c, level, parent in PLACES)
    files |= {"gazetteer/p.csv": "place_code,place_level,parent_code,geography_vintage,place_type\n" + places}
    for name, text in files.items():
        (here / name).write_text(text, encoding="utf-8")
    return Operation(here)


@dataclass(frozen=True)
class Delivery:
    operation: str = "xx"
    component: str = "bma"
    round_number: int = 2
    partial: bool = False
    sha256: str = "ab" * 32


@dataclass
class Normalized:
    tables: dict[str, pl.DataFrame]
    delivery: Delivery = field(default_factory=Delivery)
    normalized_id: str = "abc123"
    folder: Path = Path("unused")

    @property
    def round_key(self) -> str:
        return f"xx-{self.delivery.component}-r{self.delivery.round_number:02d}"

    def table(self, name: str) -> pl.DataFrame:
        return self.tables[name]

    def spoil(self, table: str, **columns: Any) -> Normalized:
        """The same round with columns set to one value in the first row of a table."""
        rows = self.tables[table].to_dicts()
        rows[0] |= columns
        return self.with_rows(table, rows)

    def more(self, table: str, *rows: dict[str, Any]) -> Normalized:
        """The same round with more rows, each like the first but for the columns given."""
        old = self.tables[table].to_dicts()
        base = old[0] if old else {"round_key": self.round_key}
        return self.with_rows(table, [*old, *({**base, **row} for row in rows)])

    def only(self, table: str, condition: pl.Expr) -> Normalized:
        """The same round with the rows of a table that fulfil a condition."""
        return self.with_rows(table, self.tables[table].filter(condition).to_dicts())

    def with_rows(self, table: str, rows: list[dict[str, Any]]) -> Normalized:
        return replace(self, tables={**self.tables, table: pl.DataFrame(rows, schema=TABLES[table])})

    def declared_partial(self) -> Normalized:
        return replace(self, delivery=replace(self.delivery, partial=True))


def _frames(key: str, **rows: list[dict[str, Any]]) -> dict[str, pl.DataFrame]:
    return {t: pl.DataFrame([{"round_key": key, **r} for r in rows.get(t, [])], schema=s) for t, s in TABLES.items()}


def _counts(row_id: str, place: str, total: int) -> list[dict[str, Any]]:
    men = total * 2 // 3
    cells = [("total", None, "all", "individuals", total), ("total", None, "all", "households", max(total // 5, 1))]
    cells += [("sex_age", None, "male", "individuals", men), ("sex_age", None, "female", "individuals", total - men)]
    cells += [("year", "2023", "all", "individuals", total), ("country", "RUS", "all", "individuals", total - 1)]
    common = {"row_id": row_id, "place_code": place, "place_level": 2, "population_category": "returned"}
    common |= {"age_group": "all", "value_status": "reported"}
    return [{**common, "dimension": d, "item": i, "sex": s, "unit": u, "value": v} for d, i, s, u, v in cells]


def _column(number: int, label: str, name: str, **more: str) -> dict[str, Any]:
    return {
        "sheet": "data",
        "column_number": number,
        "column_label": label,
        "field": name,
        "mapping": "mapped",
        "column_class": "plain",
        **more,
    }


def bma() -> Normalized:
    """Two communities, 21 + 9 returned people, three informants (21 is the lower median of 21 and 22)."""
    heard = [("a1", "XX11", 21), ("a2", "XX11", 22), ("b1", "XX21", 9)]
    assessment = [
        {
            "row_id": row_id,
            "sheet": "data",
            "row_number": n,
            "place_code": place,
            "place_level": 2,
            "interview_date": date(2024, 3, 5),
        }
        for n, (row_id, place, _) in enumerate(heard, 2)
    ]
    place = [
        {"place_code": c, "place_level": level, "parent_code": p, "place_name_en": c, "in_gazetteer": True}
        for c, level, p in PLACES
    ]
    conservation = [{"measure": "rows", "delivered": 3, "accepted": 3, "rejected": 0}]
    conservation += [{"measure": "returned.individuals", "delivered": 52, "accepted": 52, "rejected": 0}]
    population = [cell for row_id, place_code, total in heard for cell in _counts(row_id, place_code, total)]
    return Normalized(
        _frames(
            "xx-bma-r02",
            assessment=assessment,
            place=place,
            population=population,
            conservation=conservation,
            column_map=[
                _column(1, "Total", "returned_total"),
                _column(2, "Phone", "phone", mapping="ignored", column_class="identifier"),
            ],
        )
    )


def rms() -> Normalized:
    """Twelve respondents, half of whom intend to stay."""
    people = [(f"k{n}", n) for n in range(2, 14)]
    response = [
        {
            "response_key": k,
            "sheet": "data",
            "row_number": n,
            "place_code": "XX11",
            "place_level": 2,
            "age_years": 20 + n,
            "interview_date": date(2024, 3, 9),
        }
        for k, n in people
    ]
    answer = [
        {
            "response_key": k,
            "question_code": "intention",
            "option_code": "stay" if n % 2 else "go",
            "value_status": "reported",
        }
        for k, n in people
    ]
    place = [
        {"place_code": c, "place_level": level, "parent_code": p, "place_name_en": c, "in_gazetteer": True}
        for c, level, p in PLACES
    ]
    conservation = [{"measure": "rows", "delivered": 12, "accepted": 12, "rejected": 0}]
    column_map = [_column(1, "Intention", "intention"), _column(2, "_uuid", "uuid", column_class="identifier")]
    tables = _frames(
        "xx-rms-r01", response=response, answer=answer, place=place, conservation=conservation, column_map=column_map
    )
    return Normalized(tables, Delivery(component="rms", round_number=1))


@dataclass
class Candidate:
    normalized: Normalized
    home: Home
    database: Path
    release_id: str = "r2"
    base_release: str | None = "r1"
    base: Manifest | None = None
    versions: list[RoundVersion] = field(default_factory=list)
    building: list[Normalized] = field(default_factory=list)
    dbt: list[dict[str, Any]] = field(
        default_factory=lambda: [{"unique_id": "model.x", "status": "success", "message": ""}]
    )

    def sql(self, statements: str) -> Candidate:
        """Spoil the database."""
        with duckdb.connect(str(self.database)) as con:
            con.execute(statements)
        return self


PARTS = "parent_code VARCHAR, place_level INTEGER, individuals BIGINT, category_total BIGINT, is_suppressed BOOLEAN"
EXTRA = {
    "mart_population": "parent_code VARCHAR, place_level INTEGER, individuals BIGINT, households BIGINT, "
    "per_1000_residents DOUBLE, residents BIGINT, is_suppressed BOOLEAN",
    "mart_round_coverage": "place_level INTEGER, component VARCHAR, parent_code VARCHAR, respondents BIGINT, is_suppressed BOOLEAN",
    "mart_headlines": "value DOUBLE",
    "mart_published_figures": "published_value DOUBLE, computed_value DOUBLE, agrees BOOLEAN",
    "mart_survey_estimates": "operation VARCHAR, component VARCHAR, statistic VARCHAR, n BIGINT, n_asked BIGINT, n_missing BIGINT, "
    "estimate DOUBLE, ci_low DOUBLE, ci_high DOUBLE, is_suppressed BOOLEAN",
    "mart_survey_weights": "respondents BIGINT, is_suppressed BOOLEAN",
    "dim_indicator": "kind VARCHAR",
    "dim_operation": "small_cell_threshold INTEGER, suppress_from_level INTEGER, finest_published_level INTEGER",
    "mart_returns_by_year": f"share_of_returns DOUBLE, {PARTS}",
    "mart_departures_by_year": PARTS,
    "mart_country_links": f"population_category VARCHAR, {PARTS}",
    **dict.fromkeys(
        ("mart_internal_origins", "mart_reasons", "mart_population_breakdown"), f"{PARTS}, households BIGINT"
    ),
    "mart_population_by_vintage": "individuals BIGINT, is_own_vintage BOOLEAN",
    "mart_place_ranks": "individuals BIGINT",
    "mart_release_vintages": "individuals BIGINT, is_latest BOOLEAN",
    "mart_round_change": "current_individuals BIGINT, previous_individuals BIGINT, total_difference BIGINT, "
    "common_current_individuals BIGINT, new_individuals BIGINT, previous_round_key VARCHAR, comparability VARCHAR, common_communities BIGINT, years_compared VARCHAR, "
    "direction VARCHAR, like_for_like BIGINT",
    "mart_vintages": "difference_from_first BIGINT, difference_from_previous BIGINT, like_for_like_difference BIGINT",
    "mart_survey_change": "comparability VARCHAR, direction VARCHAR, difference DOUBLE",
}
# what dbt leaves of the two rounds side by side: the measures read these columns only
INTERMEDIATE = """
CREATE SCHEMA intermediate;
CREATE TABLE intermediate.int_survey_estimate (round_key VARCHAR, indicator_code VARCHAR, option_code VARCHAR, domain_type VARCHAR,
"domain" VARCHAR, n BIGINT, n_asked BIGINT, n_missing BIGINT, kind VARCHAR, n_option BIGINT);
CREATE TABLE intermediate.int_survey_cell (round_key VARCHAR, oblast VARCHAR, sex VARCHAR, respondents BIGINT);
CREATE TABLE intermediate.int_round_pair AS SELECT 'xx-bma-r02' round_key, 'xx-bma-r01' previous_round_key;
CREATE TABLE intermediate.int_community_population AS
SELECT r round_key, c place_code, 2 place_level, 'returned' population_category, i individuals
FROM (VALUES ('xx-bma-r01', 'XX11', 20), ('xx-bma-r01', 'XX21', 10), ('xx-bma-r02', 'XX11', 21), ('xx-bma-r02', 'XX21', 9)) v(r, c, i);
CREATE TABLE intermediate.int_community_tree AS
SELECT r round_key, c community_code, a ancestor_code, l ancestor_level FROM (VALUES ('xx-bma-r01'), ('xx-bma-r02')) q(r),
(VALUES ('XX11', 'XX11', 2), ('XX11', 'XX1', 1), ('XX11', 'XX', 0), ('XX21', 'XX21', 2), ('XX21', 'XX2', 1), ('XX21', 'XX', 0)) v(c, a, l);
CREATE TABLE intermediate.int_place_match AS
SELECT 'xx-bma-r02' round_key, c previous_place_code, c place_code FROM (VALUES ('XX'), ('XX1'), ('XX2'), ('XX11'), ('XX21')) v(c);
CREATE TABLE intermediate.int_pair_community AS
SELECT 'xx-bma-r02' round_key, 'returned' population_category, c place_code, 'common' community_status, o previous_individuals,
n individuals, o / 5 previous_households, n / 5 households FROM (VALUES ('XX11', 200, 210), ('XX21', 150, 140)) v(c, o, n);
CREATE TABLE intermediate.int_round_change_judged AS
SELECT 'xx-bma-r02' round_key, c place_code, l place_level, 'returned' population_category, 'whole_total' basis, 'comparable' comparability,
o like_before, n like_after, 0 coverage_effect FROM (VALUES ('XX', 0, 350, 350), ('XX1', 1, 200, 210), ('XX2', 1, 150, 140)) v(c, l, o, n);
CREATE TABLE intermediate.int_place_residents AS
SELECT 'xx' operation, 'v1' geography_vintage, c place_code, 100 residents FROM (VALUES ('XX11'), ('XX21')) v(c);
CREATE TABLE intermediate.int_place_observed AS
SELECT 'xx-bma-r01' round_key, 'xx' operation, c place_code, l place_level, n place_name_en
FROM (VALUES ('XX1', 1, 'North'), ('XX11', 2, 'Mill')) v(c, l, n);
INSERT INTO reference.place BY NAME SELECT 'xx' operation, 'v1' geography_vintage, c place_code FROM (VALUES ('XX1'), ('XX2'), ('XX11'), ('XX21')) v(c);
INSERT INTO reference.country BY NAME SELECT 'RUS' country_iso3;
INSERT INTO reference.operation BY NAME SELECT 'xx' operation, 2 finest_published_level;
UPDATE reference.round SET geography_vintage = 'v1', window_end = '2024-03-31';
INSERT INTO marts.mart_round_change BY NAME SELECT 'xx-bma-r02' round_key, 'xx-bma-r01' previous_round_key, 'XX' place_code,
'returned' population_category, 'comparable' comparability, 2 common_communities, 'increase' direction, 5 like_for_like;
INSERT INTO marts.mart_vintages BY NAME SELECT 'xx-bma-r02' round_key, 'returned' population_category, 2023 reference_year, 'XX' place_code, 3 difference_from_first;
"""
FILL = """
INSERT INTO reference.round (round_key, operation, component, round_number, window_start) VALUES
('xx-bma-r01', 'xx', 'bma', 1, '2022-01-01'), ('xx-bma-r02', 'xx', 'bma', 2, '2022-01-01'), ('xx-rms-r01', 'xx', 'rms', 1, NULL);
INSERT INTO reference.published_figure BY NAME SELECT 'xx-bma-r02' round_key, 'returned' figure_code, 30 published_value, 0 decimals, 'individuals' unit;
INSERT INTO reference.published_figure BY NAME SELECT 'xx-bma-r02' round_key, 'share.sex.returned.male' figure_code, 66.7 published_value, 1 decimals, 'percent' unit;
INSERT INTO reference.published_figure BY NAME SELECT 'xx-bma-r02' round_key, 'rank.returned.1' figure_code, 'North' published_text, 'individuals' unit;
INSERT INTO marts.dim_operation BY NAME SELECT 'xx' operation;
INSERT INTO marts.dim_round BY NAME SELECT round_key FROM reference.round;
INSERT INTO marts.dim_place BY NAME SELECT 'xx' operation, 'v1' geography_vintage, 'XX' place_code;
INSERT INTO marts.dim_country BY NAME SELECT 'RUS' country_iso3;
INSERT INTO marts.dim_population_category BY NAME SELECT 'returned' population_category;
INSERT INTO marts.mart_round_coverage BY NAME SELECT round_key, 'XX' place_code, 0 place_level FROM reference.round;
INSERT INTO marts.mart_collection_progress BY NAME SELECT round_key, 'XX' place_code FROM reference.round;
INSERT INTO marts.mart_quality BY NAME SELECT round_key, 'conservation' quality_type FROM reference.round;
INSERT INTO marts.mart_releases BY NAME SELECT 'r2' release_id;
INSERT INTO marts.mart_headlines BY NAME SELECT 'xx-bma-r02' round_key, 'returned' headline_code, 30 AS value;
INSERT INTO marts.mart_headlines BY NAME SELECT 'xx-rms-r01' round_key, 'respondents' headline_code, 12 AS value;
INSERT INTO marts.mart_published_figures BY NAME SELECT 'xx-bma-r02' round_key, 'returned' figure_code, 30 published_value, 30 computed_value;
INSERT INTO marts.mart_published_figures BY NAME
SELECT 'xx-bma-r02' round_key, 'share.sex.returned.male' figure_code, 66.7 published_value, 66.66667 computed_value;
INSERT INTO marts.mart_published_figures BY NAME SELECT 'xx-bma-r02' round_key, 'rank.returned.1' figure_code, true agrees;
INSERT INTO marts.mart_returns_by_year BY NAME SELECT 'xx-bma-r02' round_key, 'XX' place_code, 2023 return_year, 1.0 share_of_returns;
INSERT INTO marts.mart_survey_estimates BY NAME SELECT 'xx-rms-r01' round_key, 'intention' indicator_code, o option_code, 'national' domain_type,
'all' "domain", 'share' statistic, 12 n, 12 n_asked, 0 n_missing, 0.5 estimate, 0.2 ci_low, 0.8 ci_high, false is_suppressed FROM (VALUES ('stay'), ('go')) v(o);
INSERT INTO marts.mart_survey_weighting BY NAME SELECT 'xx-rms-r01' round_key;
INSERT INTO marts.mart_survey_weights BY NAME SELECT 'xx-rms-r01' round_key, 'XX1' place_code, 'male' sex;
INSERT INTO marts.mart_population BY NAME
SELECT r round_key, c place_code, p parent_code, l place_level, 'returned' population_category, 'all' sex, 'all' age_group, i individuals,
h households, false is_suppressed FROM (VALUES ('xx-bma-r02'), ('xx-bma-r01')) a(r),
(VALUES ('XX', NULL, 0, 30, 5), ('XX1', 'XX', 1, 21, 4), ('XX2', 'XX', 1, 9, 1), ('XX11', 'XX1', 2, 21, 7), ('XX21', 'XX2', 2, 9, 7)) b(c, p, l, i, h);
"""


def candidate(normalized: Normalized, folder: Path) -> Candidate:
    """A candidate with every mart, fitting the handmade rounds."""
    home = Home(folder / "home").ensure()
    database = home.build / "build.duckdb"
    with duckdb.connect(str(database)) as con:
        con.execute("CREATE SCHEMA marts; CREATE SCHEMA reference")
        for table, columns in REFERENCE.items():
            con.execute(f"CREATE TABLE reference.{table} ({', '.join(f'{c} {k}' for c, k in columns.items())})")
        for name, mart in allowed_marts().marts.items():
            columns = [f'"{c}" {"INTEGER" if c.endswith("_year") else "VARCHAR"}' for c in mart.grain]
            con.execute(f"CREATE TABLE marts.{name} ({', '.join([*columns, *filter(None, [EXTRA.get(name)])])})")
        con.execute(FILL)
        con.execute(INTERMEDIATE)
    written = stored(normalized, home)
    values = values_path(home, normalized.delivery.sha256)  # of the delivery: as collected when it was read
    values.parent.mkdir()
    values.write_text(json.dumps({"rules": RULES, "values": ["+999 555 123456"]}), encoding="utf-8")
    return Candidate(written, home, database, building=[written])


def stored(normalized: Normalized, home: Home) -> Normalized:
    """The round with its tables on disk, as normalization writes them."""
    folder = home.normalized / normalized.round_key / normalized.normalized_id
    folder.mkdir(parents=True)
    for name, table in normalized.tables.items():
        table.write_parquet(folder / f"{name}.parquet")
    (folder / "normalized.json").write_text(json.dumps({"content_hash": content_hash(folder)}), encoding="utf-8")
    return replace(normalized, folder=folder)
