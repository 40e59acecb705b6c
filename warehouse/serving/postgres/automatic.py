"""The server of `MTM_PUBLISH_TO`: brought up to date after each publication, promotion and rollback, and watched.

Saying when a server is published to belongs here; how is in `publish.py`. Nothing happens where none is configured.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.errors import MtmError, UsageError

if TYPE_CHECKING:
    from warehouse.serving.postgres.publish import Answer
    from warehouse.settings import Home

URL = "MTM_PUBLISH_TO"


@dataclass(frozen=True)
class Standing:
    """What the server serves beside what is current here. `error`: why it could not be asked."""

    server: str
    serves: str | None
    current: str | None
    error: str = ""

    @property
    def agrees(self) -> bool:
        """Whether both serve the same release."""
        return not self.error and self.serves == self.current

    @property
    def text(self) -> str:
        """One line, for `mtm status` and `mtm doctor`."""
        if self.error:
            return f"{self.server} can't be asked: {self.error}"
        return f"{self.server} serves {self.serves or 'no release'}" + (
            "" if self.agrees else f", current is {self.current or 'none'}"
        )


def is_configured() -> bool:
    """Whether releases go to a server."""
    return bool(os.environ.get(URL))


def follow(home: Home) -> Answer | None:
    """Let the configured server serve what is current. None where no server is configured, or nothing was published.

    Raises MtmError; what is published here stays published, and the next call catches up.
    """
    from warehouse.releases.manifest import current_id

    if not is_configured() or current_id(home) is None:
        return None
    from warehouse.serving.postgres.publish import publish_to
    from warehouse.serving.postgres.target import configured

    target = configured()
    return publish_to(home, target) if target else None


def standing(home: Home, seconds: float = 3) -> Standing | None:
    """What the configured server serves, asked within some seconds; None where none is configured. Nothing is raised."""
    from warehouse.releases.manifest import current_id

    if not is_configured():
        return None
    import psycopg

    from warehouse.serving.postgres.failures import told
    from warehouse.serving.postgres.served import served
    from warehouse.serving.postgres.target import configured

    where, current = URL, current_id(home)
    try:
        target = configured()
        assert target is not None
        where = f"{target.where}, schema {target.schema},"
        with target.connect(seconds) as server:
            found = served(server, target.schema)
    except (MtmError, UsageError) as error:
        return Standing(where, None, current, error.what)
    except psycopg.Error as error:
        return Standing(where, None, current, told(error, where).what)
    return Standing(where, found.release_id if found else None, current)
