"""The candidate's marts searched for the personal values of the rounds that it builds, as every release is before its flip.

Only the measure belongs here: counts and columns, never a value; the search is `warehouse/personal`.
"""

from __future__ import annotations

from expectations.candidate_input import CandidateInput
from expectations.measures.measured import Measured, count


def personal_data_scan(given: CandidateInput) -> Measured:
    """Cells of the marts in which a personal value of a delivery stands, in any spelling."""
    from warehouse.personal.scan import search_marts, values_built

    if given.candidate is None or given.con is None:
        raise ValueError("the candidate's database is not open")
    found = search_marts(given.con, values_built(given.candidate.home, given.candidate.building))
    return count(sum(found.hits.values()), "cells", sorted(found.hits))
