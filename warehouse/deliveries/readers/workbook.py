"""Workbooks: which of the three kinds a file is (XLSX, ODS, XLS), or that a ZIP is no workbook but an archive of files.

Telling workbooks apart belongs here; reading them is done in `xlsx.py`, `ods.py` and `xls.py`.
"""

from __future__ import annotations

from warehouse.deliveries.readers.container import Container
from warehouse.deliveries.readers.package import TYPES_PART
from warehouse.deliveries.readers.refusal import refuse
from warehouse.deliveries.readers.sheet import RawSheet

__all__ = ["Container", "is_archive", "open_container", "read_workbook"]

ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_last: list[Container] = []


def open_container(data: bytes, name: str) -> Container:
    """The container of a ZIP, checked once for the same bytes. Raises UnreadableDelivery where it can't be trusted."""
    if not _last or _last[0].data is not data or _last[0].name != name:
        _last[:] = [Container(data, name)]
    return _last[0]


def is_archive(container: Container) -> bool:
    """Whether a ZIP shows no sign of a workbook: not even of a broken one."""
    signs = (TYPES_PART.lower(), "mimetype", "content.xml", "meta-inf/", "xl/", "_rels/", "word/", "ppt/", "docprops/")
    return not any(part.lower().startswith(signs) for part in container.names)


def read_workbook(data: bytes, name: str) -> list[RawSheet]:
    """All sheets of a workbook. Raises UnreadableDelivery where it can't be trusted or parsed."""
    if not data.startswith(b"PK"):
        from warehouse.deliveries.readers.xls import read_xls

        return read_xls(data, name)
    container = open_container(data, name)
    _last.clear()
    if TYPES_PART in container:
        from warehouse.deliveries.readers.xlsx import read_xlsx

        return read_xlsx(container)
    if "mimetype" not in container:
        raise refuse("a part of the file is missing", f"{name}, {TYPES_PART}", "missing_part")
    if (found := container.read("mimetype").strip()) != ODS:
        template = found.startswith(ODS)
        raise refuse(
            "the file is a template" if template else "the file is no workbook", name,
            "other_spreadsheet" if template else "unknown_format", expected="a workbook (XLSX, ODS)",
        )  # fmt: skip
    from warehouse.deliveries.readers.ods import read_ods

    return read_ods(container)
