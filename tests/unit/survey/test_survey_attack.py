"""An attack on a handmade survey that shares nothing with what withholds: respondents are counted anew, sums come from the form."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from warehouse.survey import withhold
from warehouse.survey.width import Width
from warehouse.survey.withhold import withheld

LEAST = 10
WIDE = 0.2
SINGLE = {
    "remit": ("yes", "no", "refused"),
    "often": ("monthly", "rarely", "once"),  # asked of those who said yes
    "job": ("company", "self", "none"),
    "sector": ("trade", "farm", "build", "none"),  # none is the same answer as job: none
    "sex": ("male", "female"),
}
NEEDS = ("work", "health", "papers")
KINDS = ("oblast", "sex", "country")
KEY = ["round_key", "indicator_code", "option_code", "domain_type", "domain"]
Person = dict[str, Any]
Cell = tuple[str, str, str, str]


def people(seed: int, size: int = 160, others: float = 1.0) -> list[Person]:
    """Respondents, of whom few are of the small oblast, have no job, or refuse to answer; `others`: how many were not in one country."""
    draw = random.Random(seed)

    def one() -> Person:
        job = draw.choices(SINGLE["job"], (12, 6, 1))[0]
        remit = draw.choices((*SINGLE["remit"], None), (12, 7, 1, 1))[0]
        return {
            "oblast": draw.choices("ABCD", (9, 6, 3, 1))[0],
            "sex": draw.choices(("male", "female"), (3, 1))[0],
            "country": draw.choices(("RUS", "KAZ", "TUR", "POL"), (14, 4 * others, 2 * others, 0.4))[0],
            "remit": remit,
            "often": draw.choices(SINGLE["often"], (5, 3, 0.4))[0] if remit == "yes" else "not asked",
            "job": job,
            "sector": "none" if job == "none" else draw.choices(SINGLE["sector"][:3], (5, 2, 1))[0],
            "needs": {n for n, p in zip(NEEDS, (0.7, 0.1, 0.03), strict=True) if draw.random() < p},
        }

    return [one() for _ in range(size)]


def domains(sample: list[Person]) -> list[tuple[str, str]]:
    return [("national", "all"), *((k, d) for k in KINDS for d in sorted({p[k] for p in sample}))]


def within(sample: list[Person], kind: str, domain: str) -> list[Person]:
    return [p for p in sample if kind == "national" or p[kind] == domain]


def counted(sample: list[Person]) -> pl.DataFrame:
    """Estimates as int_survey_estimate has them, counted one by one."""
    rows: list[tuple[Any, ...]] = []
    for kind, domain in domains(sample):
        met = within(sample, kind, domain)
        for question, options in SINGLE.items():
            asked = [p[question] for p in met if p[question] != "not asked"]
            said = Counter(a for a in asked if a is not None)
            if said and kind != question:
                n = sum(said.values())
                rows += [(question, o, "single", kind, domain, n, said[o], len(asked), len(asked) - n) for o in options]
        rows += [
            ("needs", o, "multiple", kind, domain, len(met), sum(o in p["needs"] for p in met), len(met), 0)
            for o in NEEDS
        ]
    names = ["indicator_code", "option_code", "kind", "domain_type", "domain", "n", "n_option", "n_asked", "n_missing"]
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(round_key=pl.lit("x-rms-r01"))


def sample_cells(sample: list[Person]) -> pl.DataFrame:
    found = Counter((p["oblast"], p["sex"]) for p in sample)
    rows = [("x-rms-r01", o, s, n) for (o, s), n in sorted(found.items())]
    return pl.DataFrame(rows, schema=["round_key", "oblast", "sex", "respondents"], orient="row")


class Attack:
    """Everything that is shown, as equations over people; what is not shown is between 0 and everybody."""

    def __init__(self, rows: list[Person], everybody: int) -> None:
        self.at: dict[Cell, int] = {}
        self.bounds: list[tuple[float, float]] = []
        self.sums: list[dict[int, float]] = []
        self.everybody = everybody
        for r in rows:
            shown, key = not r["is_suppressed"], (r["indicator_code"], r["option_code"], r["domain_type"], r["domain"])
            self.cell(key, r["n_option"] if shown else None)
            told = not r["is_domain_withheld"]
            self.cell(("n:" + key[0], "", *key[2:]), r["n"] if told else None)
            self.cell(("asked:" + key[0], "", *key[2:]), r["n_asked"] if told else None)
            self.cell(("missing:" + key[0], "", *key[2:]), r["n_missing"] if told else None)

    def cell(self, key: Cell, value: float | None) -> None:
        if key not in self.at:
            self.at[key] = len(self.bounds)
            self.bounds.append((0.0, float(self.everybody)))
        if value is not None:
            self.bounds[self.at[key]] = (value, value)

    def equal(self, parts: list[Cell], whole: Cell) -> None:
        if parts and whole in self.at and all(p in self.at for p in parts):
            row: dict[int, float] = defaultdict(float)
            for p in parts:
                row[self.at[p]] += 1.0
            row[self.at[whole]] -= 1.0
            self.sums.append(dict(row))

    def ends(self, key: Cell) -> tuple[float, float]:
        entries = [(n, cell, factor) for n, row in enumerate(self.sums) for cell, factor in row.items()]
        rows, cells, factors = zip(*entries, strict=True)
        matrix = csr_matrix((factors, (rows, cells)), shape=(len(self.sums), len(self.bounds)))
        aim = np.zeros(len(self.bounds))
        ends = []
        for sign in (1.0, -1.0):
            aim[self.at[key]] = sign
            found = linprog(aim, A_eq=matrix, b_eq=np.zeros(len(self.sums)), bounds=self.bounds)
            assert found.success
            ends.append(found.x[self.at[key]])
        return float(ends[0]), float(ends[1])


def attacker(sample: list[Person], told: pl.DataFrame) -> Attack:
    """What the form says: answers add up, domains add up, who was asked what, which answers are the same."""
    rows = counted(sample).join(told, on=KEY).to_dicts()
    attack, found = Attack(rows, len(sample)), domains(sample)
    questions = [*SINGLE, "needs"]
    for kind, domain in found:
        place = (kind, domain)
        for q, options in SINGLE.items():
            attack.equal([(q, o, *place) for o in options], ("n:" + q, "", *place))
        for q in questions:
            attack.equal([("n:" + q, "", *place), ("missing:" + q, "", *place)], ("asked:" + q, "", *place))
            if q != "often":
                attack.equal([("asked:" + q, "", *place)], ("asked:needs", "", *place))
        for o in NEEDS:
            rest = ("not:" + o, "", *place)
            attack.cell(rest, None)
            attack.equal([("needs", o, *place), rest], ("n:needs", "", *place))
        attack.equal([("remit", "yes", *place)], ("asked:often", "", *place))
        attack.equal([("job", "none", *place)], ("sector", "none", *place))
    for sex in SINGLE["sex"]:
        attack.equal([("sex", sex, "national", "all")], ("asked:needs", "", "sex", sex))
    for kind in KINDS:
        mine = [d for k, d in found if k == kind]
        for key in [k for k in attack.at if k[2:] == ("national", "all")]:
            parts = [(*key[:2], kind, d) for d in mine]
            attack.equal([p for p in parts if p in attack.at], key)
    for r in told.filter(pl.col("indicator_code") == "respondents").to_dicts():
        assert r["is_suppressed"] or ("sex", r["option_code"], "oblast", r["domain"]) in attack.at
        if not r["is_suppressed"]:
            people = within(within(sample, "oblast", r["domain"]), "sex", r["option_code"])
            attack.cell(("sex", r["option_code"], "oblast", r["domain"]), len(people))
    return attack


def narrow(sample: list[Person], told: pl.DataFrame) -> list[Cell]:
    """Withheld numbers that the attack finds within fewer than ten people, or within a fifth of the largest that they can be."""
    attack = attacker(sample, told)
    hidden = told.filter((pl.col("indicator_code") != "respondents") & pl.col("is_suppressed"))
    keys = hidden.select("indicator_code", "option_code", "domain_type", "domain").rows()
    whole = hidden.filter("is_domain_withheld").select("indicator_code", "domain_type", "domain").unique().rows()
    keys += [("n:" + i, "", t, d) for i, t, d in whole]
    return [key for key in keys if too_close(*attack.ends(key))]


def too_close(low: float, high: float) -> bool:
    """Whoever does not know the true number takes the largest: the hardest to keep uncertain."""
    return high - low < max(LEAST, WIDE * high) - 1e-6


def told_of(sample: list[Person]) -> pl.DataFrame:
    return pl.DataFrame(withheld(counted(sample).to_arrow(), {"x-rms-r01": LEAST}, sample_cells(sample).to_arrow()))


@pytest.mark.parametrize("seed", range(2))
def test_nobody_who_knows_the_form_comes_near_a_withheld_number(seed: int) -> None:
    sample = people(seed)
    told = told_of(sample)
    assert not narrow(sample, told)
    small = counted(sample).join(told, on=KEY)
    shown = small.filter(~pl.col("is_suppressed"))
    assert not shown.filter(pl.col("n_option").is_between(1, LEAST - 1) | (pl.col("n") < LEAST)).height
    several = shown.filter(pl.col("kind") == "multiple")
    assert not several.filter((pl.col("n") - pl.col("n_option")).is_between(1, LEAST - 1)).height
    assert told.filter(~pl.col("is_suppressed")).height > 30, "not everything is withheld"


def test_sum_by_sum_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the proof over all sums together the same attack finds numbers: the test above can fail."""
    monkeypatch.setattr(withhold, "prove", lambda _facts, _rows, _cells, found: found)
    assert narrow(people(0), told_of(people(0)))


