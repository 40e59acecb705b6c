"""Which indicators an operation has: the common ones that its codebooks can tell, changed and added to by its own file."""

from __future__ import annotations

import pytest

from tests.unit.indicators.conftest import JOB, Make, by_code
from warehouse.errors import MtmError
from warehouse.indicators.check import check_common, check_indicators, not_used
from warehouse.indicators.labels import labels
from warehouse.indicators.load import common_entries
from warehouse.operations import all_operations

PLAN = """
  - code: plan
    component: rms
    name: {en: Plan}
    definition: d
    denominator: d
    question: job
"""
BROKEN = {
    "indicators: [{code: x, component: rms, colour: red}]": "indicators.0.colour",
    "indicators: [{code: x, component: rms, name: {en: X}, definition: d, denominator: d}]": "x: a survey indicator needs question",
    "indicators: [{code: job, component: rms, name: {en: X}, definition: d, question: job}]": "job: a survey indicator needs question and denominator",
    "indicators: [{code: x, name: {en: X}, definition: d}]": "x.component",
    "indicators: [{code: sex, kind: often}]": "indicators.0.kind",
    "indicators: [{code: sex, options: [{code: a, name: {en: A}}, {code: a, name: {en: B}}]}]": "option a stands twice",
    'indicators: [{code: sex, comparability: [{rounds: "3-", series: "2"}]}]': "comparability of round 3 begins another series",
    'indicators: [{code: sex, comparability: [{rounds: "3", limited: true}]}]': "rounds 3 is limited and says no reason",
    "indicators: [{code: sex, comparability: [{rounds: three}]}]": "comparability.0.rounds",
    'indicators: [{code: sex, comparability: [{rounds: "4-2"}]}]': "4-2 is no range of rounds",
    "indicators: [{code: stock.returned, options: [{code: a, name: {en: A}}]}]": "only a survey indicator has options",
}


def test_an_operation_has_what_its_codebooks_tell(make: Make) -> None:
    found = by_code(make(""))
    assert {
        "communities",
        "informants",
        "coverage",
        "stock.returned",
        "returns_by_year",
        "respondents",
        "sex",
        "age_group",
    } <= set(found)
    # Nobody is counted as an emigrant, no country is asked; the options of education are not the common ones.
    assert not {
        "stock.emigrant",
        "stock.idp",
        "departures_by_year",
        "country.return",
        "share_women",
        "education",
        "households",
    } & set(found)
    assert [o.code for o in found["sex"].options] == ["male", "female"]


def test_its_own_file_goes_over_the_common_one_key_by_key(make: Make) -> None:
    own = "indicators: [{code: stock.returned, name: {en: Came home}}]\nwithout: [sex]\n"
    found = by_code(make(own))
    assert found["stock.returned"].name.en == "Came home"
    assert found["stock.returned"].definition.ky and found["stock.returned"].mart == "mart_population"
    assert "sex" not in found


def test_a_common_question_with_other_options_is_used_once_they_are_named(make: Make) -> None:
    operation = make("")
    assert not_used(operation.folder, operation.codebooks).keys() == {"education"}
    named = make(
        "indicators: [{code: education, options: [{code: none, name: {en: None}}, {code: higher, name: {en: Higher}}]}]"
    )
    assert not_used(named.folder, named.codebooks) == {}
    assert by_code(named)["education"].definition.ru and check_indicators(named.folder) == []


@pytest.mark.parametrize(("text", "said"), BROKEN.items(), ids=range(len(BROKEN)))
def test_a_mistake_is_one_line_that_names_file_and_key(make: Make, text: str, said: str) -> None:
    with pytest.raises(MtmError) as error:
        _ = make(text).indicators
    line = str(error.value)
    assert "indicators.yml" in line and "\n" not in line and error.value.code == "bad_operation_file"
    assert said.split(": ")[0] in line and said.split(": ")[-1] in line


