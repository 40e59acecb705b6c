"""The swap: the fresh schema takes the name of the old one, in the transaction in which it was loaded.

Locks, names and grants belong here; views of others that read the old tables are carried over in `dependents.py`.
A reader's statement, or transaction, that has touched the old tables ends before: nobody sees two releases in one.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from warehouse.errors import MtmError
from warehouse.releases.serving import MART
from warehouse.serving.postgres.dependents import Dependents, dependents
from warehouse.serving.postgres.served import TABLE

if TYPE_CHECKING:
    import psycopg

PAUSE = 0.3  # between two tries: those who waited behind us get their turn


@dataclass
class Swapped:
    """What became of the old schema: `moved` views read the new release, `left` things read the old one still."""

    moved: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    retired: str | None = None  # the schema in which the old tables stay for what is left


def swap(server: psycopg.Connection, fresh: str, schema: str, old_id: str | None, wait: float) -> Swapped:
    """Let `fresh` be `schema`. Raises MtmError where readers hold the old tables for longer than `wait` seconds."""
    import psycopg

    known = _tables(server, schema)
    if known is None:
        _rename(server, fresh, schema)
        return Swapped()
    deadline, limit = time.monotonic() + wait, _patience(server)
    while True:
        server.execute("SAVEPOINT swap")
        try:
            found = dependents(server, list(known))
            _lock(server, schema, found, known, limit)
            return _swap(server, fresh, schema, old_id, known, found)
        except (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            server.execute("ROLLBACK TO SAVEPOINT swap; SET LOCAL statement_timeout = 0")
        if time.monotonic() > deadline:
            raise _busy(server, list(known), wait)
        time.sleep(PAUSE)


def _swap(
    server: psycopg.Connection, fresh: str, schema: str, old_id: str | None, known: dict[int, str], found: Dependents
) -> Swapped:
    _copy_grants(server, schema, fresh)
    retired = _free_name(server, f"{schema}_{old_id or 'before'}_retired")
    _rename(server, schema, retired)
    _rename(server, fresh, schema)
    done = Swapped(*found.carry_over(server, retired, schema))
    server.execute("SET LOCAL statement_timeout = 0")
    if not drop(server, retired, list(known.values())):
        done.retired = retired
        done.left += [name for name in found.others(server, list(known)) if name not in done.left]
    return done


def drop(server: psycopg.Connection, schema: str, names: list[str]) -> bool:
    """Drop these tables and the schema, if nothing of others depends on them or lies there; never CASCADE."""
    import psycopg
    from psycopg.sql import SQL, Identifier

    server.execute("SAVEPOINT dropping")
    try:
        if names:
            server.execute(SQL("DROP TABLE {}").format(SQL(", ").join(Identifier(schema, n) for n in names)))
        server.execute(SQL("DROP SCHEMA {}").format(Identifier(schema)))
    except (
        psycopg.errors.DependentObjectsStillExist,
        psycopg.errors.LockNotAvailable,
        psycopg.errors.InsufficientPrivilege,
    ):
        server.execute("ROLLBACK TO SAVEPOINT dropping")
        return False
    return True


def own_tables(server: psycopg.Connection, schema: str) -> dict[int, str]:
    """Tables of ours in a schema, by their oid: marts and the table `release`."""
    rows = server.execute(
        """SELECT c.oid::bigint, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE n.nspname = %s AND c.relkind = 'r' ORDER BY 2""", [schema]).fetchall()  # fmt: skip
    return {oid: name for oid, name in rows if MART.fullmatch(name) or name == TABLE}


def _tables(server: psycopg.Connection, schema: str) -> dict[int, str] | None:
    there = server.execute("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = %s)", [schema]).fetchone()
    return own_tables(server, schema) if there and there[0] else None


def _patience(server: psycopg.Connection) -> int:
    """Milliseconds for one try: shorter than the server's search for deadlocks, which could end the reader and not us."""
    row = server.execute("SELECT setting::int FROM pg_settings WHERE name = 'deadlock_timeout'").fetchone()
    return max(50, min(800, int(0.8 * row[0]))) if row else 800


