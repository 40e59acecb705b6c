"""F13, F14, F17: files change where they must not: between audit and rename, after publication, in the vault."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import hooks, toyland
from tests.faults.lab import Lab, remove
from tests.faults.served import whole
from tests.faults.tally import trying

FIRST = {toyland.round_key(1): toyland.people(1)}
BOTH = {toyland.round_key(r): toyland.people(r) for r in (1, 2)}
LONG = [pytest.mark.faults, pytest.mark.slow]
MART = "parquet/mart_population.parquet"
ALTERED = [
    ("alter", "mtm.duckdb", "flip"), ("alter", "mtm.duckdb", "truncate"), ("alter", MART, "flip"), ("alter", MART, "truncate"),
    ("alter", MART, "remove"), ("alter", "verdict.json", "flip"), ("alter", "verdict.json", "remove"),
    ("alter", "manifest.json", "truncate"), ("alter", "mtm.duckdb.wal", "add"), ("alter", "parquet/stray.parquet", "add"),
    ("figure",),
]  # fmt: skip


@pytest.mark.parametrize("what", [ALTERED[0], ALTERED[3], ALTERED[10]], ids=" ".join)
def test_altered_after_the_audit(ready: Lab, what: tuple[str, ...]) -> None:
    _after_the_audit(ready, what, "before")


@pytest.mark.faults
@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("what", ALTERED, ids=" ".join)
def test_altered_about_the_rename(ready: Lab, what: tuple[str, ...], when: str) -> None:
    _after_the_audit(ready, what, when)
    ready.mtm("run", toyland.round_key(2))
    assert ready.served().people == BOTH


@pytest.mark.parametrize("what", [ALTERED[2], ALTERED[10]], ids=" ".join)
def test_altered_before_the_audit(ready: Lab, what: tuple[str, ...]) -> None:
    with trying("F13") as tries, tries.one(" ".join(what)):
        process = ready.start(
            "@publish_prepared", hooks={"after": ["warehouse.releases.publish", "write_serving", *what]}
        )
        code, seen = process.wait(), ready.served()
        assert (code, seen.people) == (1, FIRST), process.said


def _after_the_audit(lab: Lab, what: tuple[str, ...], when: str) -> None:
    with trying("F13") as tries, tries.one(f"{' '.join(what)} {when} the rename"):
        process = lab.start("@publish_prepared", hooks={"at_move": ["r000002", when, *what]})
        assert process.wait() == 1, process.said
        assert lab.served().people == FIRST


@pytest.mark.parametrize(
    "what", [pytest.param(w, marks=[] if i in (2, 7, 10) else LONG) for i, w in enumerate(ALTERED)], ids=str
)
def test_altered_after_publication(ready: Lab, what: tuple[str, ...]) -> None:
    """`mtm verify` says so, exit code 1, and names the command that serves a whole release again."""
    ready.mtm("@publish_prepared")
    release = ready.home / "published/releases/r000002"
    with trying("F14") as tries, tries.one(" ".join(what)):
        hooks.DEEDS[what[0]](release, *what[1:])
        said = ready.mtm("verify", code=1)
        assert "mtm rollback r000001" in said, said
        assert len(what) < 3 or what[2] == "add" or Path(what[1]).name in said, said
        ready.mtm("rollback", "r000001")
        assert ready.served().people == FIRST
        assert ready.mtm("rollback", "r000002", code=None) and ready.served().people == FIRST, (
            "an altered release was served"
        )


def test_whole_releases_verify(ready: Lab) -> None:
    ready.mtm("@publish_prepared")
    ready.mtm("verify")
    whole(ready.home / "published/releases/r000002")


@pytest.mark.parametrize("how", [pytest.param("altered", marks=LONG), "missing"])
@pytest.mark.parametrize("prepared_before", [pytest.param(False, marks=LONG), True])
def test_a_file_of_the_vault(lab: Lab, how: str, prepared_before: bool) -> None:
    """Found before anything is built, also where the delivery was read before; the same file received again mends it."""
    if prepared_before:
        lab.put_back("ready")
        remove(lab.home / "build/candidate")
    with trying("F17") as tries, tries.one(f"{how}, normalized before: {prepared_before}"):
        blob = _blob(lab, 2)
        blob.chmod(0o600)
        blob.write_bytes(blob.read_bytes()[:-1] + b"x") if how == "altered" else blob.unlink()
        said = lab.mtm("run", code=1)
        assert f"vault's file of {toyland.round_key(2)} is {how}" in said, said
        assert lab.served().people == FIRST and not (lab.home / "build/candidate/build.duckdb").exists()
        lab.mtm("receive", toyland.delivery(lab.folder, 2))
        if not prepared_before:
            lab.mtm("run")
            assert lab.served().people == BOTH


def _blob(lab: Lab, round_number: int) -> Path:
    import hashlib

    sha256 = hashlib.sha256(toyland.delivery(lab.folder, round_number).read_bytes()).hexdigest()
    return lab.home / "vault/blobs" / sha256[:2] / sha256
