"""Corrections and decisions: what a person overrode or decided about a delivery, in a ledger that is only added to."""
