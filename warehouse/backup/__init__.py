"""Backup and restore: the state of a home, encrypted, by hash, in any place that sources can be pulled from (docs/backup.md)."""
