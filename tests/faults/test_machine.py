"""Random sequences of commands, kills among them: what is served is an audited release, whole, and says what a model of the
deliveries says.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.faults import toyland
from tests.faults.lab import Lab
from tests.faults.model import Model, Versions, says
from tests.faults.served import releases, whole
from tests.faults.tally import how_many, trying

ROUNDS, VERSIONS = st.sampled_from([1, 2, 3]), st.sampled_from([0, 1, 2])


class Machine(RuleBasedStateMachine):
    """Commands on one home. `lab` is set by the test; every example starts with round 1 served and round 2 received."""

    lab: Lab
    tries = 0

    @initialize()
    def begin(self) -> None:
        self.lab.put_back("one")
        self.model = Model(delivered={1: [0], 2: [0]})
        self.model.saw("r000001", {1: 0})

    @rule(round_number=ROUNDS, version=VERSIONS)
    def deliver(self, round_number: int, version: int) -> None:
        """A new round, a correction of one, the same again, or an older delivery that stands once more."""
        self.lab.deliver(round_number, version)
        self.model.deliver(round_number, version)

    @rule()
    def run(self) -> None:
        waiting = self.model.waiting()
        self.lab.mtm("run")
        self._must_serve([{**self.model.now, **{r: self.model.delivered[r][-1] for r in waiting}}])

    @rule(share=st.floats(0, 1))
    def killed_run(self, share: float) -> None:
        """SIGKILL somewhere within a run of all that waits."""
        waiting = self.model.waiting()
        process = self.lab.start("run")
        time.sleep(share * 7 * max(len(waiting), 1))
        process.kill()
        process.wait()
        self._must_serve(self.model.possible(waiting))

    @rule(place=st.sampled_from(["r", "current"]), when=st.sampled_from(["before", "after"]))
    def killed_at_a_move(self, place: str, when: str) -> None:
        """SIGKILL about the rename of the release or of the pointer."""
        waiting = self.model.waiting()
        newest = max(int(name[1:]) for name in releases(self.lab.home))
        name = f"r{newest + 1:06d}" if place == "r" else place
        self.lab.start("run", hooks={"at_move": [name, when, "kill"]}).wait()
        self._must_serve(self.model.possible(waiting))

    @precondition(lambda self: len(self.model.published) > 1)
    @rule(data=st.data())
    def rollback(self, data: st.DataObject) -> None:
        """To any release that was served before and is kept."""
        kept = [i for i in self.model.published if i != self.model.served and i in releases(self.lab.home)]
        if kept:
            chosen = data.draw(st.sampled_from(kept))
            self.lab.mtm("rollback", chosen)
            self.model.rollback(chosen)

    @rule()
    def held_run(self) -> None:
        """`mtm run --hold`: nothing that readers see changes; what was made waits for `mtm promote`."""
        waiting = {toyland.round_key(r): r for r in self.model.waiting()}
        told, _ = json.JSONDecoder().raw_decode(self.lab.mtm("run", "--hold", "--json"))
        assert {t["round_key"]: t["outcome"] for t in told} == dict.fromkeys(waiting, "held"), told
        for one in told:
            number = waiting[one["round_key"]]
            self.model.held[number, self.model.delivered[number][-1]] = (self.model.served, one["release_id"])

    @precondition(lambda self: self.model.promotable())
    @rule(data=st.data(), killed=st.booleans())
    def promote(self, data: st.DataObject, killed: bool) -> None:
        """One of those that are held back is served; sometimes killed before, then asked again."""
        (number, version), identity = data.draw(st.sampled_from(sorted(self.model.promotable().items())))
        if killed:
            self.lab.mtm("promote", identity, code=-9, hooks={"at_move": ["current", "before", "kill"]})
            self._must_serve([self.model.now])
        self.lab.mtm("promote", identity)
        self._must_serve([{**self.model.now, number: version}])

    @rule()
    def tag(self) -> None:
        """What is served now gets a name, and is kept for good."""
        assert self.model.served is not None
        self.lab.mtm("tag", self.model.served, f"kept-{self.model.served}")
        self.model.tagged.add(self.model.served)

    @rule()
    def verify(self) -> None:
        self.lab.mtm("verify")

    @rule(keep=st.integers(1, 3))
    def gc(self, keep: int) -> None:
        """What is served stays; the rest may go."""
        if "gc" in self.lab.known.setdefault("help", self.lab.mtm("--help")).split():
            self.lab.mtm("gc", "--keep", str(keep))
        left = set(releases(self.lab.home))
        assert self.model.tagged <= left, "a release that has a tag is gone"
        self.model.held = {item: held for item, held in self.model.held.items() if held[1] in left}

    @invariant()
    def what_is_served_is_whole(self) -> None:
        if not hasattr(self, "model"):
            return
        type(self).tries += 1
        seen = self.lab.served()
        assert seen.people == says(self.model.now), (seen.people, self.model.now)
        for name in releases(self.lab.home):
            whole(self.lab.home / "published/releases" / name)

    def _must_serve(self, possible: list[Versions]) -> None:
        """One of these; and equal deliveries have given equal contents, whatever happened in between."""
        seen = self.lab.served()
        holds = next((held for held in possible if says(held) == seen.people), None)
        assert holds is not None, f"{seen.people} is served, possible are {[says(h) for h in possible]}"
        self.model.saw(seen.release_id, holds)
        history = str(
            sorted((r, self.model.delivered[r][: self.model.delivered[r].index(v) + 1]) for r, v in holds.items())
        )
        assert self.lab.known.setdefault(history, seen.content_hash) == seen.content_hash, (
            f"other contents for {history}"
        )


@pytest.fixture
def machine(bench: Lab) -> Iterator[type[Machine]]:
    Machine.lab, Machine.tries = bench, 0
    yield Machine


def _settings(examples: int, steps: int) -> settings:
    return settings(max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck),
                    phases=[Phase.explicit, Phase.generate], database=None, print_blob=True,
                    derandomize=not os.environ.get("MTM_FAULT_TRIES"))  # fmt: skip


def test_a_few_sequences(machine: type[Machine]) -> None:
    with trying("machine") as tries:
        run_state_machine_as_test(machine, settings=_settings(1, 4))
        tries.tries += machine.tries


@pytest.mark.faults
@pytest.mark.slow
def test_many_sequences(machine: type[Machine]) -> None:
    with trying("machine") as tries:
        try:
            run_state_machine_as_test(machine, settings=_settings(max(how_many(10) // 40, 2), 12))
        finally:
            tries.tries += machine.tries
