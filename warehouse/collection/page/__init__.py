"""The daily page for the field coordinator: what needs action, how far the round is, the checks by enumerator. One file, no script.

Writing the page from the collection's tables belongs here; what is checked is in `../checks`. Enumerators appear as
pseudonyms; no name, position or answer of one person stands in it. It is internal: it lies in a private folder (0700).
"""

from __future__ import annotations

from warehouse.collection.page.write import write

__all__ = ["write"]
