"""Publishing a release to a server, from the first connection to the swap: what is served is the old or the new one, whole.

The order of the steps belongs here; each has a module of its own. All of it is one transaction of the server's: a process
that is killed leaves nothing behind.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.errors import MtmError, UsageError
from warehouse.serving.postgres.failures import passes, told
from warehouse.serving.postgres.served import MARK, Served, note, served
from warehouse.serving.postgres.target import OLDEST, Target

if TYPE_CHECKING:
    import psycopg

    from warehouse.serving.source import ReleaseSource
    from warehouse.settings import Home

TRIES = 3
WAIT_SECONDS = 60.0


@dataclass
class Answer:
    """What was done. `changed` is False where the server served this release already."""

    release_id: str
    content_hash: str
    server: str
    schema: str
    role: str
    before: str | None
    changed: bool
    tables: int = 0
    rows: int = 0
    seconds: float = 0.0
    moved: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return asdict(self)


def publish_to(
    home: Home, target: Target, name: str | None = None, *, force: bool = False, wait: float = WAIT_SECONDS
) -> Answer:
    """Let the server serve a release: by id, tag or channel; the current one by default.

    Tried up to three times where a connection breaks. Raises MtmError with a code; then the server serves what it did.
    """
    from warehouse.serving.source import published

    started = time.perf_counter()
    for attempt in range(TRIES):
        source = published(home, name)
        _must_be_whole(home, source.release_id)
        try:
            answer = _published(home, target, source, name is None, force, wait)
            answer.seconds = round(time.perf_counter() - started, 2)
            return answer
        except MtmError as error:
            if not passes(error) or attempt == TRIES - 1:
                raise
            time.sleep(0.3 * 2**attempt)
    raise AssertionError("the last try returns or raises")


def _must_be_whole(home: Home, release_id: str) -> None:
    """The files are those that were audited: hashed anew, up to what takes half a second."""
    from warehouse.releases.integrity import problems
    from warehouse.releases.verify import QUICK_BYTES, tampered

    if wrong := problems(home, release_id, modes=False, most=QUICK_BYTES):
        raise tampered(home, release_id, wrong)


def _published(home: Home, target: Target, source: ReleaseSource, is_current: bool, force: bool, wait: float) -> Answer:
    import psycopg

    server = target.connect()
    try:
        with server:  # commits at its end, rolls back on an error
            return _worked(home, server, target, source, is_current, force, wait)
    except psycopg.Error as error:
        raise told(error, target.where) from None
    finally:
        server.close()


def _worked(
    home: Home,
    server: psycopg.Connection,
    target: Target,
    source: ReleaseSource,
    is_current: bool,
    force: bool,
    wait: float,
) -> Answer:
    from warehouse.releases.manifest import current_id
    from warehouse.serving.postgres.readers import let_in
    from warehouse.serving.postgres.swap import swap

    _prepare(server, target)
    _alone(server, target, wait)
    swept = _sweep(server, target)
    before = served(server, target.schema)
    answer = Answer(
        source.release_id, source.content_hash, target.where, target.schema, target.role, before.release_id if before else None,
        changed=False, notes=swept,
    )  # fmt: skip
    if not force and _stands(before, source, current_id(home) == source.release_id):
        return answer
    fresh = f"{target.schema}_{source.release_id}"
    answer.tables, answer.rows = _load(home, server, source, fresh)
    answer.notes += let_in(server, target, fresh)
    if is_current and current_id(home) != source.release_id:
        raise MtmError(
            f"{source.release_id} is no longer current", expected=f"it to be served, {current_id(home)} is",
            todo="run again", code="lost_race",
        )  # fmt: skip
    done = swap(server, fresh, target.schema, before.release_id if before else None, wait)
    answer.changed, answer.moved, answer.left = True, done.moved, done.left
    if done.retired:
        answer.notes.append(f"the old tables stay in the schema {done.retired} until nothing reads them")
    return answer


def _prepare(server: psycopg.Connection, target: Target) -> None:
    """Whether the server can take a release, and what the session needs for it."""
    if server.info.server_version < OLDEST * 10_000:
        raise MtmError(
            f"the server is PostgreSQL {server.info.server_version // 10_000}", where=target.where,
            expected=f"PostgreSQL {OLDEST} or newer", todo="publish to a newer server", code="server_too_old",
        )  # fmt: skip
    server.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE")
    server.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL lock_timeout = 0;"
                   "SET LOCAL search_path = ''; SET LOCAL synchronize_seqscans = off; SET LOCAL datestyle = ISO; SET LOCAL timezone = UTC")  # fmt: skip
    encoding = server.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise MtmError(
            f"the database is encoded in {encoding}", where=target.where, expected="UTF8: names stand in three languages",
            todo="CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0", code="not_utf8",
        )  # fmt: skip


def _alone(server: psycopg.Connection, target: Target, wait: float) -> None:
    """One publisher at a time for a schema: the lock ends with the transaction, also where the process dies."""
    key = int.from_bytes(hashlib.sha256(f"mtm publish-to {target.schema}".encode()).digest()[:8], "big", signed=True)
    deadline = time.monotonic() + wait
    while not _yes(server.execute("SELECT pg_try_advisory_xact_lock(%s)", [key]).fetchone()):
        if time.monotonic() > deadline:
            raise MtmError(
                "another process is publishing to this schema", where=f"{target.where}, schema {target.schema}",
                expected=f"it to end within {wait:.0f} seconds", todo="run again when it has ended", code="publisher_busy",
            )  # fmt: skip
        time.sleep(0.2)


def _yes(row: tuple[Any, ...] | None) -> bool:
    return bool(row and row[0])


def _stands(before: Served | None, source: ReleaseSource, is_current: bool) -> bool:
    """Whether the server serves this release already. Raises UsageError where it would go back, or holds another's."""
    from warehouse.releases.manifest import number_of

    if before is None:
        return False
    if before.release_id == source.release_id:
        if before.content_hash == source.content_hash:
            return True
        raise UsageError(
            f"the server serves a release {source.release_id} with other contents: another installation's?",
            expected="the releases of one installation in a schema", todo="choose another --schema, or --force replaces it",
            code="other_installation",
        )  # fmt: skip
    if number_of(source.release_id) < number_of(before.release_id) and not is_current:
        raise UsageError(
            f"{source.release_id} is older than {before.release_id}, which the server serves", expected="a newer release, or the current one",
            todo=f"mtm rollback {source.release_id} serves it everywhere; --force publishes it to the server alone", code="older_release",
        )  # fmt: skip
    return False


