"""High-frequency checks: what a round that is being collected shows of the quality of the interviews, by enumerator and place.

Pure functions over frames belong here: each family of checks is a module, bounds and sentences stand in collection.yml
(docs/high-frequency-checks.md). Enumerators are pseudonyms; nothing of it goes to a release.
"""

from __future__ import annotations

from warehouse.collection.checks.every import run
from warehouse.collection.checks.result import CHECK

__all__ = ["CHECK", "run"]