def nearly_all_from_one_country() -> list[Person]:
    """600 respondents; 3 of 100 were elsewhere, so that the rest of a large answer is never as uncertain as a fifth of it."""
    return [p | {"needs": set()} for p in people(2, 600, 0.07)]


def test_no_large_answer_is_told_by_the_few_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What can't be kept by a kind of domain is not there by it; figures of the whole sample stay. Without that the attack finds it."""
    sample = nearly_all_from_one_country()
    told = told_of(sample)
    assert not narrow(sample, told)
    rows = counted(sample).join(told, on=KEY, how="anti")
    assert {"country"} <= set(rows["domain_type"]) and "national" not in set(rows["domain_type"])
    whole = (
        counted(sample).filter((pl.col("domain_type") == "national") & (pl.col("n_option") >= LEAST)).join(told, on=KEY)
    )
    assert not whole.filter(pl.col("kind") == "single")["is_suppressed"].any()
    monkeypatch.setattr(Width, "widen", lambda _: np.empty(0, dtype=np.int64))
    found = narrow(sample, told_of(sample))
    assert found and {key[2] for key in found} <= set(KINDS)


def test_the_order_of_arrival_does_not_matter() -> None:
    sample = people(0)
    back = sample[::-1]
    rows = counted(back).sample(fraction=1.0, shuffle=True, seed=1)
    again = withheld(rows.to_arrow(), {"x-rms-r01": LEAST}, sample_cells(back)[::-1].to_arrow())
    assert pl.DataFrame(again).equals(told_of(sample))


def test_what_nobody_of_a_domain_said_of_a_sensitive_question_is_withheld() -> None:
    sample = people(1)
    for n, person in enumerate(sample):
        person["needs"] = {"health"} if person["sex"] == "male" and n % 3 == 0 else set()
    rows = counted(sample)
    plain = told_of(sample)
    told = pl.DataFrame(
        withheld(rows.to_arrow(), {"x-rms-r01": LEAST}, sample_cells(sample).to_arrow(), {("x-rms-r01", "needs")})
    )
    nobody = (pl.col("n_option") == 0) & (pl.col("option_code") == "health") & (pl.col("domain") == "female")
    assert rows.filter(nobody).height
    assert rows.filter(nobody).join(told, on=KEY)["is_suppressed"].all()
    assert not rows.filter(nobody).join(plain, on=KEY)["is_suppressed"].all()
    assert not narrow(sample, told)
