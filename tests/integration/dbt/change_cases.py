"""The cases of a comparison between two rounds, each reckoned by hand in `test_dbt_round_change.py`.

Only the cases belong here.
"""

from __future__ import annotations

from datetime import date

from change_rounds import Case, Community, Round

EARLY, LATE = (date(2020, 1, 1), date(2024, 4, 30)), (date(2022, 1, 1), date(2024, 10, 31))
TREE = [("C", 0, None, "Country"), ("A", 1, "C", "Alpha"), ("B", 1, "C", "Beta"), ("A1", 2, "A", "Alpha one"),
        ("B1", 2, "B", "Beta one")]  # fmt: skip


def _plain(code: str, parent: str, count: int | None, category: str = "idp", name: str = "") -> Community:
    return Community(code, parent, {category: (count, {})}, name)


def moved_window() -> Case:
    """The window moved and years are asked: A1 has three of both, three new, three gone; B1 three of both."""

    def told(code: str, parent: str, total: int | None, **years: int | None) -> Community:
        return Community(code, parent, {"returned": (total, {int(y[1:]): n for y, n in years.items()})})

    early = [
        told("a1", "A1", 100, y2020=30, y2022=20, y2023=40, y2024=10),
        told("a2", "A1", 50, y2020=10, y2022=10, y2023=20, y2024=5),  # years make 45 of 50
        told("a3", "A1", 40, y2020=20, y2022=None, y2023=20, y2024=0),  # 2022 is not known
        *(told(f"g{i}", "A1", 20, y2020=20) for i in (1, 2, 3)),
        told("b1", "B1", 10, y2023=10),
        told("b2", "B1", 10, y2023=10),
        *(told(f"b{i}", "B1", None, y2023=None) for i in (3, 5, 6)),  # nobody told: no figure to compare
        told("b4", "B1", 10, y2023=10),
    ]
    late = [
        told("a1", "A1", 90, y2022=25, y2023=45, y2024=20),
        told("a2", "A1", 40, y2022=10, y2023=20, y2024=10),
        told("a3", "A1", 60, y2022=20, y2023=22, y2024=18),
        *(told(f"n{i}", "A1", 30, y2023=30) for i in (1, 2, 3)),
        told("b1", "B1", 10, y2023=10),
        told("b2", "B1", 10, y2023=10),
        *(told(f"b{i}", "B1", 7, y2023=7) for i in (3, 5, 6)),
        told("b4", "B1", 10, y2023=10),
    ]
    return Case("win", [Round(3, early, TREE, EARLY, "v"), Round(4, late, TREE, LATE, "v")])


def windows_without_years() -> Case:
    """Movers and hosted people without years, over three rounds: the end of the window moves, then its start."""
    windows = [EARLY, (EARLY[0], LATE[1]), LATE]
    rounds = [
        Round(
            n,
            [Community(c, "A1", {"emigrant": (100, {}), "internal": (100 - 20 * n, {})}) for c in "abcd"],
            TREE,
            w,
            "v",
        )
        for n, w in enumerate(windows, 1)
    ]
    return Case("nyr", rounds)


def codes_and_names() -> Case:
    """Codes given to other places, renamed by another spelling, re-coded, swapped; Roman numbers tell wards apart."""
    early = [("p1", "Girei I"), ("p2", "Girei II"), ("p3", "Арчалы (сгенерировано)"), ("p4", "Gombi"), ("p5", "Ga'anda"),
             ("p6", "Kok-Jar"), ("p7", "Twin"), ("p8", "Twin")]  # fmt: skip
    late = [("p1", "Girei II"), ("p2", "Girei I"), ("p3", "Арчалуу (түзүлгөн)"), ("p4", "Dangir"), ("q5", "GAANDA"),
            ("q6", "Кок-Жар"), ("q7", "Twin"), ("q8", "Twin")]  # fmt: skip
    return Case("cod", [
        Round(1, [_plain(c, "A1", 10 * i, name=n) for i, (c, n) in enumerate(early, 1)], TREE),
        Round(2, [_plain(c, "A1", 10 * i + 1, name=n) for i, (c, n) in enumerate(late, 1)], TREE),
    ])  # fmt: skip


def reform() -> Case:
    """A reform between the rounds: A keeps its boundaries; villages of B went to the new city D, nobody knows how many."""
    old = [("C", 0, None, "Country"), ("A", 1, "C", "Alpha"), ("B", 1, "C", "Beta"), ("D", 1, "C", "Delta")]
    early = [*(_plain(f"a{i}", "A", 10) for i in range(4)), *(_plain(f"b{i}", "B", 20) for i in range(6)), _plain("d0", "D", 50),
             _plain("x", "B", 8), *(_plain(f"e{i}", "A", 5) for i in range(3))]  # fmt: skip
    late = [*(_plain(f"a{i}", "A", 11) for i in range(4)), *(_plain(f"b{i}", "B", 21) for i in range(3)),
            *(_plain(f"b{i}", "D", 22) for i in range(3, 6)), _plain("d0", "D", 60)]  # fmt: skip
    same = {"from_vintage": "old", "to_vintage": "new"}
    crosswalk = [
        {**same, "from_code": "C", "to_code": "C", "share": 1.0},
        {**same, "from_code": "A", "to_code": "A", "share": 1.0},
        {**same, "from_code": "B", "to_code": "B", "share": None},
        {**same, "from_code": "B", "to_code": "D", "share": None},
        {**same, "from_code": "D", "to_code": "D", "share": 1.0},
    ]
    return Case(
        "ref", [Round(1, early, old, vintage="old"), Round(2, late, old, vintage="new")], finest=1, crosswalk=crosswalk
    )


