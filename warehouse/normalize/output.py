"""The canonical tables while they are made: in memory as long as they are small, in files for the owner only once they grow.

Holding what is added and handing it out belongs here; what is in the tables does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from warehouse.normalize.schema import TABLES, empty

SPILL = 32 * 2**20  # bytes of one table, before they go to a file
VIEW = 16  # bytes of each text beside its letters, which Polars does not count
Hide = Callable[[str, pl.DataFrame], pl.DataFrame]


@dataclass
class Output:
    """All tables of `schema.TABLES`. `folder`: where large ones go; without one all stay in memory.

    `hide`: what is done with every part of a table before it is kept or written.
    """

    folder: Path | None = None
    hide: Hide = lambda _, frame: frame
    _frames: dict[str, list[pl.DataFrame]] = field(default_factory=dict)
    _files: dict[str, list[Path]] = field(default_factory=dict)

    def add(self, name: str, frame: pl.DataFrame) -> None:
        """Add rows to a table, below those that are there."""
        frames = self._frames.setdefault(name, [])
        frames.append(self.hide(name, frame))
        if self.folder is not None and sum(map(_bytes, frames)) > SPILL:
            files = self._files.setdefault(name, [])
            path = self.folder / f".{name}.{len(files):05d}.parquet"
            pl.concat(frames).write_parquet(path, compression="lz4")
            files.append(path)
            frames.clear()

    def replace(self, name: str, frame: pl.DataFrame) -> None:
        """Put a whole table in the place of what was added."""
        self._frames[name] = [self.hide(name, frame)]
        for path in self._files.pop(name, []):
            path.unlink()

    def lazy(self, name: str) -> pl.LazyFrame:
        """A table, not yet in memory where it is large."""
        if self._files.get(name):
            rest = [frame.lazy() for frame in self._frames[name]]
            return pl.concat([pl.scan_parquet(self._files[name], glob=False), *rest])
        return self.frame(name).lazy()

    def frame(self, name: str) -> pl.DataFrame:
        """A whole table in memory."""
        if self._files.get(name):
            return self.lazy(name).collect()
        frames = self._frames.get(name) or [empty(name)]
        return pl.concat(frames) if len(frames) > 1 else frames[0]

    def tables(self) -> dict[str, pl.DataFrame]:
        """All tables in memory."""
        return {name: self.frame(name) for name in TABLES}

    def write(self, folder: Path) -> None:
        """One Parquet file for each table; small ones together, large ones one after the other."""
        plans = {
            name: self.lazy(name).sink_parquet(folder / f"{name}.parquet", compression="zstd", lazy=True)
            for name in TABLES
        }
        pl.collect_all([plan for name, plan in plans.items() if not self._files.get(name)])
        for name in [name for name in TABLES if self._files.get(name)]:
            plans[name].collect(engine="streaming")
            for path in self._files.pop(name):
                path.unlink()


def _bytes(frame: pl.DataFrame) -> int:
    """What a frame takes in memory."""
    texts = sum(kind == pl.String for kind in frame.dtypes)
    return int(frame.estimated_size()) + VIEW * frame.height * texts
