"""Readers: one file in, sheets of cells out. Nothing is interpreted, renamed or dropped here."""
