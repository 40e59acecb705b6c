"""What an attacker reads in the published marts, written as linear facts: one module per family of marts. Nothing is solved here."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.disclosure.system import Floats, Ints, System


@dataclass(frozen=True)
class PublishedSystem:
    """One system of facts read from published marts, and what must stay unknown in it.

    Each module here has `systems(con, previous=None, true=None) -> Iterator[PublishedSystem]`: connections to the release, to the
    release before it, and to the build database where the true values stand.
    """

    name: str  # of what it is told: a mart, or the marts that are linked
    system: System
    targets: Ints  # the hidden cells: indexes into `system.names`
    needed: (
        Floats  # one per target: how wide it must stay; nan where nothing is known: the middle of the interval decides
    )
    marts: tuple[str, ...] = ()  # one per target: the mart it is hidden in; nothing said: `name`
