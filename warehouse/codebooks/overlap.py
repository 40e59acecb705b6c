"""Clashes inside a codebook: a label that fits two fields, a text that fits two options.

Only the comparison of what a codebook says with itself belongs here; comparing it with deliveries does not.
"""

from __future__ import annotations

from warehouse.codebooks.folding import fold, fold_label

Entry = tuple[str, list[str], str | None, str | None]  # field or code, its texts, rounds, versions


def label_clash(columns: list[Entry]) -> str | None:
    """The first label that two fields claim for one round and form version, told as a sentence."""
    clash = _clash([(name, [fold_label(x) for x in texts], r, v) for name, texts, r, v in columns])
    return clash and f"the label {clash[0]!r} fits two fields: {clash[1]}, {clash[2]}"


def option_clash(options: list[Entry]) -> str | None:
    """The first text that two options claim for one round and form version, told as a sentence."""
    clash = _clash([(code, [fold(x) for x in (code, *texts)], r, v) for code, texts, r, v in options])
    return clash and f"the answer {clash[0]!r} fits two options: {clash[1]}, {clash[2]}"


def _clash(entries: list[Entry]) -> tuple[str, str, str] | None:
    seen: dict[str, list[Entry]] = {}
    for entry in entries:
        for text in dict.fromkeys(entry[1]):
            for other in seen.setdefault(text, []):
                if other[0] != entry[0] and _together(entry, other):
                    return text, other[0], entry[0]
            seen[text].append(entry)
    return None


def _together(a: Entry, b: Entry) -> bool:
    """Whether two entries hold at once. Two different version globs are taken to exclude each other."""
    versions = a[3] is None or b[3] is None or a[3] == b[3]
    return versions and rounds_overlap(a[2], b[2])


def rounds_overlap(a: str | None, b: str | None) -> bool:
    """Whether two ranges of rounds (`1-2`, `4-`, `3,5-7`; None: all) have a round in common."""
    return any(x[0] <= y[1] and y[0] <= x[1] for x in _intervals(a) for y in _intervals(b))


def _intervals(rounds: str | None) -> list[tuple[int, int]]:
    if rounds is None:
        return [(0, 10**9)]
    found = []
    for part in rounds.split(","):
        low, dash, high = part.strip().partition("-")
        found.append((int(low), int(high) if high else (10**9 if dash else int(low))))
    return found
