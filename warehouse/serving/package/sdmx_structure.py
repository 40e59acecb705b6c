"""`sdmx/structure.xml`: what the columns and codes of `sdmx/headlines.csv` mean (SDMX-ML 3.0, names in three languages).

The concepts, code lists and the data structure belong here; the observations are written in `sdmx.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from warehouse.indicators.dictionary import words
from warehouse.serving.package.about import About
from warehouse.serving.package.sdmx import AGENCY, ATTRIBUTES, DIMENSIONS, FLOW, STRUCTURE, VERSION, Series, code_of
from warehouse.serving.words import LANGUAGES, Tongue, tongue

BASE = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/"
MES, STR, COM = (f"{{{BASE}{part}}}" for part in ("message", "structure", "common"))
XML = "{http://www.w3.org/XML/1998/namespace}lang"
CODED = {"FREQ": "CL_FREQ", "REF_AREA": "CL_AREA", "OPERATION": "CL_OPERATION", "COMPONENT": "CL_COMPONENT", "INDICATOR": "CL_INDICATOR",
         "OBS_STATUS": "CL_OBS_STATUS", "UNIT_MEASURE": "CL_UNIT", "ROUND": "CL_ROUND", "COMPARABILITY": "CL_COMPARABILITY",
         "DATA_NATURE": "CL_DATA_NATURE"}  # fmt: skip
FORMATS = {"TIME_PERIOD": "ObservationalTimePeriod", "UNIT_MULT": "Integer", "WINDOW_START": "GregorianDay", "WINDOW_END": "GregorianDay",
           "CI_LOW": "Double", "CI_HIGH": "Double", "N_OBS": "Integer", "OBS_VALUE": "Double", "OBS_TEXT": "String", "COMMENT": "String"}  # fmt: skip
MANDATORY = {"OBS_STATUS", "UNIT_MEASURE", "ROUND", "DATA_NATURE"}
Names = dict[str, str]  # language → text
Code = tuple[str, Names, Names]  # id, name, description


def structure_xml(told: About, series: Series) -> bytes:
    """The file: code lists, concepts, dataflow, data structure."""
    for prefix, space in (("mes", MES), ("str", STR), ("com", COM)):
        ET.register_namespace(prefix, space[1:-1])
    root = ET.Element(f"{MES}Structure")
    _header(root, told)
    parts = ET.SubElement(root, f"{MES}Structures")
    lists = ET.SubElement(parts, f"{STR}Codelists")
    for name, codes in sorted(_code_lists(told, series).items()):
        _code_list(lists, name, codes)
    schemes = ET.SubElement(parts, f"{STR}ConceptSchemes")
    scheme = _maintained(
        schemes, "ConceptScheme", "CS_HEADLINES", _said(lambda t: t.say("Concepts of the headline figures"))
    )
    for concept, called in _concepts().items():
        _named(ET.SubElement(scheme, f"{STR}Concept", id=concept), called)
    title = {lang: told.title(tongue(lang)) for lang in LANGUAGES}
    flow = _maintained(ET.SubElement(parts, f"{STR}Dataflows"), "Dataflow", FLOW, title)
    ET.SubElement(flow, f"{STR}Structure").text = _urn("datastructure.DataStructure", STRUCTURE)
    _data_structure(ET.SubElement(parts, f"{STR}DataStructures"), title)
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _header(root: ET.Element, told: About) -> None:
    header = ET.SubElement(root, f"{MES}Header")
    ET.SubElement(header, f"{MES}ID").text = code_of(told.name)
    ET.SubElement(header, f"{MES}Test").text = "true" if told.synthetic else "false"
    ET.SubElement(header, f"{MES}Prepared").text = told.published_at
    ET.SubElement(header, f"{MES}Sender", id=AGENCY)


def _data_structure(parent: ET.Element, title: Names) -> None:
    body = ET.SubElement(_maintained(parent, "DataStructure", STRUCTURE, title), f"{STR}DataStructureComponents")
    dimensions = ET.SubElement(body, f"{STR}DimensionList", id="DimensionDescriptor")
    for position, name in enumerate(DIMENSIONS, 1):
        kind = "TimeDimension" if name == "TIME_PERIOD" else "Dimension"
        place = {} if kind == "TimeDimension" else {"position": str(position)}
        _component(dimensions, kind, name, place)
    attributes = ET.SubElement(body, f"{STR}AttributeList", id="AttributeDescriptor")
    for name in ATTRIBUTES:
        usage = {"usage": "mandatory" if name in MANDATORY else "optional"}
        relation = ET.SubElement(_component(attributes, "Attribute", name, usage), f"{STR}AttributeRelationship")
        ET.SubElement(relation, f"{STR}Observation")
    measures = ET.SubElement(body, f"{STR}MeasureList", id="MeasureDescriptor")
    _component(measures, "Measure", "OBS_VALUE", {"usage": "optional"})


def _component(parent: ET.Element, kind: str, name: str, more: dict[str, str]) -> ET.Element:
    made = ET.SubElement(parent, f"{STR}{kind}", {"id": name, **more})
    ET.SubElement(made, f"{STR}ConceptIdentity").text = _urn("conceptscheme.Concept", "CS_HEADLINES", name)
    local = ET.SubElement(made, f"{STR}LocalRepresentation")
    if name in CODED:
        ET.SubElement(local, f"{STR}Enumeration").text = _urn("codelist.Codelist", CODED[name])
    else:
        ET.SubElement(local, f"{STR}TextFormat", textType=FORMATS[name])
    return made


def _code_list(parent: ET.Element, name: str, codes: Iterable[Code]) -> None:
    made = _maintained(parent, "Codelist", name, {"en": name})
    for code, names, descriptions in codes:
        _named(ET.SubElement(made, f"{STR}Code", id=code), names, descriptions)


def _maintained(parent: ET.Element, kind: str, identity: str, names: Names) -> ET.Element:
    made = ET.SubElement(parent, f"{STR}{kind}", id=identity, agencyID=AGENCY, version=VERSION)
    return _named(made, names)


def _named(made: ET.Element, names: Names, descriptions: Names | None = None) -> ET.Element:
    for tag, texts in (("Name", names), ("Description", descriptions or {})):
        for lang, text in texts.items():
            if text:
                ET.SubElement(made, f"{COM}{tag}", {XML: lang}).text = text
    return made


def _urn(kind: str, identity: str, part: str = "") -> str:
    return f"urn:sdmx:org.sdmx.infomodel.{kind}={AGENCY}:{identity}({VERSION})" + (f".{part}" if part else "")


def _said(say: Callable[[Tongue], str]) -> Names:
    return {lang: say(tongue(lang)) for lang in LANGUAGES}


def _code_lists(told: About, series: Series) -> dict[str, list[Code]]:
    figures = {code_of(f["headline_code"]): f for f in series.figures}
    units = {code_of(f.get("unit") or "_Z"): f.get("unit") for f in series.figures}
    known = words().units
    rounds = {f["round_key"]: str(f.get("round_title") or f["round_key"]) for f in series.figures}
    components = sorted({code_of(f["component"]) for f in series.figures})
    return {
        "CL_FREQ": [("I", _said(lambda t: t.say("Irregular: a figure for each round")), {})],
        "CL_AREA": [(p.country_iso3, p.names, {}) for p in {p.country_iso3: p for p in told.programmes}.values()],
        "CL_OPERATION": [(p.code, p.names, {"en": p.programme}) for p in told.programmes],
        "CL_COMPONENT": [(c, _component_name(c), {}) for c in components],
        "CL_INDICATOR": [(code, _of(f, "headline_name"), _of(f, "definition")) for code, f in sorted(figures.items())],
        "CL_UNIT": [(code, _unit(unit, known), {}) for code, unit in sorted(units.items())],
        "CL_ROUND": [(key, {"en": title}, {}) for key, title in sorted(rounds.items())],
        "CL_OBS_STATUS": _plain(_statuses()),
        "CL_COMPARABILITY": _plain(_comparabilities()),
        "CL_DATA_NATURE": _plain({"R": _said(lambda t: t.say("Collected")), "S": _said(lambda t: t.say("SYNTHETIC: made, not collected"))}),
    }  # fmt: skip


def _plain(codes: dict[str, Names]) -> list[Code]:
    return [(code, names, {}) for code, names in codes.items()]


def _of(row: dict[str, Any], stem: str) -> Names:
    return {lang: str(row.get(f"{stem}_{lang}") or "") for lang in LANGUAGES}


def _unit(unit: str | None, units: Mapping[str, Any]) -> Names:
    known = units.get(unit or "")
    if known is None:
        return {"en": unit or "none"}
    return {"en": known.en, "ru": known.ru or known.en, "ky": known.ky or known.en}


def _component_name(code: str) -> Names:
    known: dict[str, Callable[[Tongue], str]] = {
        "bma": lambda t: t.say("Baseline Mobility Assessment (key informants)"),
        "rms": lambda t: t.say("Returned Migrants Survey (respondents)"),
        "baseline": lambda t: t.say("Location baseline"),
    }
    return _said(known[code]) if code in known else {"en": code}


def _statuses() -> dict[str, Names]:
    return {
        "A": _said(lambda t: t.say("Normal value")),
        "B": _said(lambda t: t.say("Break: not comparable with the round before, COMMENT says why")),
        "O": _said(lambda t: t.say("Missing: not asked or not known; not zero")),
        "Q": _said(lambda t: t.say("Withheld to protect people; not zero")),
    }


def _comparabilities() -> dict[str, Names]:
    return {
        "C": _said(lambda t: t.say("Comparable with the round before")),
        "L": _said(lambda t: t.say("Comparable with care, COMMENT says why")),
        "N": _said(lambda t: t.say("Not comparable with the round before, COMMENT says why")),
        "_Z": _said(lambda t: t.say("There is nothing to compare with")),
    }


def _concepts() -> dict[str, Names]:
    return {
        "FREQ": _said(lambda t: t.say("Frequency")),
        "REF_AREA": _said(lambda t: t.say("Country (ISO 3166-1 alpha-3)")),
        "OPERATION": _said(lambda t: t.say("Operation")),
        "COMPONENT": _said(lambda t: t.say("Instrument")),
        "INDICATOR": _said(
            lambda t: t.say("Headline figure; a hyphen in its code stands for a point in headline_code")
        ),
        "TIME_PERIOD": _said(lambda t: t.say("Last day of the round's fieldwork")),
        "OBS_VALUE": _said(lambda t: t.say("Value")),
        "OBS_STATUS": _said(lambda t: t.say("Status of the value")),
        "UNIT_MEASURE": _said(lambda t: t.say("Unit")),
        "UNIT_MULT": _said(lambda t: t.say("Power of ten that the value is multiplied by")),
        "ROUND": _said(lambda t: t.say("Round")),
        "WINDOW_START": _said(lambda t: t.say("First day of the reference window: who moved before is not counted")),
        "WINDOW_END": _said(lambda t: t.say("Last day of the reference window")),
        "CI_LOW": _said(lambda t: t.say("Lower bound of the 95% interval")),
        "CI_HIGH": _said(lambda t: t.say("Upper bound of the 95% interval")),
        "N_OBS": _said(lambda t: t.say("Respondents")),
        "COMPARABILITY": _said(lambda t: t.say("Comparable with the round before")),
        "DATA_NATURE": _said(lambda t: t.say("Collected or made")),
        "OBS_TEXT": _said(lambda t: t.say("What the value is of: the place or country of a rank")),
        "COMMENT": _said(lambda t: t.say("Why it is not, or only with care, comparable")),
    }
