"""Candidates made by hand, without dbt and gate: a build database with three marts, and a passed verdict that is stored."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict
from pathlib import Path

import duckdb

from warehouse.deliveries.vault import Delivery
from warehouse.normalize.run import Normalized
from warehouse.personal.values import RULES, values_path
from warehouse.releases.candidate import Candidate
from warehouse.releases.index import next_id
from warehouse.releases.journal import write_json
from warehouse.releases.manifest import Manifest, RoundVersion, current_manifest
from warehouse.releases.publish import publish
from warehouse.releases.verdict import DOCS_PAGE, CheckResult, Verdict, code_version, docs_folder
from warehouse.settings import Home

ROUND = "toy-baseline-r01"
MARTS = """
CREATE SCHEMA marts;
CREATE TABLE marts.dim_round (round_key VARCHAR, round_title VARCHAR, round_title_ru VARCHAR, round_title_ky VARCHAR, PRIMARY KEY (round_key));
CREATE TABLE marts.mart_releases (release_id VARCHAR, PRIMARY KEY (release_id));
CREATE TABLE marts.mart_population (round_key VARCHAR, place_code VARCHAR, place_level INTEGER, population_category VARCHAR,
    category_name_en VARCHAR, category_name_ru VARCHAR, category_name_ky VARCHAR, sex VARCHAR, age_group VARCHAR,
    individuals BIGINT, is_suppressed BOOLEAN, PRIMARY KEY (round_key, place_code, population_category, sex, age_group));
CREATE TABLE marts.mart_quality (round_key VARCHAR, quality_type VARCHAR, code VARCHAR, severity VARCHAR, findings INTEGER,
    code_name_en VARCHAR, code_name_ru VARCHAR, code_name_ky VARCHAR, check_family INTEGER, check_layer VARCHAR, outcome VARCHAR,
    observed_value DOUBLE, observed_en VARCHAR, observed_ru VARCHAR, observed_ky VARCHAR, allowed_value DOUBLE, allowed_en VARCHAR, allowed_ru VARCHAR, allowed_ky VARCHAR,
    todo_en VARCHAR, todo_ru VARCHAR, waiver VARCHAR, PRIMARY KEY (round_key, quality_type, code));
CREATE TABLE marts.mart_plain (a INTEGER, b VARCHAR);
INSERT INTO marts.mart_plain VALUES (1, 'x'), (2, NULL);
"""
People = dict[str, int | None]  # place → people; the country is their sum


def build_database(path: Path, people: People, round_key: str = ROUND, title: str = "a round") -> Path:
    """A build database that says these people."""
    with duckdb.connect(str(path)) as con:
        con.execute(MARTS)
        con.execute(
            "INSERT INTO marts.dim_round VALUES (?, ?, ?, ?)", [round_key, title, f"{title} (рус.)", f"{title} (кырг.)"]
        )
        con.execute("INSERT INTO marts.mart_releases VALUES (?)", [path.parent.name])
        rows = [
            ("TOY", 0, sum(n or 0 for n in people.values()), False),
            *((p, 1, n, n is None) for p, n in people.items()),
        ]
        for place, level, number, hidden in rows:
            con.execute("INSERT INTO marts.mart_population VALUES (?, ?, ?, 'idp', 'Displaced', 'Перемещённые', 'Которулгандар', 'all', 'all', ?, ?)",
                        [round_key, place, level, number, hidden])  # fmt: skip
    return path


def delivery(identity: str, round_key: str = ROUND) -> Delivery:
    """A sidecar of the toy operation."""
    return Delivery(round_key, "toy", "baseline", int(round_key[-2:]), identity, 1, None, "file.xlsx", identity * 4, 1,
                    "2026-01-01T00:00:00Z", "test", "toy-baseline", False, "none", [])  # fmt: skip


def candidate(
    home: Home, people: People, *, name: str = "candidate", identity: str = "", day: str = "2026-01-02"
) -> Candidate:
    """A candidate on what is served; its tables are noted under `normalized/`."""
    base = current_manifest(home)
    identity = identity or hashlib.sha256(repr(sorted(people.items())).encode()).hexdigest()[:12]
    folder = home.build / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    normalized = Normalized(home, delivery(identity), f"n{identity}", home.normalized / ROUND / f"n{identity}")
    normalized.folder.mkdir(parents=True, exist_ok=True)
    write_json(normalized.folder / "normalized.json", {"delivery": asdict(normalized.delivery)})
    kept = values_path(home, normalized.delivery.sha256)
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    kept.write_text(json.dumps({"rules": RULES, "values": ["planted text 4711"]}), encoding="utf-8")
    version = RoundVersion(ROUND, identity, 1, identity * 4, normalized.normalized_id)
    database = build_database(folder / "build.duckdb", people)
    return Candidate(
        home, next_id(home), base, normalized, [normalized], [version], f"{day}T10:00:00", folder, database
    )


def verdict_on(made: Candidate, *, waivers: list[dict[str, str]] | None = None) -> Verdict:
    """A passed verdict on it, stored with a page, with one check to review."""
    checks = [
        CheckResult(
            "rows_are_there", "normalized", "block", True, "Rows are there.", "Строки есть.", "3", "at least 1", ""
        ),
        CheckResult(
            "looks_odd",
            "marts",
            "review",
            False,
            "It | looks <odd>.",
            "Это странно.",
            "7",
            "at most 5",
            "look",
            sentence_ky="Бул кызыктай.",
        ),
    ]
    given = Verdict(
        ROUND, made.normalized.normalized_id, made.base_release, "passed", checks, code_version(), waivers=waivers or []
    )
    given.save(made.home)
    page = docs_folder(made.home, given) / DOCS_PAGE
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("<html></html>", encoding="utf-8")
    return given


def published(home: Home, people: People, *, hold: bool = False, day: str = "2026-01-02") -> Manifest:
    """A release that says these people."""
    made = candidate(home, people, day=day)
    return publish(home, made, verdict_on(made), hold=hold)
