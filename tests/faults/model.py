"""What must be served, worked out without the warehouse: which deliveries stand, which were published, what they say.

The model of Toyland's releases belongs here; commands and kills are in `test_machine.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.faults import toyland

Versions = dict[int, int]  # round -> version


@dataclass
class Model:
    """`delivered`: versions of each round, the standing one last. `published`: release -> what it holds."""

    delivered: dict[int, list[int]] = field(default_factory=dict)
    published: dict[str, Versions] = field(default_factory=dict)
    served: str | None = None
    withdrawn: set[tuple[int, int]] = field(default_factory=set)
    hashes: dict[str, str] = field(default_factory=dict)
    held: dict[tuple[int, int], tuple[str | None, str]] = field(
        default_factory=dict
    )  # -> what it stands on, its release
    tagged: set[str] = field(default_factory=set)

    def deliver(self, round_number: int, version: int) -> None:
        """A delivery that stands from now on; the one that stands already is nothing new."""
        found = self.delivered.setdefault(round_number, [])
        if not found or found[-1] != version:
            found.append(version)

    @property
    def now(self) -> Versions:
        """What is served."""
        return self.published[self.served] if self.served else {}

    def waiting(self) -> list[int]:
        """Rounds that `mtm run` takes: their standing delivery is neither served, nor withdrawn by a rollback, nor held back."""
        standing = {r: found[-1] for r, found in self.delivered.items()}
        out = {*self.withdrawn, *self.promotable()}
        return [r for r, v in standing.items() if self.now.get(r) != v and (r, v) not in out]

    def promotable(self) -> dict[tuple[int, int], str]:
        """What is held back on what is served now -> its release."""
        return {item: identity for item, (base, identity) in self.held.items() if base == self.served}

    def possible(self, rounds: list[int]) -> list[Versions]:
        """What may be served while these rounds are run, in whichever order: nothing of it, some, or all."""
        found = [dict(self.now)]
        for number in rounds:
            found += [{**held, number: self.delivered[number][-1]} for held in list(found)]
        return found

    def saw(self, release_id: str, holds: Versions) -> None:
        """A release was published or is served again."""
        self.published[release_id] = dict(holds)
        self.served = release_id

    def rollback(self, release_id: str) -> None:
        """An older release is served; deliveries that only later ones held are withdrawn."""
        left = {item for identity, held in self.published.items() if identity > release_id for item in held.items()}
        self.served = release_id
        self.withdrawn = left - set(self.now.items())


def says(holds: Versions) -> dict[str, int]:
    """What a reader finds in a release of these deliveries."""
    return {toyland.round_key(r): toyland.people(r, v) for r, v in sorted(holds.items())}
