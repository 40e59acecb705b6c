"""Makes the home of an older version: `python make_home.py REVISION_FOLDER OUT.tar.xz`, in an environment that fits.

The folder is a worktree of that revision (`git worktree add FOLDER REVISION`); its own code runs. Toyland's first round is
published, delivered again and published again, its second round is received and waits. Data are SYNTHETIC. Times and owners
are left out of the archive; what can be made again is not in it.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import tarfile
import tempfile
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
    mtm("receive", str(toyland.delivery(folder, 2, 0)))


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
