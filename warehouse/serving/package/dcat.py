"""`dcat.jsonld`: the package as catalogues of open data read it (DCAT, in the manner of DCAT-AP), with its context inside.

Only this description belongs here. Addresses are relative: they hold wherever the package is put.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from warehouse.releases.contents import hashes
from warehouse.serving.package.about import About
from warehouse.serving.words import LANGUAGES, tongue

FILE = "dcat.jsonld"
EU = "http://publications.europa.eu/resource/authority"
LANGUAGE_CODES = {"en": "ENG", "ru": "RUS", "ky": "KIR"}
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#", "spdx": "http://spdx.org/rdf/terms#", "xsd": "http://www.w3.org/2001/XMLSchema#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#", "owl": "http://www.w3.org/2002/07/owl#", "adms": "http://www.w3.org/ns/adms#",
}  # fmt: skip
KINDS = {  # ending → media type, file type of the EU's list
    ".csv": ("text/csv", "CSV"), ".parquet": ("application/vnd.apache.parquet", "PARQUET"), ".json": ("application/json", "JSON"),
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX"), ".xml": ("application/xml", "XML"),
    ".md": ("text/markdown", "MD"), ".cff": ("application/yaml", "YAML"),
}  # fmt: skip
PAGES = (".md", ".cff")


def dcat(told: About, titles: dict[str, str], folder: Path) -> dict[str, Any]:
    """The description of the package in `folder`, whose other files are written already. `titles`: mart → its title."""
    files = {name: file for name, file in hashes(folder).items() if name != FILE and Path(name).suffix in KINDS}
    data = {name: file for name, file in files.items() if Path(name).suffix not in PAGES}
    dataset: dict[str, Any] = {
        "@id": "#dataset",
        "@type": "dcat:Dataset",
        "dct:title": [{"@value": told.title(tongue(lang)), "@language": lang} for lang in LANGUAGES],
        "dct:description": [{"@value": _description(told, lang), "@language": lang} for lang in LANGUAGES],
        "dct:identifier": f"{told.name}-{told.content_hash[:12]}",
        "dct:issued": _typed(told.published_at, "dateTime"),
        "dct:modified": _typed(told.published_at, "dateTime"),
        "dcat:version": told.release_id,
        "dct:language": [{"@id": f"{EU}/language/{LANGUAGE_CODES[lang]}"} for lang in LANGUAGES],
        "dct:accrualPeriodicity": {"@id": f"{EU}/frequency/IRREG"},
        "dcat:theme": {"@id": f"{EU}/data-theme/SOCI"},
        "dcat:keyword": [{"@value": word, "@language": "en"} for word in ("migration", "displacement", "Displacement Tracking Matrix")],
        "dct:publisher": [_publisher(n, p.name, p.url) for n, p in enumerate(told.publishers, 1)],
        "dct:spatial": [{"@id": f"{EU}/country/{p.country_iso3}"} for p in told.programmes if p.country_iso3],
        "dct:accessRights": {"@id": f"{EU}/access-right/PUBLIC"},
        "foaf:page": [{"@id": name, "@type": "foaf:Document"} for name in sorted(files) if Path(name).suffix == ".md"],
        "dcat:distribution": [_distribution(told, name, data[name], titles) for name in sorted(data)],
    }  # fmt: skip
    contacts = [_contact(n, p.name, p.email) for n, p in enumerate(told.publishers, 1) if p.email]
    return {
        "@context": CONTEXT,
        "@graph": [{
            **dataset, **({"dct:temporal": period} if (period := _period(told)) else {}),
            **({"dcat:contactPoint": contacts} if contacts else {}),
        }],
    }  # fmt: skip


def _description(told: About, lang: str) -> str:
    t = tongue(lang)
    texts = [t.say("All published tables of release {release}.", release=told.release_id)]
    texts += [t.say("SYNTHETIC: this release holds rounds that were made, not collected.")] if told.synthetic else []
    return " ".join([*texts, *told.credits])


def _distribution(told: About, name: str, file: dict[str, Any], titles: dict[str, str]) -> dict[str, Any]:
    media, kind = KINDS[Path(name).suffix]
    return {
        "@id": f"#{name}",
        "@type": "dcat:Distribution",
        "dct:title": {"@value": f"{titles.get(Path(name).stem, name)} ({kind})", "@language": "en"},
        "dcat:accessURL": {"@id": name},
        "dcat:downloadURL": {"@id": name},
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{media}"},
        "dct:format": {"@id": f"{EU}/file-type/{kind}"},
        "dcat:byteSize": _typed(str(file["bytes"]), "nonNegativeInteger"),
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": _typed(file["sha256"], "hexBinary"),
        },
        "dct:license": _licence(told),
    }


def _licence(told: About) -> list[dict[str, Any]]:
    urls = [p.licence_url for p in told.programmes if p.licence_url]
    if urls:
        return [{"@id": url, "@type": "dct:LicenseDocument"} for url in dict.fromkeys(urls)]
    return [
        {"@id": f"#licence-{n}", "@type": "dct:LicenseDocument", "rdfs:label": {"@value": terms, "@language": "en"}}
        for n, terms in enumerate(told.licences, 1)
    ]


def _publisher(number: int, name: str, url: str | None) -> dict[str, Any]:
    known = {"foaf:homepage": {"@id": url}} if url else {}
    return {"@id": f"#publisher-{number}", "@type": "foaf:Agent", "foaf:name": name, **known}


def _contact(number: int, name: str, email: str | None) -> dict[str, Any]:
    return {
        "@id": f"#contact-{number}",
        "@type": "vcard:Organization",
        "vcard:fn": name,
        "vcard:hasEmail": {"@id": f"mailto:{email}"},
    }


def _period(told: About) -> dict[str, Any] | None:
    first, last = told.span
    if first is None and last is None:
        return None
    ends = {"dcat:startDate": first, "dcat:endDate": last}
    return {"@type": "dct:PeriodOfTime", **{key: _typed(day.isoformat(), "date") for key, day in ends.items() if day}}


def _typed(value: str, kind: str) -> dict[str, str]:
    return {"@value": value, "@type": f"xsd:{kind}"}
