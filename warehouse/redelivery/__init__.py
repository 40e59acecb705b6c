"""Redelivery: what a delivery changed against the one it supersedes, in rows, cells and people. Never a delivered value."""
