"""What a PostgreSQL server refuses, as one line with a code: never its own text, which may quote values or addresses.

Only the translation of errors belongs here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.errors import MtmError

if TYPE_CHECKING:
    import psycopg

# What libpq says before there is a session (it gives no code then) → what, what to do, code.
CONNECTING = (
    ("password authentication failed", "the server refuses this user and password",
     "give the password in PGPASSWORD, ~/.pgpass or the URL, and look at the user's name", "authentication_failed"),
    ("no password supplied", "the server asks for a password and there is none",
     "give it in PGPASSWORD, ~/.pgpass or the URL", "authentication_failed"),
    ("authentication failed", "the server refuses this user", "look at the user's name and at the server's pg_hba.conf", "authentication_failed"),
    ("no pg_hba.conf entry", "the server lets this user in from elsewhere only, or over SSL only",
     "add ?sslmode=require to the URL, or ask for an entry in pg_hba.conf", "connection_denied"),
    ("is not permitted to log in", "this role may not log in", "ALTER ROLE … LOGIN, or take another user", "connection_denied"),
    ("does not support ssl", "the server speaks no SSL", "look at sslmode in the URL", "ssl"),
    ("ssl", "the encrypted connection was not made", "look at sslmode and sslrootcert in the URL", "ssl"),
    ("too many", "the server has no connection left", "try again later", "too_many_connections"),
    ("remaining connection slots", "the server has no connection left", "try again later", "too_many_connections"),
    ("starting up", "the server is starting", "try again in a moment", "connection_refused"),
    ("shutting down", "the server is stopping", "start it, then try again", "connection_refused"),
    ("connection refused", "nobody listens there", "start the server, or look at host and port", "connection_refused"),
    ("no such file", "nobody listens on this socket", "start the server, or look at host and port", "connection_refused"),
    ("could not translate host name", "this host is not known", "look at the host in the URL", "host_unknown"),
    ("name or service not known", "this host is not known", "look at the host in the URL", "host_unknown"),
    ("failed to resolve host", "this host is not known", "look at the host in the URL", "host_unknown"),
    ("timeout", "the server did not answer in time", "look at host, port and firewall", "connection_timeout"),
    ("definition of service", "there is no such service", "look at ~/.pg_service.conf", "service_unknown"),
)  # fmt: skip

# The server's own codes, longest prefix first → the same.
SERVER = (
    ("3D000", "there is no such database", "CREATE DATABASE … ENCODING 'UTF8', then run again", "database_unknown"),
    ("28", "the server refuses this user", "look at user and password", "authentication_failed"),
    ("42501", "this user lacks rights on the server", "GRANT CREATE ON DATABASE … TO the user, or let it own the schema", "missing_rights"),
    ("53100", "the server's disk is full", "make room on the server, then run again", "disk_full"),
    ("53300", "the server has no connection left", "try again later", "too_many_connections"),
    ("53", "the server has run out of memory or other resources", "look at the server, then run again", "server_resources"),
    ("25006", "the server is read-only: a replica, or switched so", "publish to the primary server", "read_only_server"),
    ("22021", "a text can't be stored in the encoding of the database", "CREATE DATABASE … ENCODING 'UTF8'", "not_utf8"),
    ("40", "another transaction was in the way", "run again", "conflict"),
    ("57", "the server stopped the work", "run again", "connection_lost"),
    ("08", "the connection broke", "run again", "connection_lost"),
)  # fmt: skip
PASSING = {
    "lost_race",
    "conflict",
    "connection_lost",
    "connection_refused",
    "connection_timeout",
    "too_many_connections",
}


def told(error: psycopg.Error, where: str) -> MtmError:
    """The error as one line; what the server served before is served still."""
    state = error.sqlstate or ""
    what, todo, code = _known(state, str(error).lower())
    return MtmError(
        what,
        where=where,
        expected="a PostgreSQL server that takes the release (docs/postgresql.md)",
        todo=todo,
        code=code,
    )


def passes(error: MtmError) -> bool:
    """Whether trying again may help."""
    return error.code in PASSING


def _known(state: str, text: str) -> tuple[str, str, str]:
    for prefix, *rest in SERVER:
        if state and state.startswith(prefix):
            return rest[0], rest[1], rest[2]
    if state:
        return (
            f"the server refused a statement (SQLSTATE {state})",
            "look at the server's log, then run again",
            "server_failed",
        )
    if "database" in text and "does not exist" in text:
        return SERVER[0][1:]
    for words, *rest in CONNECTING:
        if words in text:
            return rest[0], rest[1], rest[2]
    return (
        "the connection was not made, or broke",
        "look at the server, at user, password and database, then run again",
        "connection_lost",
    )
