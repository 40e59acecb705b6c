"""A home with many operations, rounds and releases, and no data: what the lists cost where there is much to list.

Making such a home and timing what reads it belong here. Each round has a sidecar, a normalized note and a passed verdict,
as after its publication; the release that is served names them all, and has as many ancestors as there are releases.
"""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from warehouse.deliveries.vault import Delivery
from warehouse.operation_look import one_look
from warehouse.releases.manifest import Manifest, RoundVersion
from warehouse.releases.verdict import Verdict
from warehouse.settings import Home

START = date(2022, 1, 1)
OPERATION = """
operation: {code}
name: {{en: Operation {code}}}
country_iso3: TOY
programme: made for a benchmark
credit_line: none
licence: none
ingestion: {{due_days_after_fieldwork: 30}}
"""
CODEBOOK = """
codebook: {code}-baseline
operation: {code}
component: baseline
row_grain: site
round_number: [{{field: round_number}}]
places: {{scheme: names, levels: [{{level: 1, name_field: admin1_name}}]}}
sheets:
  - name: main
    patterns: ['*']
    columns:
      - {{field: admin1_name, labels: [Region], required: true}}
      - {{field: idp, labels: [Displaced people], type: count, required: true, measure: {{category: idp}}}}
"""


@dataclass(frozen=True)
class Size:
    """How much there is: operations, rounds of each, releases that are kept."""

    operations: int
    rounds: int
    releases: int = 10


def make_registry(folder: Path, size: Size) -> Home:
    """The home `folder/home` and its operations in `folder/operations`, which are made the ones of this process."""
    codes = [f"x{number:04d}" for number in range(size.operations)]
    for code in codes:
        _operation(folder / "operations" / code, code, size.rounds)
    os.environ["MTM_OPERATIONS"] = str(folder / "operations")
    home = Home(folder / "home").ensure()
    with one_look():
        versions = [_round(home, code, number) for code in codes for number in range(1, size.rounds + 1)]
    _releases(home, sorted(versions, key=lambda v: v.round_key), size.releases)
    return home


def _operation(folder: Path, code: str, rounds: int) -> None:
    (folder / "codebooks").mkdir(parents=True)
    (folder / "operation.yml").write_text(OPERATION.format(code=code), encoding="utf-8")
    (folder / "codebooks" / "baseline.yml").write_text(CODEBOOK.format(code=code), encoding="utf-8")
    ends = [START + timedelta(days=30 * number) for number in range(1, rounds + 1)]
    lines = [f"  - {{component: baseline, number: {n}, fieldwork_end: {end}}}" for n, end in enumerate(ends, 1)]
    (folder / "rounds.yml").write_text("\n".join(["rounds:", *lines, ""]), encoding="utf-8")


def _round(home: Home, code: str, number: int) -> RoundVersion:
    """One round as it lies after its publication."""
    from warehouse.normalize.identity import made_of, name_of, text_hash
    from warehouse.operations import load_operation
    from warehouse.replay import reference_hash, thresholds_hash

    delivery, operation = _delivery(code, number), load_operation(code)
    parts = made_of(delivery, operation, home)
    name, key = name_of(parts), delivery.round_key
    _write(home.vault / "deliveries" / key / f"0001-{delivery.delivery_id}.json", asdict(delivery))
    note = {
        "round_key": key,
        "normalized_id": name,
        "delivery": asdict(delivery),
        "made_of": parts,
        "content_hash": text_hash([key]),
    }
    _write(home.normalized / key / name / "normalized.json", note)
    verdict = Verdict(key, name, None, "passed", [], "bench", gate=thresholds_hash(operation), inputs={"waivers": ""})
    verdict.save(home)
    return RoundVersion(key, delivery.delivery_id, 1, delivery.sha256, name, reference_hash(operation, delivery))


def _delivery(code: str, number: int) -> Delivery:
    from warehouse.normalize.identity import text_hash

    key = f"{code}-baseline-r{number:02d}"
    sha = text_hash([key])
    at = datetime.combine(START + timedelta(days=30 * number + 20), datetime.min.time(), UTC)
    return Delivery(
        key, code, "baseline", number, sha[:12], 1, None, f"{key}.xlsx", sha, 1_000_000,
        at.isoformat(timespec="seconds"), "inbox", f"{code}-baseline", False, "none", [], f"{code}/files",
    )  # fmt: skip


def _releases(home: Home, versions: list[RoundVersion], count: int) -> None:
    """As many releases, each with the history of its ancestors; the last one is served."""
    from warehouse.releases.index import record_written

    history: list[dict[str, Any]] = []
    for number in range(1, count + 1):
        name, parent = f"r{number:06d}", f"r{number - 1:06d}" if number > 1 else None
        at = datetime.combine(START, datetime.min.time(), UTC) + timedelta(hours=number)
        held = versions if number == count else versions[: max(1, len(versions) * number // count)]
        history = [*history, {"release_id": name, "parent_release_id": parent, "published_at": at.isoformat()[:19], "round_keys": held[-1].round_key}]  # fmt: skip
        manifest = Manifest(name, parent, f"{at.isoformat()[:19]}Z", held[-1].sha256, "bench", "bench", held, [held[-1].round_key], history=history)  # fmt: skip
        _write(home.releases / name / "manifest.json", manifest.as_dict())
        record_written(home, manifest, held=False)
    home.current.symlink_to(home.releases / f"r{count:06d}")


def _write(path: Path, data: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data), encoding="utf-8")


def bench_registry(home: Home) -> dict[str, float]:
    """CPU seconds of this process for each list: the second look, as a server that stays has it."""
    from warehouse.due import due_rounds
    from warehouse.overview import overview
    from warehouse.releases.index import next_id
    from warehouse.releases.listing import release_rows
    from warehouse.status import round_states

    looks: dict[str, Callable[[], Any]] = {
        "the states of all rounds": lambda: round_states(home),
        "due dates": lambda: due_rounds(home),
        "mtm status": lambda: overview(home),
        "mtm releases": lambda: release_rows(home),
        "the next release's id": lambda: next_id(home),
    }
    return {name: min(_cpu(look) for _ in range(2)) for name, look in looks.items()}


def _cpu(look: Callable[[], Any]) -> float:
    started = resource.getrusage(resource.RUSAGE_SELF)
    look()
    ended = resource.getrusage(resource.RUSAGE_SELF)
    return round(ended.ru_utime + ended.ru_stime - started.ru_utime - started.ru_stime, 4)
