"""The role of those who read: made where that is allowed, let into the fresh schema, never to write.

Only roles and grants belong here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psycopg

    from warehouse.serving.postgres.target import Target


def let_in(server: psycopg.Connection, target: Target, fresh: str) -> list[str]:
    """Usage of the schema and select on its tables for the role. Returns what an administrator has to do, if anything."""
    from psycopg.sql import SQL, Identifier

    if not target.role:
        return []
    if not _exists(server, target.role):
        return [
            f"the role {target.role} could not be made: this user lacks CREATEROLE; an administrator runs CREATE ROLE {target.role} NOLOGIN, "
            "the next release lets it in"
        ]
    role, schema = Identifier(target.role), Identifier(fresh)
    server.execute(SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, role))
    server.execute(SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}").format(schema, role))
    return []


def _exists(server: psycopg.Connection, role: str) -> bool:
    """Whether the role is there, perhaps since now: without login, a group that people and tools are put into."""
    import psycopg
    from psycopg.sql import SQL, Identifier

    if server.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None:
        return True
    server.execute("SAVEPOINT role")
    try:
        server.execute(SQL("CREATE ROLE {} NOLOGIN").format(Identifier(role)))
    except psycopg.errors.InsufficientPrivilege:
        server.execute("ROLLBACK TO SAVEPOINT role")
        return False
    return True
