"""The synthetic Kyrgyz rounds: deliveries as a field team would send them, calibrated to what was published.

Only the making of sample files belongs here: nothing in the line from delivery to release imports this package, and
nothing here reads a codebook. Figures stand in `operations/kgz/sample.yml`, the forms in `layouts/`.
"""

from __future__ import annotations

from pathlib import Path


def make_sample(folder: Path, seed: int = 2024, gazetteer: Path | None = None) -> list[Path]:
    """Write the nine deliveries into `folder` and return their paths in order of arrival.

    Same seed, same gazetteer: same bytes. `gazetteer` is a SOATE list (CSV: id, name_ru, soate, type, parent_id); without
    it places below level 2 are generated. Raises MtmError (`bad_place_list`) where that list can't be used.
    """
    from warehouse.sample.make import make

    return make(folder, seed, gazetteer)
