"""A folder as one ZIP file that is equal for equal contents: sorted names, one date, plain permissions.

Only packing belongs here.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

STORED = {".xlsx", ".parquet", ".png", ".zip"}  # packed already


def write_zip(folder: Path, path: Path, root: str, day: str) -> None:
    """All files below `folder` into `path`, under the name `root/`. `day`: ISO, the date that every file is given."""
    year, month, date = (int(part) for part in day.split("-"))
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(p for p in folder.rglob("*") if p.is_file()):
            info = zipfile.ZipInfo(
                f"{root}/{file.relative_to(folder).as_posix()}", (max(year, 1980), month, date, 0, 0, 0)
            )
            info.create_system, info.external_attr = 3, 0o100644 << 16
            info.compress_type = zipfile.ZIP_STORED if file.suffix in STORED else zipfile.ZIP_DEFLATED
            archive.writestr(info, file.read_bytes(), compresslevel=6)
