"""A person-level file of one round: made only when asked for by name, only when it is safe, and written down.

From a served round to a CSV with a sidecar of its numbers belongs here. It is never part of a release, and no release needs it.
"""

from __future__ import annotations

import csv
import io
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.errors import GateRefused, MtmError, UsageError
from warehouse.settings import Home

if TYPE_CHECKING:
    import polars as pl

    from warehouse.disclosure.people_steps import Measured, PeopleFile

LOG = "people.jsonl"


@dataclass(frozen=True)
class Asked:
    """What was asked for. Columns that are None are chosen by class; `population`: how many people the respondents stand for."""

    round_key: str
    out: Path
    reason: str
    keys: tuple[str, ...] | None = None
    sensitive: tuple[str, ...] | None = None
    plain: tuple[str, ...] | None = None
    population: float | None = None
    earlier_withdrawn: bool = False


def export_people(home: Home, asked: Asked) -> dict[str, Any]:
    """Make the file and its sidecar; the sidecar's numbers. Raises GateRefused (exit 3) with the numbers where it is not safe."""
    from warehouse.disclosure.people_steps import Demands, make_safe
    from warehouse.releases.manifest import load_manifest

    _may_be_written(home, asked)
    manifest = load_manifest(home)
    version = manifest.version(asked.round_key)
    if version is None:
        raise UsageError(
            f"{asked.round_key} is not in the release that is served", expected=_surveys(manifest.rounds),
            todo="mtm show lists the rounds of the release", code="unknown_round",
        )  # fmt: skip
    demands = Demands()
    file, found = make_safe(
        _begun(home.normalized / asked.round_key / version.normalized_id, asked),
        demands,
        may_leave_out=asked.keys is None,
    )
    about = _about(asked, manifest.release_id, file, found, asdict(demands))
    fails = [*found.fails(demands), *_beside_earlier(home, asked, about)]
    if fails:
        _log(home, {**about, "result": "refused", "why": fails})
        raise _refused(asked.round_key, fails)
    text = _csv(file.frame, asked.round_key, about["synthetic"])
    return _write(home, asked, text, about)


def earlier(home: Home, round_key: str) -> list[dict[str, Any]]:
    """Files of this round that were given away before and not withdrawn."""
    path = home.exports / LOG
    if not path.exists():
        return []
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    mine = [line for line in lines if line["round_key"] == round_key and line["result"] == "written"]
    last = max((n for n, line in enumerate(mine) if line["earlier_withdrawn"]), default=0)
    return mine[last:]


def _may_be_written(home: Home, asked: Asked) -> None:
    if not asked.reason.strip():
        raise UsageError(
            "a person-level file needs a reason",
            expected="who it is for, and what for",
            todo="--reason …",
            code="no_reason",
        )
    out = asked.out.absolute().resolve()
    if out.is_relative_to(home.published.resolve()):
        raise UsageError(
            "a person-level file is never part of a release", expected="a path outside of the published folder", todo="--out elsewhere", code="in_release",
        )  # fmt: skip
    if asked.out.exists() or not asked.out.absolute().parent.is_dir():
        raise UsageError(
            "the file can't be written there", where=asked.out.name, expected="a new file in a folder that is there",
            todo="choose another name, or take the old file away", code="bad_out",
        )  # fmt: skip
    if asked.population is not None and not asked.population > 0:
        raise UsageError(
            "--population is not a number of people", expected="more than 0", todo="leave it out", code="bad_population"
        )


def _begun(folder: Path, asked: Asked) -> PeopleFile:
    import numpy as np

    from warehouse.disclosure.people import choose, read_respondents
    from warehouse.disclosure.people_steps import PeopleFile

    people = read_respondents(folder)
    if not people.frame.height:
        raise UsageError(
            f"{asked.round_key} has no respondents",
            expected="a survey round",
            todo="mtm show lists the rounds",
            code="no_respondents",
        )
    columns = choose(people, asked.keys, asked.sensitive, asked.plain)
    count = people.frame.height
    weights = None if people.weights is None else people.weights.to_numpy().astype(np.float64)
    if asked.population is not None:
        share = np.ones(count) if weights is None else weights
        weights = share * asked.population / share.sum()
    return PeopleFile(people.frame.select(columns.all), columns, people.several, weights)