def _load(home: Home, server: psycopg.Connection, source: ReleaseSource, fresh: str) -> tuple[int, int]:
    from psycopg.sql import SQL, Identifier

    from warehouse.releases.contents import opened
    from warehouse.serving.postgres.load import load
    from warehouse.serving.postgres.tables import tables

    home.build.mkdir(parents=True, exist_ok=True, mode=0o700)
    server.execute(SQL("CREATE SCHEMA {}").format(Identifier(fresh)))
    with opened(source.folder) as con, tempfile.TemporaryDirectory(dir=home.build, prefix="publish-to-") as scratch:
        found = tables(con, "release")
        rows = load(con, "release", found, server, fresh, Path(scratch))
    note(server, fresh, source)
    names = SQL(", ").join(Identifier(fresh, t.name) for t in found)
    server.execute(SQL("ANALYZE {}").format(names))
    return len(found), rows


def _sweep(server: psycopg.Connection, target: Target) -> list[str]:
    """Drop the schemas of earlier releases that stayed for what read them; those that are still read are named."""
    from warehouse.serving.postgres.swap import drop, own_tables

    kept = []
    server.execute("SET LOCAL lock_timeout = '200ms'")
    rows = server.execute(
        """SELECT nspname FROM pg_namespace WHERE nspname ~ %s AND obj_description(oid, 'pg_namespace') LIKE %s
           AND pg_has_role(nspowner, 'USAGE') ORDER BY 1""", [f"^{target.schema}_r[0-9]+(_retired[0-9]*)?$", f"{MARK}%"]).fetchall()  # fmt: skip
    for (name,) in rows:
        if not drop(server, name, list(own_tables(server, name).values())):
            kept.append(
                f"something still reads an earlier release in the schema {name}: let it read {target.schema}, or drop it"
            )
    server.execute("SET LOCAL lock_timeout = 0")
    return kept
