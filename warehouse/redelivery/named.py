"""Which two deliveries a person means: a round, or two ids of deliveries.

Only the names belong here; comparing is in `compare.py`.
"""

from __future__ import annotations

from warehouse.deliveries.vault import Delivery, Vault
from warehouse.errors import UsageError
from warehouse.redelivery.compare import superseded
from warehouse.settings import Home

SHORTEST = 6  # characters of an id


def deliveries_named(home: Home, names: tuple[str, ...]) -> tuple[Delivery, Delivery]:
    """The delivery before and the one after. Raises UsageError where it is not clear which."""
    if len(names) == 1:
        return _of_round(home, names[0])
    if len(names) != 2:
        raise _unclear(f"{len(names)} names", "one round, two deliveries or two releases")
    return _delivery(home, names[0]), _delivery(home, names[1])


def _of_round(home: Home, name: str) -> tuple[Delivery, Delivery]:
    standing = Vault(home).current(name) if "-" in name else _delivery(home, name)
    before = superseded(home, standing)
    if before is None:
        raise UsageError(f"{standing.round_key}: delivery {standing.delivery_seq} supersedes nothing",
                         expected="a round that was delivered more than once", todo="mtm status shows the rounds", code="nothing_superseded")  # fmt: skip
    return before, standing


def _delivery(home: Home, name: str) -> Delivery:
    vault = Vault(home)
    every = [d for key in vault.rounds() for d in vault.deliveries(key)]
    found = [d for d in every if len(name) >= SHORTEST and d.delivery_id.startswith(name)]
    if len(found) != 1:
        raise _unclear(
            f"{name!r} is no release, round or delivery"
            if not found
            else f"{name!r} begins the id of {len(found)} deliveries",
            "the id that mtm receive prints, two releases, or a round",
        )
    return found[0]


def _unclear(what: str, expected: str) -> UsageError:
    return UsageError(
        what, expected=expected, todo="mtm status and mtm releases show the names", code="unknown_delivery"
    )
