"""Office packages: which part is what, by content types and relationships, and which packages are taken.

The wiring of parts belongs here; the contents of sheets do not.

Taken are workbooks of the type `…spreadsheetml.sheet.main+xml` (.xlsx, also in the strict form). Macro workbooks, binary
workbooks, templates and add-ins are refused by their type, whatever the file is called: see `REFUSED`.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from warehouse.deliveries.readers.container import Container
from warehouse.deliveries.readers.markup import walk
from warehouse.deliveries.readers.refusal import refuse
from warehouse.errors import UnreadableDelivery

TYPES_PART = "[Content_Types].xml"
OFFICE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
WORKBOOK, WORKSHEET, STRINGS, STYLES = (
    f"{OFFICE}{part}+xml" for part in ("sheet.main", "worksheet", "sharedStrings", "styles")
)
OTHER_SHEETS = {f"{OFFICE}chartsheet+xml": "a chart", f"{OFFICE}dialogsheet+xml": "a dialogue"}
REFUSED = {
    "application/vnd.ms-excel.sheet.macroenabled.main+xml": "a workbook with macros (.xlsm)",
    "application/vnd.ms-excel.sheet.binary.macroenabled.main": "a binary workbook (.xlsb)",
    "application/vnd.ms-excel.addin.macroenabled.main+xml": "an add-in (.xlam)",
    "application/vnd.ms-excel.template.macroenabled.main+xml": "a template with macros (.xltm)",
    f"{OFFICE}template.main+xml": "a template (.xltx)",
}
_CONTENT = {"http://schemas.openxmlformats.org/package/2006/content-types": ""}
_RELATIONS = {"http://schemas.openxmlformats.org/package/2006/relationships": ""}


@dataclass(frozen=True)
class Relation:
    """One relationship: the last word of its type (`worksheet`), and the part it leads to."""

    kind: str
    target: str
    external: bool


class Package:
    """An Office package: content types and relationships."""

    def __init__(self, container: Container) -> None:
        """Raises UnreadableDelivery where the content types can't be read."""
        self.container, self.name = container, container.name
        self._defaults: dict[str, str] = {}
        self.overrides: dict[str, str] = {}
        self._read_types()

    def type_of(self, part: str) -> str:
        """The content type of a part, "" where none is given."""
        found = self.overrides.get(part.lower())
        return found or self._defaults.get(part.rpartition(".")[2].lower(), "")

    def relations(self, part: str) -> dict[str, Relation]:
        """The relationships of a part ("" for the package), by id."""
        folder, file = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{file}.rels")
        found: dict[str, Relation] = {}

        def start(name: str, attributes: dict[str, str]) -> None:
            if name != "Relationship":
                return
            identity, target = attributes.get("Id", ""), attributes.get("Target", "")
            if not identity or not target or identity in found:
                raise refuse("relationships without a target, or twice the same", f"{self.name}, {path}", "bad_package")
            external = attributes.get("TargetMode") == "External"
            resolved = target if external else posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found[identity] = Relation(attributes.get("Type", "").rpartition("/")[2], resolved, external)

        if path in self.container:
            walk(self.container.read(path), f"{self.name}, {path}", _RELATIONS, start)
        return found

    def main_part(self) -> str:
        """The workbook. Raises UnreadableDelivery where the package is something else."""
        mains = [r.target for r in self.relations("").values() if r.kind == "officeDocument" and not r.external]
        if len(mains) != 1:
            raise self._broken("the package does not name its one main part")
        kind = self.type_of(mains[0])
        if kind != WORKBOOK:
            raise self._not_taken(kind)
        if any(part.lower().endswith("vbaproject.bin") for part in self.container.names):
            raise self._not_taken(next(iter(REFUSED)))
        return mains[0]

    def parts_of(self, kind: str) -> list[str]:
        """The parts of a content type that the package holds."""
        return [part for part in self.container.names if self.type_of(part) == kind]

    def _read_types(self) -> None:
        where = f"{self.name}, {TYPES_PART}"

        def start(name: str, attributes: dict[str, str]) -> None:
            kind = attributes.get("ContentType", "")
            kind = kind if kind in (WORKBOOK, WORKSHEET, STRINGS, STYLES) or kind in OTHER_SHEETS else kind.lower()
            if name == "Default":
                self._defaults[attributes.get("Extension", "").lower()] = kind
            elif name == "Override":
                part = attributes.get("PartName", "").lstrip("/").lower()
                if part in self.overrides:
                    raise refuse("a part has two content types", where, "bad_package")
                self.overrides[part] = kind

        walk(self.container.read(TYPES_PART), where, _CONTENT, start)

    def _broken(self, what: str) -> UnreadableDelivery:
        return refuse(what, self.name, "bad_package")

    def _not_taken(self, kind: str) -> UnreadableDelivery:
        known = REFUSED.get(kind.lower())
        if known is None and "spreadsheetml" not in kind and "officedocument" in kind:
            return refuse("the file is an Office document, but no workbook", self.name, "unknown_format")
        if known is None:
            return self._broken("the main part is not of the type of a workbook")
        return refuse(
            f"the file is {known}", self.name, "other_spreadsheet",
            expected="a workbook without macros (.xlsx)", todo="save it as an XLSX workbook and deliver that",
        )  # fmt: skip
