"""Checks on the folders of MTM_HOME: can they be written, whose are they, who may look, are they on one disk.

What the files in them say does not belong here.
"""

from __future__ import annotations

import os
import pwd
import stat
import tempfile
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from warehouse.doctor.model import Asked, Found, bad, can_be_entered, ok, warn
from warehouse.settings import Home

MOST = 20_000  # entries that are looked at: it must stay fast
PRIVATE = ("vault", "build", "waivers", "dagster", "exports", "collection", "alerts")  # for the owner only
MOUNTS = Path("/proc/self/mounts")
SHARED = ("nfs", "cifs", "smb", "fuse.sshfs", "9p", "ceph", "gluster", "afs", "vboxsf", "virtiofs")


def writable(asked: Asked) -> Found:
    """A file can be made and removed in each folder (rights alone do not tell: a disk may be mounted read-only)."""
    root = asked.home.root
    if not os.path.lexists(root):
        parent = next(p for p in root.parents if p.exists())
        if os.access(parent, os.W_OK | os.X_OK):
            return ok(f"{root}: not there yet, it is made when it is needed")
        return bad(
            f"{root} is not there and can't be made",
            f"make it, for the user who runs mtm; or set MTM_HOME (now {_me()})",
        )
    if not root.is_dir():
        return bad(f"{root} is no folder", "set MTM_HOME to a folder")
    if not can_be_entered(asked.home):
        return bad(f"{root} is {_owner(root)}'s, and {_me()} may not look into it", f"run mtm as {_owner(root)}")
    refused = [f"{_name(root, p)} ({why})" for p in _kept(asked.home) if (why := _refused(p))]
    if refused:
        return bad(
            f"can't be written by {_me()}: {', '.join(refused)}",
            f"run mtm as its owner, {_owner(root)}; or chown, chmod, remount",
        )
    return ok(str(root))


def _kept(home: Home) -> list[Path]:
    known = (home.root, home.inbox, home.vault, home.build, home.published, home.releases, home.dagster, home.waivers)
    return [p for p in known if p.exists()]


def _refused(folder: Path) -> str:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return os.strerror(error.errno) if error.errno else "refused"


def owned(asked: Asked) -> Found | None:
    """All files belong to one user: a command that was run as root leaves files that the services can't change."""
    root = asked.home.root
    if not root.is_dir():
        return None
    owner = root.stat().st_uid
    foreign = [
        (p, uid)
        for p, uid in islice(_entries(root), MOST)
        if uid != owner and "inbox" not in p.relative_to(root).parts[:1]
    ]
    if foreign:
        users = ", ".join(f"{_user(uid)} ({n})" for uid, n in Counter(uid for _, uid in foreign).most_common(3))
        return bad(f"{root} is {_user(owner)}'s, and these files are not: {users}, such as {_name(root, foreign[0][0])}",
                   f"chown -R {_user(owner)} {root}, and run mtm as {_user(owner)}")  # fmt: skip
    if owner != os.geteuid():
        return warn(
            f"{_user(owner)}'s; this is {_me()}",
            f"run mtm as {_user(owner)}: what {_me()} writes, {_user(owner)} can't change",
        )
    return ok(f"all {_user(owner)}'s")


def _entries(folder: Path) -> Iterator[tuple[Path, int]]:
    """Paths below a folder with their owners; nothing is followed, what can't be opened is left out."""
    try:
        found = list(os.scandir(folder))
    except OSError:
        return
    for entry in found:
        try:
            yield Path(entry.path), entry.stat(follow_symlinks=False).st_uid
            is_folder = entry.is_dir(follow_symlinks=False)
        except OSError:
            continue
        if is_folder:
            yield from _entries(Path(entry.path))


def private(asked: Asked) -> Found | None:
    """Folders with microdata are for the owner alone; files that wait in the inbox are not for everybody."""
    root = asked.home.root
    if not root.is_dir():
        return None
    made = [
        p for n in PRIVATE if (p := root / n).is_dir() and (n != "dagster" or any(p.iterdir()))
    ]  # private at its first use
    open_ones = [f"{p.name} ({_mode(p)})" for p in made if _mode(p, 0o077)]
    if open_ones:
        return bad(
            f"others may look into {', '.join(open_ones)}",
            f"chmod 700 {' '.join(str(root / o.split(' ')[0]) for o in open_ones)}",
        )
    loose = [p for p in (root, *root.parents) if p.stat().st_mode & 0o002 and not p.stat().st_mode & stat.S_ISVTX]
    if loose:
        return bad(f"anybody may replace what lies in {loose[0]}", f"chmod o-w {loose[0]}")
    written = [p for p in (asked.home.published, asked.home.releases) if p.is_dir() and _mode(p, 0o022)]
    if written:
        return bad(f"others may write into {_name(root, written[0])}", f"chmod go-w {written[0]}")
    seen = _readable_by_all(asked.home.inbox) if _passable(asked.home.inbox) else []
    if seen:
        return warn(
            f"{len(seen)} files in the inbox can be read by everybody",
            f"chmod o-rx {asked.home.inbox}: they hold people",
        )
    return ok(f"{', '.join(n for n in PRIVATE if (root / n).is_dir()) or 'no folders yet'}: 0700; umask {_umask():04o}")


def _readable_by_all(inbox: Path) -> list[Path]:
    return [p for p in inbox.iterdir() if p.is_file() and _mode(p, 0o004)] if inbox.is_dir() else []


def _passable(folder: Path) -> bool:
    """Whether everybody can get to the files in a folder."""
    return all(_mode(p, 0o001) for p in (folder, *folder.parents) if p.exists())


def one_disk(asked: Asked) -> Found | None:
    """What is renamed stays on one disk, and that disk is this machine's: renames and locks of network disks can't be relied on."""
    root = asked.home.root
    if not root.is_dir():
        return None
    for top in (asked.home.vault, asked.home.build, asked.home.published):
        apart = [p for p in (top.iterdir() if top.is_dir() else ()) if p.lstat().st_dev != top.stat().st_dev]
        if apart:
            return bad(
                f"{_name(root, apart[0])} is another disk than {top.name}",
                f"keep all of {top.name} on one disk: mount {top}, or nothing in it",
            )
    kind = _kind_of_disk(root)
    if kind.startswith(SHARED):
        return warn(
            f"{root} is on {kind}", "keep MTM_HOME on a disk of this machine, and give its published folder away"
        )
    return ok(kind or "one disk")


def _kind_of_disk(path: Path) -> str:
    """The file system that holds a path, as Linux names it."""
    if not MOUNTS.is_file():
        return ""
    mounts = [line.split(" ")[1:3] for line in MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()]
    real = os.path.realpath(path)
    holding = [(m, kind) for m, kind in mounts if real == m or real.startswith(m.rstrip("/") + "/")]
    return max(holding, key=lambda pair: len(pair[0]), default=("", ""))[1]


def _mode(path: Path, mask: int = 0) -> int | str:
    mode = stat.S_IMODE(path.stat().st_mode)
    return mode & mask if mask else f"{mode:04o}"


def _umask() -> int:
    line = next(x for x in Path("/proc/self/status").read_text().splitlines() if x.startswith("Umask"))
    return int(line.split()[1], 8)


def _name(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix() if path != root else str(root)


def _owner(path: Path) -> str:
    return _user(path.stat().st_uid)


def _me() -> str:
    return _user(os.geteuid())


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
