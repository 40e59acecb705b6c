"""Makes the home of an older version: `python make_home.py REVISION_FOLDER OUT.tar.xz [rich]`, in an environment that fits.

The folder is a worktree of that revision (`git worktree add FOLDER REVISION`); its own code runs. Toyland's first round is
published, delivered again and published again, its second round is received and waits; a `rich` home holds one of each kind
of state besides. Data are SYNTHETIC. Times and owners are left out of the archive; what can be made again is not in it.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
UNNEEDED = ("dagster", "build/databases", "build/dbt", "build/candidate", "build/disclosure", "build/personal")


def main() -> None:
    """Run the older version in this process, and pack what it left."""
    revision, out = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        _run(revision, Path(folder))
        home = Path(folder, "home")
        for name in UNNEEDED:
            shutil.rmtree(home / name, ignore_errors=True)
        with tarfile.open(out, "w:xz", preset=9) as archive:
            for path in sorted(home.rglob("*")):
                archive.add(path, path.relative_to(home).as_posix(), recursive=False, filter=_plain)
    print(f"{out.name}: {out.stat().st_size:,} bytes")


def _run(revision: Path, folder: Path) -> None:
    toyland = _loaded("toyland", HERE.parents[2] / "faults/toyland.py", revision)
    operations = toyland.operation(folder)
    os.environ |= {
        "MTM_HOME": str(folder / "home"),
        "MTM_OPERATIONS": str(operations),
        "MTM_HANDOUTS": "off",
        "MTM_DBT_TARGET": str(folder / "dbt"),
    }
    os.chdir(revision)
    from click.testing import CliRunner

    from warehouse.cli import cli

    assert revision in Path(str(sys.modules["warehouse"].__file__)).parents, (
        "another revision's code is first on the path"
    )

    def mtm(*words: str, code: int = 0) -> None:
        done = CliRunner().invoke(cli, list(words))
        found = getattr(done.exception, "exit_code", done.exit_code)
        print("mtm", *words, found, flush=True)
        assert found == code, (words, done.output, done.exception)

    for number, version in ((1, 0), (1, 1)):
        mtm("receive", str(toyland.delivery(folder, number, version)))
        mtm("run", toyland.round_key(number))
    if "rich" in sys.argv:
        _enrich(mtm, folder, toyland)
    mtm("receive", str(toyland.delivery(folder, 2, 0)))


def _enrich(mtm: Callable[..., None], folder: Path, toyland: Any) -> None:
    """A correction, a tag, a waiver, a rollback, a release that is held back, a refused and a provisional round."""
    mtm("correct", "toy-baseline-r01", "--row", "3", "--column", "Displaced people", "--expect", str(toyland._people(1, 1, 1)),
        "--value", "90", "--who", "data manager", "--why", "the field office confirmed it")  # fmt: skip
    mtm("run", "toy-baseline-r01")
    mtm("tag", "r000002", "annual")
    mtm("receive", str(_delivery(folder, 5, wrong=3)))
    mtm("run", "toy-baseline-r05", code=3)
    mtm("waive", "toy-baseline-r05", "households_above_individuals_often", "--reason", "large families, confirmed",
        "--owner", "country office", "--expires", (date.today() + timedelta(days=300)).isoformat())  # fmt: skip
    mtm("run", "toy-baseline-r05")
    mtm("rollback", "r000003")
    mtm("receive", str(_delivery(folder, 6)))
    mtm("run", "toy-baseline-r06", "--hold")
    mtm("receive", str(_delivery(folder, 7, wrong=3)))
    mtm("run", "toy-baseline-r07", code=3)
    mtm("receive", "--partial", str(_delivery(folder, 8)))
    mtm("run", "toy-baseline-r08")


def _delivery(folder: Path, number: int, wrong: int = 0) -> Path:
    """A round of eight places; in `wrong` of them more households than people."""
    from tests.toy import write_rows

    rows: list[list[object]] = [
        ["_uuid", "Round", "Region", "Region code", "District", "Displaced people", "Displaced households"]
    ]
    for i in range(1, 9):
        people = 113 + 10 * i if i > wrong else 20
        rows.append([f"u{i}", number, f"Region {1 + i % 2}", f"TOY0{1 + i % 2}", f"District {i}", people, 21 + i])
    return write_rows(folder / f"toy_round_{number}.xlsx", rows)


def _loaded(name: str, path: Path, revision: Path) -> Any:
    """Toyland of today, with the toy operation of that revision."""
    sys.path.insert(0, str(revision))
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _plain(told: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Without time and owner; without locks and what was half written."""
    name = Path(told.name).name
    if name.endswith((".lock", ".part")) or name == ".lock":
        return None
    told.mtime, told.uid, told.gid, told.uname, told.gname = 0, 0, 0, "", ""
    return told


if __name__ == "__main__":
    main()
