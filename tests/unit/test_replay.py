"""Replay: a change names again only what reads it, and says why. Two codebooks, two rounds, one toy operation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.toy import TOY
from warehouse.corrections.enter import Desk, Named, Signature, withdraw
from warehouse.deliveries.vault import Vault
from warehouse.normalize.identity import made_of
from warehouse.normalize.run import normalize, normalized_id
from warehouse.operations import load_operation
from warehouse.releases.candidate import version_of
from warehouse.releases.verdict import Verdict
from warehouse.replay import reference_hash, replay_of, same_content, thresholds_hash
from warehouse.settings import Home
from warehouse.status import round_states

ONE, TWO = "toy-baseline-r01", "toy-baseline-r02"
WIDE = TOY["codebooks/baseline.yml"].replace("toy-baseline", "toy-wide").replace("labels: [Displaced people]", "labels: [Stock of people]").replace("labels: [Region, Область]", "labels: [Province]")  # fmt: skip
OTHER = Signature("data manager", "the field office confirmed by phone")


@pytest.fixture
def rounds(toy: Path, home: Home, workbook: Callable[..., Path]) -> Path:
    """Round 1 by the toy's own codebook, round 2 by another one of the same component. The operation's folder."""
    (toy / "codebooks" / "wide.yml").write_text(WIDE, encoding="utf-8")
    Vault(home).receive(
        workbook("round1.xlsx", [["_uuid", "Region", "Displaced people"], ["u1", "North", 5], ["u2", "South", 7]])
    )
    Vault(home).receive(workbook("round2.xlsx", [["_uuid", "Province", "Stock of people"], ["u1", "North", 6]]))
    assert [Vault(home).current(k).codebook for k in (ONE, TWO)] == ["toy-baseline", "toy-wide"]
    return toy


def ids(home: Home) -> dict[str, str]:
    return {key: normalized_id(Vault(home).current(key), load_operation("toy"), home) for key in (ONE, TWO)}


def renamed(home: Home, change: Callable[[], object]) -> set[str]:
    """The rounds that a change makes run again."""
    before = ids(home)
    change()
    after = ids(home)
    return {key for key in before if before[key] != after[key]}


def edit(path: Path, old: str, new: str) -> Callable[[], object]:
    return lambda: path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_only_what_reads_a_file_is_named_again(rounds: Path, home: Home) -> None:
    rounds_yml = "rounds:\n  - {component: baseline, number: 2, fieldwork_start: 2024-01-01}\n"
    book, wide = rounds / "codebooks" / "baseline.yml", rounds / "codebooks" / "wide.yml"
    assert renamed(home, edit(wide, "labels: [Province]", "labels: [Province, Oblast]")) == {TWO}
    assert renamed(home, edit(book, "labels: [District]", "labels: [District, Rayon]")) == {ONE}
    assert renamed(home, edit(book, "unique: uuid", "notes: words\nunique: uuid")) == set()
    assert renamed(home, lambda: (rounds / "rounds.yml").write_text(rounds_yml, encoding="utf-8")) == {TWO}
    assert renamed(home, lambda: (rounds / "gate.yml").write_text("thresholds: []\n# words", encoding="utf-8")) == set()
    assert renamed(home, lambda: (rounds / "published.yml").write_text("figures: []", encoding="utf-8")) == set()
    assert renamed(home, lambda: (rounds / "aliases.yml").write_text("words: [rayon]", encoding="utf-8")) == set()
    assert renamed(home, lambda: Desk(home, ONE).correct(Named(row_number=2), "idp", "5", "6", OTHER)) == {ONE}
    assert renamed(home, lambda: (rounds / "lists.yml").write_text("new: kind", encoding="utf-8")) == {ONE, TWO}


def test_places_count_where_the_gazetteer_or_a_decision_reads_them(rounds: Path, home: Home) -> None:
    overlay = home.root / "gazetteer" / "toy"
    overlay.mkdir(parents=True)
    places = "place_code,place_level,parent_code,place_name_en,geography_vintage\nT1,1,,North,{}\n"
    more, decided = overlay / "more.csv", overlay / "place_decisions.yml"
    decision = "decisions: [{{level: 1, name: South, not_a_place: true, rounds: '{}', by: manager, when: 2026-01-01, why: a test}}]"

    def put(path: Path, text: str) -> Callable[[], object]:
        return lambda: path.write_text(text, encoding="utf-8")

    assert renamed(home, put(more, places.format("v1"))) == set()  # names stand for themselves in both codebooks
    assert renamed(home, put(decided, decision.format("1-2"))) == {ONE, TWO}
    assert renamed(home, put(decided, decision.format("1-1"))) == {TWO}
    assert renamed(home, decided.unlink) == {ONE}
    edit(rounds / "codebooks" / "wide.yml", "scheme: names", "scheme: gazetteer")()
    known = "rounds:\n  - {component: baseline, number: 2, geography_vintage: v1}\n"
    put(rounds / "rounds.yml", known)()
    # Rows are told by their own vintage, not by the name of their file
    assert renamed(home, put(overlay / "v1.soate.csv", places.format("v2"))) == set()
    assert renamed(home, put(more, places.format("v1").replace("North", "Northern"))) == {TWO}
    assert renamed(home, put(overlay / "v1.note.yml", "format: csv")) == set()
    assert renamed(home, put(overlay / "any.csv", places.format(""))) == {TWO}  # of every vintage
    assert renamed(home, lambda: (rounds / "aliases.yml").write_text("words: [oblast]", encoding="utf-8")) == {TWO}


def test_why_a_round_waits(rounds: Path, home: Home) -> None:
    delivery, operation = Vault(home).current(ONE), load_operation("toy")
    first = normalize(home, delivery)
    served = version_of(first)
    verdict = Verdict(ONE, first.normalized_id, None, "passed", [], "1", gate=thresholds_hash(operation))
    assert replay_of(home, delivery, served, verdict) is None
    edit(rounds / "codebooks" / "baseline.yml", "missing: ['', '-', 'n/a']", "missing: ['', '-', 'n/a', '5']")()
    waits = replay_of(home, delivery, served, verdict)
    assert waits is not None and (waits.depth, waits.text) == ("normalize", "codebook changed")
    edit(rounds / "codebooks" / "baseline.yml", ", '5']", "]")()
    assert replay_of(home, delivery, served, verdict) is None
    figure = "figures: [{round_key: toy-baseline-r01, figure_code: idp, name: n, value: 1, unit: u, source: s}]"
    (rounds / "published.yml").write_text(figure, encoding="utf-8")
    waits = replay_of(home, delivery, served, verdict)
    assert waits is not None and waits.depth == "build"
    (rounds / "published.yml").unlink()
    gate = "thresholds: [{check: heaping, severity: note, value: 0.5, since: 2026-01-01, reason: a test}]"
    (rounds / "gate.yml").write_text(gate, encoding="utf-8")
    waits = replay_of(home, delivery, served, verdict)
    assert waits is not None and (waits.depth, waits.why) == ("judge", ("thresholds",))


def test_a_change_without_effect_leaves_equal_tables(rounds: Path, home: Home) -> None:
    delivery = Vault(home).current(ONE)
    before = normalize(home, delivery)
    edit(rounds / "codebooks" / "baseline.yml", "labels: [Test]", "labels: [Test, Probe]")()
    after = normalize(home, delivery)
    assert after.normalized_id != before.normalized_id
    assert same_content(home, ONE, before.normalized_id, after.normalized_id)
    edit(rounds / "codebooks" / "baseline.yml", "'n/a']", "'n/a', '5']")()
    changed = normalize(home, delivery)
    assert not same_content(home, ONE, before.normalized_id, changed.normalized_id)
    assert not same_content(home, ONE, before.normalized_id, "0" * 16)


def test_a_codebook_that_no_longer_fits_hands_over_to_another(rounds: Path, home: Home) -> None:
    delivery = Vault(home).current(ONE)
    first = normalize(home, delivery)
    edit(rounds / "codebooks" / "baseline.yml", "[Displaced people]", "[IDPs]")()
    (rounds / "codebooks" / "split.yml").write_text(
        TOY["codebooks/baseline.yml"].replace("toy-baseline", "toy-split"), encoding="utf-8"
    )
    second = normalize(home, delivery)
    assert second.normalized_id != first.normalized_id and second.counts() == first.counts()
    assert normalize(home, delivery).normalized_id == second.normalized_id
    before = made_of(delivery, load_operation("toy"), home)
    edit(rounds / "codebooks" / "split.yml", "labels: [District]", "labels: [Rayon]")()
    after = made_of(delivery, load_operation("toy"), home)
    assert {name for name in after if after[name] != before[name]} == {"codebook"}


def test_marts_read_the_figures_and_indicators_of_their_own_round(rounds: Path, home: Home) -> None:
    hashes = {key: reference_hash(load_operation("toy"), Vault(home).current(key)) for key in (ONE, TWO)}
    figure = "figures: [{round_key: toy-baseline-r02, figure_code: idp, name: n, value: 1, unit: u, source: s}]"
    (rounds / "published.yml").write_text(figure, encoding="utf-8")
    after = {key: reference_hash(load_operation("toy"), Vault(home).current(key)) for key in (ONE, TWO)}
    assert (after[ONE], after[TWO] == hashes[TWO]) == (hashes[ONE], False)


def test_a_refused_round_that_was_fixed_and_put_back_waits_for_nothing(rounds: Path, home: Home) -> None:
    delivery, operation = Vault(home).current(ONE), load_operation("toy")
    gate = thresholds_hash(operation)
    for change in (None, ("'n/a']", "'n/a', '5']"), (", '5']", "]")):
        if change:
            edit(rounds / "codebooks" / "baseline.yml", *change)()
        done = normalize(home, delivery)
        Verdict(ONE, done.normalized_id, None, "refused", [], "1", gate=gate).save(home)
    state = next(s for s in round_states(home) if s.round_key == ONE)
    assert (state.state, state.replay) == ("refused", None)


def test_a_correction_that_was_refused_and_withdrawn_speaks_no_more(rounds: Path, home: Home) -> None:
    delivery, gate = Vault(home).current(ONE), thresholds_hash(load_operation("toy"))
    first = normalize(home, delivery)
    Verdict(ONE, first.normalized_id, None, "passed", [], "1", gate=gate).save(home)
    entry = Desk(home, ONE).correct(Named(row_number=2), "idp", "5", "6", OTHER)
    Verdict(ONE, normalize(home, delivery).normalized_id, None, "refused", [], "1", gate=gate).save(home)
    assert next(s.state for s in round_states(home) if s.round_key == ONE) == "refused"
    withdraw(home, ONE, entry.entry_id, OTHER)
    state = next(s for s in round_states(home) if s.round_key == ONE)
    assert (state.state, state.verdict and state.verdict.outcome, state.replay) == ("waiting", "passed", None)


def test_a_count_of_rounds_reads_the_dates_of_all_of_them(rounds: Path, home: Home) -> None:
    delivery = Vault(home).current(TWO)
    figure = "figures: [{{round_key: toy-baseline-r02, figure_code: {}, name: n, value: 1, unit: u, source: s}}]"
    other = "rounds:\n  - {{component: baseline, number: 9, fieldwork_start: {}}}\n"
    changed = {}
    for code in ("idp", "rounds.carried_out"):
        (rounds / "published.yml").write_text(figure.format(code), encoding="utf-8")
        hashes = set()
        for day in ("2024-01-01", "2024-02-01"):
            (rounds / "rounds.yml").write_text(other.format(day), encoding="utf-8")
            hashes.add(reference_hash(load_operation("toy"), delivery))
        changed[code] = len(hashes) == 2
    assert changed == {"idp": False, "rounds.carried_out": True}
