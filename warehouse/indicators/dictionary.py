"""The data dictionary: every indicator with its definition, every mart with its grain and columns; as pages, rows or data.

Putting the catalogue and the marts' descriptions together belongs here; its words are in `operations/common/dictionary.yml`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from warehouse.indicators.labels import Lang, in_language
from warehouse.indicators.marts import Mart, marts
from warehouse.indicators.model import Indicator
from warehouse.operation_files import Names, Strict, read_yaml
from warehouse.settings import PROJECT

COLUMNS = ["kind", "table", "code", "name", "definition", "denominator", "unit", "where", "operations"]
HEAD = "<!-- Made by: mtm indicators seeds. Change operations/*/indicators.yml or the descriptions of dbt_project/models/marts. -->"


class Words(Strict):
    """The file `operations/common/dictionary.yml`."""

    title: Names
    intro: Names
    indicators: Names
    tables: Names
    operations: Names
    denominator: Names
    unit: Names
    where: Names
    answers: Names
    column: Names
    type: Names
    meaning: Names
    key: Names
    limits: Names
    rounds: Names
    units: dict[str, Names]
    topics: dict[str, Names]

    def say(self, key: str, lang: Lang) -> str:
        """One of its words."""
        return in_language(getattr(self, key), lang)


def words() -> Words:
    """The dictionary's own words."""
    return read_yaml(PROJECT / "operations" / "common" / "dictionary.yml", Words)


class Listed(Strict):
    """An indicator as several operations have it: `operations` name them."""

    indicator: Indicator
    operations: list[str]


def catalogue(own: bool = True) -> list[Listed]:
    """The indicators of the project's operations, in order; where two differ in what they say, they stand apart."""
    from warehouse.operations import Operation, all_operations

    folders = sorted((PROJECT / "operations").glob("*/operation.yml"))
    operations = [Operation(path.parent) for path in folders] if own else all_operations()
    found: dict[tuple[Any, ...], tuple[Indicator, list[str]]] = {}
    for operation in operations:
        for i in operation.indicators:
            key = (i.topic, i.code, i.name, i.definition, i.is_survey and operation.code)
            found.setdefault(key, (i, []))[1].append(operation.code)
    order = list(words().topics)
    listed = [Listed(indicator=i, operations=sorted(set(codes))) for i, codes in found.values()]
    return sorted(listed, key=lambda x: order.index(x.indicator.topic))


def rows(lang: Lang, own: bool = False) -> list[list[Any]]:
    """One row per indicator, answer and column (COLUMNS), for a spreadsheet or a program."""
    w, found = words(), []
    for item in catalogue(own):
        i = item.indicator
        where = f"{i.mart}.{i.column}" if i.mart else ""
        of = in_language(i.denominator, lang) if i.denominator else ""
        found.append(["indicator", i.mart or "", i.code, in_language(i.name, lang), in_language(i.definition, lang), of,
                      in_language(w.units[i.unit], lang), where, ", ".join(item.operations)])  # fmt: skip
        for o in i.options:
            found.append(["answer", i.mart or "", f"{i.code}/{o.code}", in_language(o.name, lang), "", "", "", where,
                          ", ".join(item.operations)])  # fmt: skip
    for mart in marts().values():
        found.append(["table", mart.name, mart.name, mart.grain, mart.description, "", "", "", ""])
        found += [["column", mart.name, c.name, "", c.description, "", c.data_type, f"{mart.name}.{c.name}", ""]
                  for c in mart.columns]  # fmt: skip
    return found


def dictionary_markdown(lang: Lang = "en", own: bool = True) -> str:
    """The dictionary as a page."""
    w = words()
    lines = [f"# {w.say('title', lang)}", "", HEAD, "", w.say("intro", lang), "", f"## {w.say('indicators', lang)}", ""]
    topic = ""
    for item in catalogue(own):
        if item.indicator.topic != topic:
            topic = item.indicator.topic
            lines += [f"### {in_language(w.topics[topic], lang)}", ""]
        lines += [*_indicator(item, w, lang), ""]
    lines += [f"## {w.say('tables', lang)}", ""]
    for mart in marts().values():
        lines += [*_mart(mart, w, lang), ""]
    return "\n".join(lines).rstrip() + "\n"


def _indicator(item: Listed, w: Words, lang: Lang) -> Iterator[str]:
    i = item.indicator
    yield f"**{in_language(i.name, lang)}** (`{i.code}`): {in_language(i.definition, lang)}"
    facts = [f"{w.say('unit', lang)}: {in_language(w.units[i.unit], lang)}"]
    facts += [f"{w.say('where', lang)}: `{i.mart}.{i.column}`"] if i.mart else []
    facts += [f"{w.say('operations', lang)}: {', '.join(item.operations)}"]
    of = f"{w.say('denominator', lang)}: {in_language(i.denominator, lang)}. " if i.denominator else ""
    yield f"{of}{'; '.join(facts)}."
    if i.options:
        yield (
            f"{w.say('answers', lang)}: "
            + "; ".join(f"{in_language(o.name, lang)} (`{o.code}`)" for o in i.options)
            + "."
        )
    for said in (c for c in i.comparability if c.reason):
        yield f"{w.say('limits', lang)} ({w.say('rounds', lang)} {said.rounds}): {in_language(said.reason or i.name, lang)}"


def _mart(mart: Mart, w: Words, lang: Lang) -> Iterator[str]:
    yield f"### {mart.name}"
    yield ""
    yield mart.description
    yield ""
    yield f"| {w.say('column', lang)} | {w.say('type', lang)} | {w.say('meaning', lang)} |"
    yield "|---|---|---|"
    for c in mart.columns:
        key = f" ({w.say('key', lang)})" if c.is_key else ""
        meaning = c.description.replace("|", "\\|")
        yield f"| `{c.name}`{key} | {c.data_type} | {meaning} |"