def _about(asked: Asked, release: str, file: PeopleFile, found: Measured, demands: dict[str, Any]) -> dict[str, Any]:
    """The sidecar: every number that says how safe the file is, and nothing about anybody."""
    from warehouse.operations import find_round
    from warehouse.releases.publish import code_version

    weights = "the delivered weights" if asked.population is None else f"{asked.population:g} people"
    return {
        "made_at": datetime.now(UTC).replace(microsecond=0).isoformat(),
        "round_key": asked.round_key,
        "release_id": release,
        "code_version": code_version(),
        "reason": asked.reason.strip(),
        "synthetic": find_round(asked.round_key)[1].is_synthetic,
        "columns": asdict(file.columns),
        "respondents": found.respondents,
        "k": found.k,
        "l": found.diverse,
        "global_risk": found.risk.mean,
        "expected_reidentifications": found.risk.expected,
        "highest_individual_risk": found.risk.highest,
        "population": "the respondents alone" if file.weights is None else weights,
        "steps": file.steps,
        "blanked": found.blanked,
        "demands": demands,
        "earlier_withdrawn": asked.earlier_withdrawn,
    }


def _beside_earlier(home: Home, asked: Asked, about: dict[str, Any]) -> list[str]:
    """Two files of a round with other columns can be laid beside each other, row by row: together they tell more than each."""
    columns = json.loads(json.dumps(about["columns"]))
    others = [] if asked.earlier_withdrawn else [e for e in earlier(home, asked.round_key) if e["columns"] != columns]
    if not others:
        return []
    return [
        f"a file of this round with other columns was given away on {others[-1]['made_at'][:10]} (--earlier-withdrawn, if nobody has it)"
    ]


def _csv(frame: pl.DataFrame, round_key: str, synthetic: bool) -> str:
    """The rows in an order that was never there before, harmless for spreadsheets."""
    from warehouse.serving.neutral import neutral

    rows = list(frame.iter_rows())
    secrets.SystemRandom().shuffle(rows)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["round_key", "is_synthetic", *frame.columns])
    said = "true" if synthetic else "false"
    writer.writerows([round_key, said, *("" if c is None else neutral(c) for c in row)] for row in rows)
    return text.getvalue()


def _write(home: Home, asked: Asked, text: str, about: dict[str, Any]) -> dict[str, Any]:
    """Written down first: no file is given away that the log does not know."""
    import hashlib

    data = text.encode("utf-8")
    about |= {"file": asked.out.name, "sha256": hashlib.sha256(data).hexdigest()}
    _log(home, {**about, "result": "written"})
    sidecar = asked.out.with_name(asked.out.name + ".json")
    try:
        for path, content in ((sidecar, json.dumps(about, ensure_ascii=False, indent=2).encode()), (asked.out, data)):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "wb") as target:
                target.write(content)
    except OSError as error:
        raise MtmError(
            f"the file could not be written ({type(error).__name__})",
            where=asked.out.name,
            todo="look at the folder, then ask again",
            code="bad_out",
        ) from None
    return about


def _log(home: Home, line: dict[str, Any]) -> None:
    home.exports.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = home.exports / LOG
    torn = path.exists() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        os.write(handle, ("\n" * torn + json.dumps(line, ensure_ascii=False) + "\n").encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def _refused(round_key: str, fails: Sequence[str]) -> GateRefused:
    return GateRefused(
        f"The person-level file of {round_key} would tell too much: {'; '.join(fails)}",
        expected="k of 5 and more, l of 2 and more, a global risk under 3 %, at most a tenth of a column blanked",
        todo="ask for fewer --keys or --sensitive columns, or say with --population how many people the respondents stand for",
        code="people_unsafe",
    )


def _surveys(rounds: Sequence[Any]) -> str:
    return "one of " + (", ".join(v.round_key for v in rounds) or "no round yet")