def test_the_check_knows_the_codebook_and_the_marts(make: Make) -> None:
    assert check_indicators(make(JOB).folder) == []
    wrong = JOB.replace("question: job", "question: work") + "    mart: mart_nowhere\nwithout: [nothing]\n"
    found = {(p.key, p.line): p.what for p in check_indicators(make(wrong).folder)}
    assert {what.split(":")[-1].strip() for what in found.values()} == {
        "no rms codebook has the field work", "there is no mart mart_nowhere", "there is no common indicator nothing"}  # fmt: skip
    fewer = JOB.replace('{code: "no", name: {en: "No"}}', "{code: maybe, name: {en: Maybe}}")
    assert {p.what for p in check_indicators(make(fewer).folder)} == {
        "job: the codebook has no option maybe", "job: option no of the codebook is not listed"}  # fmt: skip
    column = JOB + "    mart: mart_survey_estimates\n    column: colour\n"
    assert [p.what for p in check_indicators(make(column).folder)] == ["mart_survey_estimates has no column colour"]


def test_series_of_an_indicator_and_of_its_component(make: Make) -> None:
    general = 'comparability: [{component: rms, rounds: "4", limited: true, reason: {en: window}}]\n'
    mine = '    comparability: [{rounds: "1-2", asked: false, series: "0", reason: {en: gone}}, {rounds: "3", reason: {en: new}}]\n'
    found = by_code(make(general + JOB + mine + PLAN.replace("code: plan", "code: stay")))
    assert [(s.series, s.asked, s.limited) for s in map(found["job"].standing, range(1, 6))] == [
        ("0", False, False), ("0", False, False), ("1", True, False), ("1", True, True), ("1", True, False)]  # fmt: skip
    assert [found["stay"].standing(n).limited for n in (3, 4, 5)] == [False, True, False]
    assert not found["stock.returned"].standing(4).limited  # of another component


def test_the_project_speaks_three_languages_and_every_indicator_has_its_place() -> None:
    assert check_common() == []
    categories = {e.measure.category for e in common_entries() if e.kind == "stock" and e.measure}
    assert categories == {
        "returned",
        "emigrant",
        "international",
        "internal",
        "idp",
        "returnee_internal",
        "returnee_abroad",
        "migrant",
    }
    for operation in all_operations():
        for i in operation.indicators:
            texts = [i.name, i.definition, *([i.denominator] if i.denominator else []), *(o.name for o in i.options)]
            texts += [c.reason for c in i.comparability if c.reason]
            assert all(t.ru and t.ky for t in texts), f"{operation.code}: {i.code}"
            assert i.mart and i.column, f"{operation.code}: {i.code}"


def test_countries_without_a_file_have_their_categories() -> None:
    codes = {o.code: {i.code for i in o.indicators} for o in all_operations()}
    assert {"stock.idp", "reasons", "origins"} <= codes["nga"] and "stock.returned" not in codes["nga"]
    assert {"stock.idp", "stock.migrant", "households"} <= codes["mli"] and {
        "stock.idp",
        "stock.returnee_internal",
    } <= codes["mwi"]
    assert {
        "stock.returned",
        "stock.emigrant",
        "stock.international",
        "stock.internal",
        "intention",
        "months_abroad",
    } <= codes["kgz"]
    assert "stock.idp" not in codes["kgz"] and not {"sex", "intention"} & codes["nga"]


def test_the_kyrgyz_survey_says_what_may_be_compared() -> None:
    kgz = by_code(next(o for o in all_operations() if o.code == "kgz"))
    months = [kgz["months_abroad"].standing(n) for n in (1, 2, 3, 4)]
    assert [(m.asked, m.series) for m in months] == [(False, "0"), (False, "0"), (True, "1"), (True, "1")]
    # A moved window is judged where rounds are compared: said here, it would limit the rounds after it too.
    assert not any(kgz[code].comparability for code in ("intention", "sex", "debt", "stock.returned"))


def test_labels_in_a_language() -> None:
    kgz = next(o for o in all_operations() if o.code == "kgz").indicators
    assert labels("ru", kgz)["intention/stay"] == "Остаться в Кыргызстане"
    assert labels("ky")["stock.emigrant"] == "Эмигранттар" and labels("en")["sex/female"] == "Female"


def test_a_problem_of_the_whole_indicator_has_its_line(make: Make) -> None:
    text = JOB + PLAN.replace("    denominator: d\n", "")
    (problem,) = check_indicators(make(text).folder)
    assert (problem.file, problem.line) == ("xx/indicators.yml", text.split("\n").index("  - code: plan") + 1)
    assert "plan: a survey indicator needs question and denominator" in problem.what
