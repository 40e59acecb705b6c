"""Stage build: the candidate, a copy of the current release's build database plus this round.

Setting it up belongs here; the models that fill it are in `models.py`.
"""

import dagster as dg

from orchestration.partitions import rounds
from orchestration.resources import WarehouseHome
from orchestration.texts import shown
from orchestration.work import Work

POOL = "build_database"  # of size 1: one builder at a time (see instance.py)


@dg.asset(deps=["canonical_round"], partitions_def=rounds, pool=POOL, **shown("candidate"))
def candidate(context: dg.AssetExecutionContext, warehouse: WarehouseHome) -> dg.MaterializeResult:
    """The next release while it is built and audited. A failed candidate is thrown away; the current release stands."""
    from warehouse.engine.ready import must_be_ready
    from warehouse.releases.candidate import build_candidate

    work = Work.of(context, warehouse.home)
    with work.stage("build candidate"):
        engine = must_be_ready()
        work.candidate = built = build_candidate(work.home, work.normalized_delivery())
        return dg.MaterializeResult(
            data_version=dg.DataVersion(_version(work)),
            metadata={
                "base release": built.base_release or "none: this is the first",
                "next release": built.release_id,
                "rounds to build": ", ".join(n.round_key for n in built.building),
                "rounds in the release": len(built.versions),
                "engine": engine,
                "synthetic": built.synthetic,
            },
        )


def _version(work: Work) -> str:
    """Of what the models read of the round: its canonical tables, and what they take from the operation's files."""
    from warehouse.releases.candidate import version_of

    version = version_of(work.normalized_delivery())
    return f"{version.normalized_id}-{version.reference[:8]}"
