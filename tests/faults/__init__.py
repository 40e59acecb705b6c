"""The fault matrix: what is served when things go wrong (docs/faults.md). Everything is asked of the command line."""
