"""What `mtm doctor` looks at: an installation's machine, folders, locks, releases, files, network and secrets.

A check is a function with a name; it changes nothing and says what it saw and what to do. Those on Dagster are in
`orchestration/doctor.py`, since nothing here imports it.
"""
