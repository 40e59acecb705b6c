"""Dagster's own migrations of its storage, as a part of `mtm migrate`: what `dagster instance migrate` does.

Only calling them belongs here. Concept: https://docs.dagster.io/migration/upgrading
"""

from orchestration.instance import open_instance
from warehouse.settings import Home


def upgrade(home: Home, *, dry_run: bool) -> str:
    """Migrate the storage of this home's instance, wherever it lies (SQLite here, PostgreSQL); what to say of it."""
    if dry_run:
        return "would be taken to the schema of this version of Dagster"
    with open_instance(home) as instance:
        instance.upgrade()
    return "has the schema of this version of Dagster"
