"""What is withheld of a survey round: small cells, and what would give them away by one subtraction."""

from __future__ import annotations

import polars as pl
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.survey.withhold import withheld

LEAST = 10
SEXES = ("male", "female")
Counts = dict[str, dict[str, int]]


def estimates(kind: str, domains: Counts, asked: dict[str, int] | None = None) -> pa.Table:
    """Cells of one indicator by sex and in the whole sample; `asked`: who answered, where options do not add up to it."""
    people = asked or {domain: sum(options.values()) for domain, options in domains.items()}
    rows = [("sex", d, o, people[d], n) for d, options in domains.items() for o, n in options.items()]
    options = next(iter(domains.values()))
    rows += [("national", "all", o, sum(people.values()), sum(d[o] for d in domains.values())) for o in options]
    names = ["domain_type", "domain", "option_code", "n", "n_option"]
    frame = pl.DataFrame(rows, schema=names, orient="row")
    return frame.with_columns(round_key=pl.lit("r"), indicator_code=pl.lit("plan"), kind=pl.lit(kind)).to_arrow()


def hidden(table: pa.Table) -> set[tuple[str, str]]:
    """What is not shown: withheld, or without a row where the question is not published by that kind of domain."""
    rows = withheld(table, {"r": LEAST}).to_pylist()
    shown = {(row["domain"], row["option_code"]) for row in rows if not row["is_suppressed"]}
    return {(row["domain"], row["option_code"]) for row in table.to_pylist()} - shown


def test_a_small_answer_takes_the_next_smallest_of_its_domain_and_of_its_answer_with_it() -> None:
    """4 women are uncertain. 100 less the others would tell them, and all less the men would, too."""
    found = hidden(
        estimates(
            "single",
            {
                "male": {"stay": 60, "go": 30, "uncertain": 20},
                "female": {"stay": 50, "go": 46, "uncertain": 4},
            },
        )
    )
    assert found == {(d, o) for d in SEXES for o in ("go", "uncertain")}


def test_nothing_small_and_nothing_is_withheld() -> None:
    assert hidden(estimates("single", {"male": {"stay": 60, "go": 30}, "female": {"stay": 50, "go": 0}})) == set()


def test_few_people_together_are_few() -> None:
    """One and two women say what is withheld: 3 people are few, told by what is left of the women."""
    found = hidden(estimates("single", {"male": {"a": 90, "b": 90, "c": 90}, "female": {"a": 90, "b": 1, "c": 2}}))
    assert ("female", "a") in found


def test_few_who_did_not_say_it_are_few() -> None:
    """Of 50 men 47 need work: 3 do not."""
    needs = {"male": {"work": 47, "food": 20}, "female": {"work": 30, "food": 20}}
    assert hidden(estimates("multiple", needs, {"male": 50, "female": 60})) == {(d, "work") for d in SEXES}


def test_a_small_domain_takes_the_next_smallest_with_it() -> None:
    """9 women: their number is all less the men."""
    table = estimates("single", {"male": {"stay": 60, "go": 30}, "female": {"stay": 9, "go": 0}})
    rows = withheld(table, {"r": LEAST}).to_pylist()
    assert {row["domain"] for row in rows if row["is_domain_withheld"]} == set(SEXES)
    assert not any(row["is_suppressed"] for row in rows if row["domain"] == "all" and row["option_code"] == "stay")


def test_the_order_of_rows_does_not_matter() -> None:
    table = estimates("single", {"male": {"a": 20, "b": 20, "c": 20}, "female": {"a": 4, "b": 30, "c": 30}})
    assert withheld(table.take(list(reversed(range(len(table))))), {"r": LEAST}) == withheld(table, {"r": LEAST})


COUNT = st.one_of(st.integers(0, 15), st.integers(0, 60))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(COUNT, min_size=3, max_size=3), min_size=2, max_size=4))
def test_no_single_sum_gives_a_small_number_away(table: list[list[int]]) -> None:
    domains = {f"d{i}": dict(zip("abc", row, strict=True)) for i, row in enumerate(table) if sum(row)}
    if not domains:
        return
    found = hidden(estimates("single", domains))
    whole = {o: sum(d[o] for d in domains.values()) for o in "abc"}
    people = {d: sum(options.values()) for d, options in domains.items()}
    lines = [
        (n, {(domain, o): n for o, n in options.items()})
        for domain, options in domains.items()
        for n in [people[domain]]
    ]
    lines += [(sum(whole.values()), {("all", o): n for o, n in whole.items()})]
    lines += [(whole[o], {(d, o): domains[d][o] for d in domains}) for o in "abc" if ("all", o) not in found]
    for total, cells in lines:
        kept = {cell: n for cell, n in cells.items() if cell in found}
        everything = len(kept) == len(cells)
        assert not sum(kept.values()) or everything or (len(kept) > 1 and sum(kept.values()) >= LEAST), (
            total,
            cells,
            kept,
        )
        assert everything or all(n == 0 or n >= LEAST for cell, n in cells.items() if cell not in found)


def test_nothing_is_shown_of_a_round_that_is_not_published() -> None:
    """A partial delivery: its cells are small, and no release takes them."""
    table = estimates("single", {"male": {"stay": 60, "go": 30}, "female": {"stay": 50, "go": 46}})
    rows = withheld(table, {"r": LEAST}, unpublished={"r"}).to_pylist()
    assert len(rows) == table.num_rows and all(row["is_suppressed"] and row["is_domain_withheld"] for row in rows)
