"""Dagster's storage on a PostgreSQL server: its address and password from the environment, and what to say where it fails.

Only the address belongs here; `instance.py` writes `SETTINGS` into `dagster.yaml`, where the address is named and never
told. Concept: https://docs.dagster.io/deployment/oss/oss-instance-configuration
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.errors import MtmError, UsageError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

ADDRESS, PASSWORD = "MTM_DAGSTER_STORAGE", "MTM_DAGSTER_PASSWORD"
DRIVER = "postgresql+psycopg2"  # what dagster-postgres is written for; SQLAlchemy 2.1 would take psycopg 3
SETTINGS = {
    "storage": {
        "custom": {
            "module": "orchestration.storage_postgres", "class": "Storage", "config": {"postgres_url": {"env": ADDRESS}},
        }
    }
}  # fmt: skip


def is_configured() -> bool:
    """Whether Dagster's runs and events are kept on a server, not in files under `MTM_HOME/dagster`."""
    return bool(os.environ.get(ADDRESS, "").strip())


def complete() -> None:
    """Put the password into the address, in the environment of this process and of those that it starts.

    Dagster reads the address there, in every process. Raises UsageError where it is none.
    """
    url = _parsed()
    password = os.environ.get(PASSWORD, "")
    os.environ[ADDRESS] = (url.set(password=password) if password else url).render_as_string(hide_password=False)


def where() -> str:
    """`host:port/database`, for people."""
    url = _parsed()
    return (
        f"{url.host or url.query.get('host') or 'local socket'}:{url.port or 5432}/{url.database or url.username or ''}"
    )


def unreachable(error: BaseException) -> MtmError:
    """What is told where the server can't be used: the kind of the trouble, never the text of the driver."""
    return MtmError(
        f"Dagster's storage can't be used ({type(error).__name__})", where=where(), code="dagster_storage",
        expected="a PostgreSQL server that answers and lets this user make tables",
        todo=f"start the server, or mend {ADDRESS} and {PASSWORD} (docs/deployment.md); mtm doctor asks it",
    )  # fmt: skip


def is_forgotten(settings: str) -> bool:
    """Whether settings that stand name the server, and this process was not given its address."""
    return not is_configured() and f"env: {ADDRESS}" in settings


def forgotten(settings: Path) -> UsageError:
    """What is told where a home's runs are on a server and this process was not given its address: nothing is split in two."""
    return UsageError(
        f"the runs of this home are kept on a PostgreSQL server, and {ADDRESS} is not set", where=str(settings),
        expected="the environment of the services", code="no_dagster_storage",
        todo=f"start mtm as docs/deployment.md says; or remove {settings.name} there, to begin anew in files",
    )  # fmt: skip


def _parsed() -> "URL":
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    text = os.environ.get(ADDRESS, "").strip()
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise _bad() from None
    if url.drivername not in ("postgresql", "postgres", DRIVER) or not url.database or "@" in (url.host or ""):
        raise _bad()
    return url.set(drivername=DRIVER)


def _bad() -> UsageError:
    return UsageError(
        "this is no address of a PostgreSQL database", where=ADDRESS, code="bad_url",
        expected="postgresql://user@host:5432/database, special characters percent-encoded (@ is %40, / is %2F)",
        todo=f"write the address anew; the password may stand in {PASSWORD}, or in a file that {PASSWORD}_FILE names",
    )  # fmt: skip
