"""Codebooks: the declarative mapping from delivery layouts to canonical fields. Data, not code."""
