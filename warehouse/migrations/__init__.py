"""Migrations: the state of a home carries a version, and each step from one to the next has a module of its own (docs/upgrades.md)."""
