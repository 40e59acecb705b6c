"""Where a release is published to: server, schema, role; read from a URL or the environment, told without the password.

Taking URLs apart and opening connections belongs here; what is done through them does not.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.errors import UsageError
from warehouse.serving.postgres.failures import told

if TYPE_CHECKING:
    import psycopg

URL = "MTM_PUBLISH_TO"
SCHEMA, ROLE = "MTM_PUBLISH_SCHEMA", "MTM_PUBLISH_ROLE"
NAME = re.compile(r"[a-z_][a-z0-9_]{0,39}")
OLDEST = 12  # the major version that is still looked after by most providers
CONNECT_SECONDS = 10


@dataclass(frozen=True)
class Target:
    """A schema of a database. `where` names it for people; the URL, which may hold a password, is never shown."""

    url: str
    where: str
    schema: str = "marts"
    role: str = "mtm_reader"  # "": no role is made

    def __repr__(self) -> str:
        """Without the URL: an object that is printed by accident tells no password."""
        return f"Target({self.where}, {self.schema})"

    def connect(self, seconds: float = CONNECT_SECONDS) -> psycopg.Connection:
        """A connection, not yet in a transaction. Raises MtmError with a code of its own for each reason.

        The libpq variables (PGPASSWORD, PGPASSFILE, PGSERVICE, PGSSLMODE …) fill in what the URL leaves out.
        """
        import psycopg

        try:
            return psycopg.connect(
                self.url, connect_timeout=max(2, round(seconds)), application_name="mtm publish-to",
                client_encoding="UTF8", prepare_threshold=None, keepalives_idle=30,
            )  # fmt: skip
        except psycopg.Error as error:
            raise told(error, self.where) from None


def target(url: str, schema: str = "", role: str | None = None) -> Target:
    """The target of a URL. Raises UsageError (exit 2) where URL or names can't be used; the URL is not repeated."""
    schema = schema or os.environ.get(SCHEMA) or "marts"
    role = os.environ.get(ROLE, "mtm_reader") if role is None else role
    for what, name in (("schema", schema), *([("role", role)] if role else [])):
        if not NAME.fullmatch(name) or name.startswith("pg_") or name in ("public", "information_schema"):
            raise UsageError(
                f"this can't be the name of the {what}", where=f"--{what}", code="bad_name", todo=f"choose another {what}",
                expected="up to 40 small Latin letters, digits and _, and none of the server's own names",
            )  # fmt: skip
    return Target(url, _where(url), schema, role)


def configured() -> Target | None:
    """The target of `MTM_PUBLISH_TO`, or None where nothing is published to a server."""
    url = os.environ.get(URL)
    return target(url) if url else None


def _where(url: str) -> str:
    """`host:port/database`. A password with an unescaped @ or / would end up in host or database: refused, not shown."""
    from psycopg.conninfo import conninfo_to_dict

    scheme, _, rest = url.partition("://")
    before, _, after = rest.partition("/")
    if scheme not in ("postgresql", "postgres") or before.count("@") > 1 or "@" in after.partition("?")[0]:
        raise _bad_url()
    try:
        parts = {k: str(v) for k, v in conninfo_to_dict(url).items() if v is not None}
    except Exception:  # its text repeats parts of the URL
        raise _bad_url() from None
    if not all(port.isdecimal() for port in parts.get("port", "").split(",") if port):
        raise _bad_url()
    if "service" in parts and "host" not in parts:
        return f"service {parts['service']}"
    host = parts.get("host") or parts.get("hostaddr") or os.environ.get("PGHOST") or "local socket"
    port = parts.get("port") or os.environ.get("PGPORT") or "5432"
    return f"{host}:{port}/{parts.get('dbname') or os.environ.get('PGDATABASE') or parts.get('user', '')}"


def _bad_url() -> UsageError:
    return UsageError(
        "this is no address of a PostgreSQL database", where=f"URL, or {URL}", code="bad_url",
        expected="postgresql://user@host:5432/database, special characters percent-encoded (@ is %40, / is %2F)",
        todo="write the address anew; the password may stand in PGPASSWORD, ~/.pgpass or a service file instead",
    )  # fmt: skip
