"""F16, F18, F19, F20: other clocks, other machines, other folders, and machines without room."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.faults import toyland
from tests.faults.lab import MTM, Lab, copy_home, remove
from tests.faults.served import Served, releases, what_is_served
from tests.faults.tally import how_many, trying

FIRST = {toyland.round_key(1): toyland.people(1)}
BOTH = {toyland.round_key(r): toyland.people(r) for r in (1, 2)}
LONG = [pytest.mark.faults, pytest.mark.slow]
STRANGE = {
    "spaces and quotes": "a home with 'quotes' & \"more\"; $HOME `x` #1 %20",
    "Cyrillic": "данные Кыргызстан/раунд №2",
    "250 characters": "x" * 250,
    "globs and braces": "h[o]me *{1..3}?",
    "a new line": "two\nlines",
}


@pytest.fixture(scope="module")
def after(bench: Lab) -> Served:
    """What both rounds give on this machine, in order, by the clock on the wall."""
    bench.put_back("one")
    bench.mtm("run")
    bench.keep("two")
    return bench.served()


@pytest.mark.faults
@pytest.mark.slow
@pytest.mark.parametrize("seconds", [-400 * 86400, 400 * 86400])
def test_another_clock(lab: Lab, after: Served, seconds: float) -> None:
    """The clock steps back (or ahead) before the second round: contents are equal, ids go on, the round is served."""
    with trying("F16") as tries, tries.one(f"{seconds} s"):
        lab.put_back("one")
        lab.mtm("run", hooks={"clock": [seconds]})
        seen = lab.served()
        assert (seen.content_hash, seen.release_id) == (after.content_hash, "r000002")
        lab.mtm("receive", toyland.delivery(lab.folder, 2))
        assert "Nothing is new" in lab.mtm("run")


@pytest.mark.faults
@pytest.mark.slow
def test_rounds_in_reverse_order_and_twice(lab: Lab, after: Served) -> None:
    with trying("F16") as tries, tries.one("2, then 1, each twice, the clock stepping back each time"):
        remove(lab.home)
        for step, number in enumerate((2, 1, 2, 1)):
            hooks = {"clock": [-86400.0 * step]}
            lab.mtm("receive", toyland.delivery(lab.folder, number), hooks=hooks)
            lab.mtm("run", hooks=hooks)
        assert releases(lab.home) == ["r000001", "r000002"]
        assert lab.served().content_hash == after.content_hash


@pytest.mark.faults
@pytest.mark.slow
def test_restored_from_the_vault(lab: Lab, after: Served, tmp_path: Path) -> None:
    """An empty machine with the vault and the operation's files alone."""
    with trying("F18") as tries, tries.one("vault and operation"):
        home, operations = tmp_path / "another machine/state", tmp_path / "another machine/operations"
        home.mkdir(parents=True)
        copy_home(lab.home / "vault", home / "vault")
        copy_home(lab.operations, operations)
        environment = {**lab.environment, "MTM_HOME": str(home), "MTM_OPERATIONS": str(operations)}
        done = subprocess.run([MTM, "run"], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        seen = what_is_served(home)
        assert seen is not None and (seen.content_hash, seen.people) == (after.content_hash, after.people)


@pytest.mark.faults
@pytest.mark.slow
def test_a_backup_taken_at_any_moment(lab: Lab, after: Served) -> None:
    """A plain copy of the home while a run is at work is a home that serves, and on which the next run succeeds."""
    dice = random.Random(os.environ.get("MTM_FAULT_SEED") or time.time_ns())
    backup = lab.folder / "backup"
    with trying("F18") as tries:
        for _ in range(min(how_many(2), 12)):
            with tries.one("a copy during a run"):
                lab.put_back("one")
                remove(backup)
                process = lab.start("run")
                time.sleep(dice.uniform(0, 6))
                subprocess.run(
                    ["cp", "-a", str(lab.home), str(backup)], capture_output=True
                )  # what vanishes meanwhile is not in it
                assert process.wait() == 0
                remove(lab.home)
                backup.rename(lab.home)
                assert lab.served().people in (FIRST, BOTH)
                lab.mtm("run")
                assert lab.served().content_hash == after.content_hash


@pytest.mark.parametrize("name", [pytest.param(n, marks=LONG) for n in STRANGE])
def test_a_home_with_a_strange_path(lab: Lab, after: Served, tmp_path: Path, name: str) -> None:
    with trying("F19") as tries, tries.one(name):
        home = tmp_path / STRANGE[name] / "home"
        home.parent.mkdir(parents=True)
        copy_home(lab.folder / "state-one", home)
        lab.installed("run", home=home)
        seen = what_is_served(home)
        assert seen is not None and seen.content_hash == after.content_hash
        lab.installed("verify", home=home)
        assert "mart_population" in lab.installed("query", "SHOW TABLES", home=home)


@pytest.mark.faults
@pytest.mark.slow
def test_a_delivery_with_a_long_name(lab: Lab, after: Served) -> None:
    with trying("F19") as tries, tries.one("250 characters, Cyrillic, spaces"):
        for name in ("x" * 250 + ".xlsx", "Раунд 2 " + "я" * 120 + ".xlsx"):
            path = toyland.delivery(lab.folder, 2, name=name[-120 if name[0] == "Р" else -250 :])
            said = lab.mtm("receive", path)
            assert toyland.round_key(2) in said


@pytest.mark.parametrize("where", [pytest.param(w, marks=LONG) for w in ("published/releases", "published")])
def test_no_permission(lab: Lab, where: str) -> None:
    """A user without rights on a folder: one line, no traceback; what is served stands; the next run succeeds."""
    with trying("F19") as tries, tries.one(f"no permission on {where}"):
        folder = lab.home / where
        mode = folder.stat().st_mode & 0o777
        folder.chmod(0o555)  # private folders are made 0700 by whoever owns them: nothing to try there
        try:
            done = _unprivileged(lab, "run")
            assert done.returncode in (1, 2), (done.returncode, done.stdout, done.stderr)
            assert "Traceback" not in done.stderr and "mtm" in done.stderr, done.stderr[-1500:]
        finally:
            folder.chmod(mode)
        assert lab.served().people == FIRST
        lab.mtm("run")
        assert lab.served().people == BOTH


@pytest.mark.faults
@pytest.mark.slow
def test_a_read_only_mount(lab: Lab) -> None:
    """Readers are served from a read-only mount; a run on it is refused in one line."""
    _mounts_or_skip()
    mount = f"mount --bind {lab.home} {lab.home} && mount -o remount,ro,bind {lab.home}"
    with trying("F19") as tries, tries.one("read-only"):
        inside = f"{mount} && {MTM} query 'SELECT count(*) FROM mart_population' && {MTM} verify && {MTM} releases; {MTM} run; echo code $?"
        done = subprocess.run(
            ["unshare", "-m", "sh", "-c", inside], env=lab.environment, capture_output=True, text=True
        )
        assert "code 1" in done.stdout and "as they were published" in done.stdout, (done.stdout, done.stderr)
        assert "Traceback" not in done.stderr, done.stderr[-1500:]
        assert lab.served().people == FIRST


@pytest.mark.faults
@pytest.mark.slow
def test_a_full_disk(lab: Lab, tmp_path: Path) -> None:
    """A small file system that fills up at another place each time; with room again, the run succeeds."""
    _mounts_or_skip()
    used = int(subprocess.run(["du", "-sk", str(lab.home)], capture_output=True, text=True).stdout.split()[0])
    with trying("F20") as tries:
        for more in (1, 300, 1000, 3000, 8000, 12000, 16000, 20000, 24000, 28000, 34000):
            with tries.one(f"{more} KiB free"):
                lab.put_back("one")
                disk = tmp_path / f"disk-{more}"
                disk.mkdir()
                script = (f"mount -t tmpfs -o size={used + more}k none {disk} && cp -a {lab.home} {disk}/home; "
                          f"MTM_HOME={disk}/home TMPDIR={tmp_path} {MTM} run; echo code $?; rm -rf {lab.home}; cp -a {disk}/home {lab.home}")  # fmt: skip
                done = subprocess.run(
                    ["unshare", "-m", "sh", "-c", script], env=lab.environment, capture_output=True, text=True
                )
                assert "Traceback" not in done.stderr, done.stderr[-1500:]
                _stands(lab, 0 if "code 0" in done.stdout else 1, f"{done.stdout}{done.stderr}")


@pytest.mark.parametrize("size", [pytest.param(2**20, marks=LONG), pytest.param(4 * 2**20, marks=LONG), pytest.param(10 * 2**20, marks=LONG), pytest.param(2**16, marks=LONG)])  # fmt: skip
def test_files_that_may_not_grow(lab: Lab, size: int) -> None:
    with trying("F20") as tries, tries.one(f"files of at most {size} bytes"):
        _stands(lab, *_run(lab, {"limit": ["RLIMIT_FSIZE", size]}))


@pytest.mark.faults
@pytest.mark.slow
@pytest.mark.parametrize("more", [1, 20, 60, 120, 250, 500])
def test_too_little_memory(lab: Lab, more: int) -> None:
    with trying("F20") as tries, tries.one(f"{more} MiB"):
        _stands(lab, *_run(lab, {"memory": [more * 2**20]}))


@pytest.mark.faults
@pytest.mark.slow
@pytest.mark.parametrize("files", [20, 40, 80])
def test_too_few_open_files(lab: Lab, files: int) -> None:
    with trying("F20") as tries, tries.one(f"{files} open files"):
        _stands(lab, *_run(lab, {"limit": ["RLIMIT_NOFILE", files]}))


def _run(lab: Lab, hooks: dict[str, list[object]]) -> tuple[int, str]:
    process = lab.start("run", hooks=hooks)
    code = process.wait()
    return code, process.said


def _stands(lab: Lab, code: int, said: str) -> None:
    """It failed loudly and the old release stands, or it published; then a run with room succeeds."""
    assert lab.served().people == (BOTH if code == 0 else FIRST), said
    assert code == 0 or said.strip(), "it failed without a word"
    lab.mtm("run")
    assert lab.served().people == BOTH, said


def _unprivileged(lab: Lab, *argv: str) -> subprocess.CompletedProcess[str]:
    """The installed command without the power of root over permissions."""
    before: list[str] = []
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("run as root, and setpriv is not there: permissions stop nobody")
        before = [
            "setpriv",
            "--bounding-set",
            "-dac_override,-dac_read_search",
            "--inh-caps",
            "-dac_override,-dac_read_search",
        ]
    return subprocess.run([*before, str(MTM), *argv], env=lab.environment, capture_output=True, text=True)


def _mounts_or_skip() -> None:
    tried = subprocess.run(["unshare", "-m", "true"], capture_output=True) if shutil.which("unshare") else None
    if tried is None or tried.returncode:
        pytest.skip("this user may not mount")
