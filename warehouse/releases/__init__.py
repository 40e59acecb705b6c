"""Releases: candidate, verdict, manifest, publication, diff, rollback, verification."""
