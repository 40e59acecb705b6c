"""The published figures of the baseline, counted anew from the files, with the informant rule written out again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.sample.conftest import NAMES, Row, tables
from warehouse.sample.make import make_round

# Per round: type of record and its word for a test, code of the settlement, totals in the order of CATEGORIES.
CATEGORIES = ("returned", "emigrant", "international", "internal")
FORM: dict[int, dict[str, Any]] = {
    1: {
        "type": ("Сведения об интервью/Тип анкеты", "Тестовая"), "code": "Место/Код {}", "village": "населённого пункта",
        "oblast": "области", "rayon": "района", "total": "{}/Всего, человек",
        "groups": ("Возвратившиеся мигранты", "Эмигранты", "Международные мигранты", "Внутренние мигранты"),
    },
    2: {
        "type": ("Маек/Анкетанын түрү", "Сынамык"), "code": "Жери/{}", "village": "Айылдын коду",
        "oblast": "Облустун коду", "rayon": "Райондун коду", "total": "{}/Бардыгы (адам)",
        "groups": ("Кайтып келген мигранттар", "Эмигранттар", "Эл аралык мигранттар", "Ички мигранттар"),
    },
    3: {
        "type": ("Interview/Type of submission", "Test"), "code": "Location/{} code", "village": "Village",
        "oblast": "Oblast", "rayon": "Rayon", "total": "{}/Total number of individuals",
        "groups": ("Returned migrants", "Emigrants", "International migrants", "Internal migrants"),
    },
    4: {
        "type": ("A. General/A0. Is this a test or a real interview?", "Test"), "code": "A. General/{} (P-code)",
        "village": "A6. Settlement", "oblast": "A3. Oblast or city", "rayon": "A4. District or city", "total": "{} in total",
        "groups": (
            "C. Returned from abroad/C1. Returned migrants", "B. Living abroad/B1. Emigrants",
            "E. Foreign nationals/E1. International migrants", "D. From elsewhere in the country/D1. Internal migrants",
        ),
    },
}  # fmt: skip
TOTALS = {
    1: (712, 790, 50300, 70200, 21500, 29300),
    2: (861, 985, 85200, 131000, 26500, 37300),
    3: (999, 1159, 128661, 227629, 34966, 44391),
    4: (1076, 1417, 110977, 192885, 28959, 53576),
}


class Baseline:
    """A round as a statistician would count it from the file."""

    def __init__(self, path: Path, number: int) -> None:
        self.form = FORM[number]
        main, self.repeat = tables(path)
        self.delivered = main
        label, test = self.form["type"]
        once = {row["_uuid"]: row for row in reversed(main)}  # the first of a submission sent twice
        self.rows = [row for row in once.values() if row[label] != test]
        self.by_place: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            self.by_place[row[self.column("village")]].append(row)

    def column(self, level: str) -> str:
        return str(self.form["code"].format(self.form[level]))

    def total(self, category: str) -> str:
        return str(self.form["total"].format(self.form["groups"][CATEGORIES.index(category)]))

    def median(self, category: str) -> list[Row]:
        """The informant of each place whose total is the lower median."""
        total = self.total(category)
        ordered = [sorted(rows, key=lambda row: row[total]) for rows in self.by_place.values()]
        return [rows[(len(rows) - 1) // 2] for rows in ordered]

    def sum(self, category: str, column: str | None = None) -> int:
        return int(sum(row[column or self.total(category)] for row in self.median(category)))

    def by(self, category: str, level: str) -> Counter[str]:
        found: Counter[str] = Counter()
        for row in self.median(category):
            found[row[self.column(level)]] += int(row[self.total(category)])
        return found

    def countries(self, category: str, label: str) -> Counter[str]:
        """Individuals by country of the informants that count."""
        wanted = {row["_index"] for row in self.median(category)}
        found: Counter[str] = Counter()
        for line in self.repeat:
            values = list(line.values())
            if values[0] == label and line["_parent_index"] in wanted:
                found[values[1]] += int(values[2])
        return found


@pytest.fixture(scope="session")
def baseline(sample: Path) -> Callable[[int], Baseline]:
    read: dict[int, Baseline] = {}

    def get(number: int) -> Baseline:
        if number not in read:
            read[number] = Baseline(sample / NAMES["bma", number], number)
        return read[number]

    return get


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_totals(baseline: Callable[[int], Baseline], number: int) -> None:
    found = baseline(number)
    assert (len(found.by_place), len(found.rows), *(found.sum(c) for c in CATEGORIES)) == TOTALS[number]


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_every_rayon_and_city_is_visited(baseline: Callable[[int], Baseline], number: int) -> None:
    found = baseline(number)
    assert len({row[found.column("oblast")] for row in found.rows}) == 9
    assert len({row[found.column("rayon")] for row in found.rows} - {""}) == 53


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_totals_of_one_place_never_tie(baseline: Callable[[int], Baseline], number: int) -> None:
    """So that the median informant does not depend on how ties are broken, but where all report none."""
    found = baseline(number)
    for category in CATEGORIES:
        for rows in found.by_place.values():
            totals = [row[found.total(category)] for row in rows]
            assert len(set(totals)) == len(totals) or 0 in totals


def test_rows_that_rules_drop(baseline: Callable[[int], Baseline]) -> None:
    found = baseline(3)
    label, test = found.form["type"]
    assert sum(row[label] == test for row in found.delivered) == 3
    twice = [u for u, n in Counter(row["_uuid"] for row in found.delivered).items() if n > 1]
    assert len(twice) == 1
    first, again = (row for row in found.delivered if row["_uuid"] == twice[0])
    assert {k for k in first if first[k] != again[k]} == {"_id", "_index"}


def test_round_1_working_age_men(baseline: Callable[[int], Baseline]) -> None:
    ages = ("18-29 лет", "30-44 года", "45-59 лет")
    men = sum(baseline(1).sum("returned", f"Возвратившиеся мигранты/Мужчины, {age}") for age in ages)
    assert men == 0.66 * 50300


def test_round_3_returns_by_year(baseline: Callable[[int], Baseline]) -> None:
    years = {y: baseline(3).sum("returned", f"Returned migrants/Number returned in {y}") for y in range(2020, 2025)}
    assert (years[2022], years[2023], sum(years.values())) == (22000, 40700, 128661)
    assert years[2023] / years[2022] == pytest.approx(1.85)


def test_round_3_osh_chui_and_batken_lead_returns(baseline: Callable[[int], Baseline]) -> None:
    leaders = [code for code, _ in baseline(3).by("returned", "oblast").most_common(3)]
    assert leaders == ["KG06000000000", "KG08000000000", "KG05000000000"]


def test_round_4_returns_by_year(baseline: Callable[[int], Baseline]) -> None:
    label = "C. Returned from abroad/C2. Returned during {}"
    assert [baseline(4).sum("returned", label.format(y)) for y in (2022, 2023, 2024)] == [26000, 48100, 36877]
    assert label.format(2021) not in baseline(4).delivered[0]


def test_round_4_emigrants(baseline: Callable[[int], Baseline]) -> None:
    found = baseline(4)
    countries = found.countries("emigrant", "emigrant")
    assert [c for c, _ in countries.most_common(4)] == ["RUS", "TUR", "USA", "KAZ"]
    assert round(100 * countries["RUS"] / countries.total(), 1) == 87.0
    oblasts = found.by("emigrant", "oblast")
    assert round(100 * (oblasts["KG06000000000"] + oblasts["KG21000000000"]) / oblasts.total(), 1) == 34.0


def test_round_4_international_migrants(baseline: Callable[[int], Baseline]) -> None:
    found = baseline(4)
    countries = found.countries("international", "international")
    assert countries.most_common(5) == [("UZB", 11471), ("PAK", 5730), ("RUS", 3338), ("BGD", 3182), ("IND", 1752)]
    ages = ("0-17", "18-29", "30-44", "45-59", "60+")
    men = sum(found.sum("international", f"E. Foreign nationals/E2. Men, aged {age}") for age in ages)
    assert round(100 * men / 28959, 1) == 79.7


def test_round_4_keeps_most_communities_of_round_3(baseline: Callable[[int], Baseline]) -> None:
    assert len(set(baseline(3).by_place) & set(baseline(4).by_place)) == 962


def test_the_partial_delivery_is_a_beginning_of_round_4(sample: Path, baseline: Callable[[int], Baseline]) -> None:
    part, whole = Baseline(sample / NAMES["bma", 0], 4), baseline(4)
    assert 0.55 < len(part.by_place) / len(whole.by_place) < 0.65
    assert {row["_uuid"] for row in part.delivered} < {row["_uuid"] for row in whole.delivered}
    assert all(len(rows) == len(whole.by_place[code]) for code, rows in part.by_place.items())


@pytest.mark.real
def test_real_settlements_carry_the_same_figures(tmp_path: Path, soate: Path) -> None:
    found = Baseline(make_round(tmp_path, "bma", 3, 2024, soate)[0], 3)
    assert (len(found.by_place), len(found.rows), *(found.sum(c) for c in CATEGORIES)) == TOTALS[3]
    codes = {line.split(",")[2] for line in soate.read_text(encoding="utf-8").splitlines()}
    real = [code for code in found.by_place if "-G" not in code]
    assert len(real) > 850 and all("417" + code[2:] in codes for code in real)