def reform_that_keeps_everybody() -> Case:
    """As `reform`, but nobody is gone: each community is known on both sides, so B and D are comparable."""
    case = reform()
    early, late = case.rounds
    kept = [c for c in early.communities if c.code[0] not in "ex"]
    return Case("kep", [Round(1, kept, early.places, vintage="old"), late], finest=1, crosswalk=case.crosswalk)


def definitions() -> Case:
    """The definition of the idp stock changed at round 2 and is limited at round 3."""
    rounds = [Round(n, [_plain(c, "A1", 100 + n) for c in "abcd"], TREE) for n in (1, 2, 3)]
    words = {"indicator_code": "stock.idp", "reason_en": "Why", "reason_ru": "Почему", "reason_ky": "Эмне үчүн"}
    return Case("def", rounds, comparability=[
        {**words, "number": 1, "series": "1", "is_limited": False},
        {**words, "number": 2, "series": "2", "is_limited": False},
        {**words, "number": 3, "series": "2", "is_limited": True},
    ])  # fmt: skip


def one_new_community() -> Case:
    """A1 has one new community, whose figure the parts would give away; B1 has none; A2 has four new ones."""
    tree = [*TREE, ("A2", 2, "A", "Alpha two"), ("B2", 2, "B", "Beta two")]
    early = [*(_plain(f"a{i}", "A1", 100) for i in range(4)), *(_plain(f"b{i}", "B1", 100) for i in range(4)),
             *(_plain(f"c{i}", "A2", 100) for i in range(5)), *(_plain(f"d{i}", "B2", 100) for i in range(3))]  # fmt: skip
    late = [*(_plain(c.code, c.parent, 110) for c in early), _plain("new", "A1", 77), *(_plain(f"n{i}", "A2", 10) for i in range(4)),
            *(_plain(f"m{i}", "B2", 10) for i in range(3))]  # fmt: skip
    return Case("sml", [Round(1, early, tree), Round(2, late, tree)])


def one_new_community_with_years() -> Case:
    """As the case above, with years: those of all less those compared are the years of the new community of A1."""
    tree = [*TREE[:4], ("A2", 2, "A", "Alpha two"), ("A3", 2, "A", "Alpha three")]

    def told(code: str, parent: str, before: int) -> Community:
        return Community(code, parent, {"returned": (before + 5, {2022: before, 2024: 5})})

    both = [(f"{p}{i}", p, 20) for p in ("A1", "A2", "A3") for i in range(4)]
    new = [("A1n", "A1", 77), *((f"A2n{i}", "A2", 30) for i in range(3))]
    return Case(
        "rst", [Round(3, [told(*c) for c in both], tree, EARLY), Round(4, [told(*c) for c in both + new], tree, LATE)]
    )


def coverage_cut() -> Case:
    """B is not assessed any more, and of A one community in ten is left."""
    early = [*(_plain(f"a{i}", "A1", 10) for i in range(10)), *(_plain(f"b{i}", "B1", 10) for i in range(5))]
    late = [_plain("a0", "A1", 9), _plain("z", "A1", 9)]
    return Case("cut", [Round(1, early, TREE), Round(2, late, TREE[:2] + TREE[3:4])], finest=3)


def other_codes() -> Case:
    """Nothing of the earlier round is in the later one: neither codes nor names."""
    rounds = [
        Round(n, [_plain(f"{s}{i}", "A1", 10, name=f"{s}-{i}") for i in range(4)], TREE)
        for n, s in ((1, "old"), (2, "new"))
    ]
    return Case("oth", rounds)


def published_communities() -> Case:
    """Communities are published themselves, small ones withheld: C2 is small before and shown after."""
    early = [_plain("c1", "A1", 50), _plain("c2", "A1", 3), _plain("c3", "A1", 30)]
    late = [_plain("c1", "A1", 60), _plain("c2", "A1", 30), _plain("c3", "A1", 30)]
    return Case("pub", [Round(1, early, TREE), Round(2, late, TREE)], finest=3)


def ties() -> Case:
    """Five rayons: 40, 30, 30, and two withheld, one of them small; the country has 113."""
    tree = [("C", 0, None, "Country"), ("A", 1, "C", "Alpha"), *((f"R{i}", 2, "A", f"Rayon {i}") for i in range(5))]
    counts = {"R0": 30, "R1": 40, "R2": 30, "R3": 4, "R4": 9}
    before = {"R0": 90, "R1": 40, "R2": 30, "R3": 20, "R4": 25}
    rounds = [
        Round(n, [_plain(f"v{r}", r, c) for r, c in told.items()], tree) for n, told in enumerate((before, counts), 1)
    ]
    return Case("tie", rounds, suppress_from=2)


CASES = [
    moved_window(), windows_without_years(), codes_and_names(), reform(), reform_that_keeps_everybody(), definitions(),
    one_new_community(), one_new_community_with_years(), coverage_cut(), other_codes(), published_communities(), ties(),
]  # fmt: skip