def _lock(server: psycopg.Connection, schema: str, found: Dependents, known: dict[int, str], limit: int) -> None:
    """Views first, then their tables: the order in which a reader takes them."""
    from psycopg.sql import SQL, Identifier

    server.execute(SQL("SET LOCAL statement_timeout = {}").format(SQL(str(limit))))
    names = [Identifier(schema, name) for name in known.values()]
    for view in found.movable:
        server.execute("SAVEPOINT view")
        import psycopg

        with suppress(psycopg.errors.InsufficientPrivilege):
            server.execute(
                SQL("LOCK TABLE ONLY {} IN ACCESS EXCLUSIVE MODE").format(Identifier(view.schema, view.name))
            )
            continue
        server.execute("ROLLBACK TO SAVEPOINT view")
    if names:
        server.execute(SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(SQL(", ").join(names)))


def _rename(server: psycopg.Connection, before: str, after: str) -> None:
    from psycopg.sql import SQL, Identifier

    server.execute(SQL("ALTER SCHEMA {} RENAME TO {}").format(Identifier(before), Identifier(after)))


def _free_name(server: psycopg.Connection, wanted: str) -> str:
    taken = {n for (n,) in server.execute("SELECT nspname FROM pg_namespace").fetchall()}
    return next(n for n in (wanted, *(f"{wanted}{i}" for i in range(2, 10_000))) if n not in taken)


def _copy_grants(server: psycopg.Connection, before: str, after: str) -> None:
    """Whoever could use the old schema and read its tables can do so with the new ones: others were let in by hand."""
    from psycopg.sql import SQL, Identifier

    asked = """SELECT pg_get_userbyid(a.grantee), a.grantee = 0, a.is_grantable FROM pg_namespace n, aclexplode(n.nspacl) a
               WHERE n.nspname = %s AND a.privilege_type = 'USAGE' AND a.grantee <> n.nspowner"""
    for role, everybody, passing in server.execute(asked, [before]).fetchall():
        server.execute(
            SQL("GRANT USAGE ON SCHEMA {} TO {}{}").format(Identifier(after), *_grantee(role, everybody, passing))
        )
    asked = """SELECT c.relname, pg_get_userbyid(a.grantee), a.grantee = 0, a.is_grantable
               FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a
               WHERE n.nspname = %s AND a.privilege_type = 'SELECT' AND a.grantee <> c.relowner"""
    fresh = set(own_tables(server, after).values())
    for name, role, everybody, passing in server.execute(asked, [before]).fetchall():
        if name in fresh:
            server.execute(
                SQL("GRANT SELECT ON {} TO {}{}").format(Identifier(after, name), *_grantee(role, everybody, passing))
            )


def _grantee(role: str, everybody: bool, passing: bool) -> tuple[Any, Any]:
    from psycopg.sql import SQL, Identifier

    return (SQL("PUBLIC") if everybody else Identifier(role)), SQL(" WITH GRANT OPTION" if passing else "")


def _busy(server: psycopg.Connection, known: list[int], wait: float) -> MtmError:
    rows = server.execute(
        """SELECT DISTINCT a.pid, a.usename, left(a.application_name, 40), extract(epoch FROM now() - a.xact_start)::int
           FROM pg_locks l JOIN pg_stat_activity a USING (pid)
           WHERE l.relation::bigint = ANY(%s) AND l.granted AND a.pid <> pg_backend_pid() ORDER BY 1 LIMIT 5""", [known]).fetchall()  # fmt: skip
    who = "; ".join(
        f"process {pid} of {user}{f' ({app})' if app else ''}, {since or 0} s" for pid, user, app, since in rows
    )
    return MtmError(
        f"readers held the old tables open for {wait:.0f} seconds: {who or 'other sessions'}",
        expected="each transaction of a reader to end", code="readers_hold_on",
        todo="end that session or its transaction (SELECT pg_terminate_backend(PROCESS)), or give more time with --wait; then run again",
    )  # fmt: skip
