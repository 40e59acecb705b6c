"""The sections of a report, in the order of `ORDER`: each module turns the rows of some marts into blocks, in one language.

How to add a section: write `sections/<name>.py` with

    ORDER = 40                       # its place: 10 findings, 20 coverage, 30 places, 40-59 tables of counts,
                                     # 60-69 tables of surveys, 70 change, 80 limits, 85 definitions, 90 annex, 95 provenance

    def build(facts: Facts, t: Tongue) -> Part | None: ...

and it is found by its name: there is no list to extend. `build` returns None where the section does not concern the round (a
table of surveys in a round of key informants: ask `facts.is_survey`); a `Part` without blocks and with `absent` where the round
could have had it and has not: a whole sentence that says why, such as "Years of departure: not asked in this round".

Conventions:
- Rows come from `facts.mart("mart_reasons", "place_level = 0 AND population_category = ?", code)`: whole rows of this round,
  asked once for all languages and in a stated order. Other questions: `facts.ask(sql, …)`, with ORDER BY.
- A figure is always `cell(mart, row, column, t, form)`: it carries its source into the page, is written in the language, and
  says `withheld` where the row is. Never format a number into a text; put cells into sentences by `phrase(t.say("…"), n=cell)`.
- Nothing is reckoned: no sum, no difference, no share that no mart has. Order, choice and comparison of what the marts say only.
- Texts are whole sentences in literal `t.say("… {name} …")` (no f-strings: they would not be translated). Names of places,
  categories, countries, indicators and answers come from the rows: `t.named(row, "place_name")`.
- A change between rounds is told only where the marts say `comparable` or `limited` (then with the reason).
- A chart is `Chart(title, picture, table)`, made by `warehouse.serving.charts`: the table has the same numbers. Its title says
  the finding where that is safe (a rank, a share), otherwise what it shows.
- Order of blocks: a sentence or two, the chart, the table, the caution.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warehouse.serving.report.blocks import Part
    from warehouse.serving.report.facts import Facts
    from warehouse.serving.words import Tongue


@cache
def sections() -> tuple[Any, ...]:
    """The modules of this folder that have a `build`, by ORDER and name."""
    found = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    return tuple(sorted((m for m in found if hasattr(m, "build")), key=lambda m: (m.ORDER, m.__name__)))


def parts(facts: Facts, t: Tongue) -> list[Part]:
    """The parts that this round has, in order; those with sentences on what is absent among them."""
    built = [section.build(facts, t) for section in sections()]
    return [part for part in built if part is not None]
