"""How to cite a release: `CITATION.cff` for programs; the plain line stands in the README and on the cover sheet.

Only citations belong here.
"""

from __future__ import annotations

from typing import Any

import yaml

from warehouse.serving.package.about import About
from warehouse.serving.words import tongue

FILE = "CITATION.cff"


def citation_cff(told: About) -> str:
    """The file, in the Citation File Format 1.2."""
    data: dict[str, Any] = {
        "cff-version": "1.2.0",
        "type": "dataset",
        "message": "If you use these figures, please cite them, with the release: another release may say other figures.",
        "title": told.title(tongue("en")),
        "authors": [_entity(p.name, p.url, p.email) for p in told.publishers],
        "version": told.release_id,
        "date-released": told.day,
        "identifiers": [{"type": "other", "value": told.content_hash, "description": "content hash of the release"}],
        "keywords": ["migration", "displacement", *(["SYNTHETIC"] if told.synthetic else [])],
        "abstract": " ".join([_abstract(told), *told.credits]),
    }
    urls = [p.licence_url for p in told.programmes if p.licence_url]
    if urls:
        data["license-url"] = urls[0]
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=1000)


def _abstract(told: About) -> str:
    mark = "SYNTHETIC: holds rounds that were made, not collected. " if told.synthetic else ""
    return f"{mark}Terms of use: {'; '.join(told.licences)}."


def _entity(name: str, url: str | None, email: str | None) -> dict[str, str]:
    return {"name": name, **({"website": url} if url else {}), **({"email": email} if email else {})}
