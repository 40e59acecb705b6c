"""Stage publish: the release, if the stored verdict on exactly this candidate is passed.

Looking the verdict up and telling the release belongs here; writing and flipping are in `warehouse/releases/publish.py`.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import dagster as dg
from pydantic import Field

from orchestration import tables
from orchestration.assets.build import POOL
from orchestration.figures import figures
from orchestration.pages import release_page
from orchestration.partitions import rounds
from orchestration.resources import WarehouseHome
from orchestration.standing import served_version
from orchestration.texts import shown
from orchestration.work import Work
from warehouse.collection.keep import keep, settle
from warehouse.errors import GateRefused
from warehouse.releases.manifest import Manifest, RoundVersion, current_manifest
from warehouse.releases.verdict import Verdict, load_verdict
from warehouse.replay import same_content
from warehouse.settings import Home

WAIVER = ("round_key", "finding", "reason", "owner", "expires")

# A provisional round yields no output: the step ends well, the asset is not materialized, an observation says why.
Yielded = dg.MaterializeResult | dg.AssetObservation


class Publishing(dg.Config):
    """How the release is published; in the UI: Launchpad, `ops: {release: {config: {hold: true}}}`."""

    hold: bool = Field(False, description="Write the release and hold it back: mtm promote serves it.")


@dg.asset(deps=["verdict"], partitions_def=rounds, pool=POOL, output_required=False, **shown("release"))
def release(context: dg.AssetExecutionContext, config: Publishing, warehouse: WarehouseHome) -> Iterator[Yielded]:
    """An immutable, published set of round versions with its manifest: what readers see. One atomic flip."""
    work = Work.of(context, warehouse.home)
    with work.stage("publish"):
        verdict = _stored_verdict(work)
        if verdict.outcome == "provisional":
            told = _held_back(context, work)
        else:
            told = _published(context, work, verdict, config.hold)
    yield told


def _published(context: dg.AssetExecutionContext, work: Work, verdict: Verdict, hold: bool) -> Yielded:
    from warehouse.releases.publish import publish

    if already := _holds(work):
        work.discard()
        work.manifest, work.was_published = already, True
    else:
        work.manifest, work.is_held = publish(work.home, work.built_candidate(), verdict, hold=hold), hold
        work.candidate = None  # publish() has thrown it away
    settle(work.home)  # a round that was collected and is published whole
    context.instance.add_run_tags(context.run.run_id, {"mtm/release": work.manifest.release_id})
    if work.is_held:  # readers do not see it: the partition stays as it is until somebody promotes it
        return dg.AssetObservation(
            "release",
            partition=work.round_key,
            description="Held back, not served",
            metadata=_told(work, work.manifest),
        )
    return dg.MaterializeResult(
        metadata=_told(work, work.manifest), data_version=dg.DataVersion(served_version(work.manifest, work.round_key))
    )


def _holds(work: Work) -> Manifest | None:
    """The current release, where it holds what this candidate would bring (a run started twice, a replay without effect)."""
    candidate, current = work.built_candidate(), current_manifest(work.home)
    from warehouse.releases.candidate import models_hash

    if current is None or current.models_hash != models_hash() or len(current.rounds) != len(candidate.versions):
        return None
    pairs = zip(current.rounds, sorted(candidate.versions, key=lambda v: v.round_key), strict=True)
    return current if all(_equal(work.home, served, version) for served, version in pairs) else None


def _equal(home: Home, served: RoundVersion, version: RoundVersion) -> bool:
    """Whether two versions bring the same rows: perhaps normalized by other files or code, with every table equal."""
    alike = replace(served, normalized_id=version.normalized_id) == version
    return alike and same_content(home, version.round_key, served.normalized_id, version.normalized_id)


def _stored_verdict(work: Work) -> Verdict:
    """The verdict from disk, not from memory: a run can't publish what the gate has not written down."""
    normalized = work.normalized_delivery()
    verdict = load_verdict(work.home, work.round_key, normalized.normalized_id)
    if verdict is None or verdict.outcome == "refused":
        raise GateRefused(
            f"{work.round_key} is not published: {'there is no verdict' if verdict is None else 'the verdict is refused'}",
            expected="a passed verdict on this candidate",
            todo=f"mtm findings {work.round_key}",
            code="refused",
        )
    return verdict


def _held_back(context: dg.AssetExecutionContext, work: Work) -> dg.AssetObservation:
    context.instance.add_run_tags(context.run.run_id, {"mtm/release": "none (provisional)"})
    kept = keep(work.home, work.built_candidate())
    work.discard()
    context.log.info(f"{work.round_key} is provisional: kept and shown, not published")
    current = current_manifest(work.home)
    return dg.AssetObservation(
        asset_key="release",
        partition=work.round_key,
        description="Not published: the delivery is partial, its verdict provisional",
        metadata={
            "outcome": "provisional",
            "current release": current.release_id if current else "none",
            "up to": str(kept.as_of or "no day is told"),
            "progress": "no plan" if kept.progress_percent is None else f"{kept.progress_percent:.1f} % of the plan",
            "collection": kept.collection_status,
            "findings of the high-frequency checks": kept.findings,
            "page": dg.MetadataValue.path(kept.page),
        },
    )


def _figures(work: Work, manifest: Manifest) -> tables.Shown:
    """Charts of the round. They are told beside the release, which stands: what can't be drawn does not undo it."""
    try:
        return figures(work.home.releases / manifest.release_id, work.round_key)
    except Exception as error:
        return {"charts": f"can't be drawn ({type(error).__name__})"}


def _notes(work: Work, manifest: Manifest) -> tables.Table:
    path = work.home.releases / manifest.release_id / "NOTES.md"
    if not path.is_file():
        return dg.MetadataValue.text("none: the release is from before there were notes")
    return dg.MetadataValue.md(path.read_text(encoding="utf-8"))


def _difference(work: Work, manifest: Manifest) -> tables.Table:
    """Rows and values of each mart that changed; nothing where the parent is no longer kept."""
    columns = ["mart", "rows_before", "rows_after", "added", "gone", "changed"]
    found = _as_judged(work, manifest) or _compared(work, manifest)
    if found is None:
        return dg.MetadataValue.text("nothing to compare with")
    rows = [(*(m[c] for c in columns), f"{m['share_values_changed']:.2%}") for m in found]
    return tables.markdown([*columns, "values changed"], rows, "every mart is equal")


def _as_judged(work: Work, manifest: Manifest) -> list[dict[str, Any]]:
    """The marts that differ, as the gate found them; none where it judged on another base or could not compare."""
    verdict = work.verdict
    judged = verdict is not None and verdict.base_release == manifest.parent and "told" not in verdict.diff
    return verdict.diff.get("marts", []) if verdict and judged else []


def _compared(work: Work, manifest: Manifest) -> list[dict[str, Any]] | None:
    from warehouse.releases.diff import diff_releases
    from warehouse.releases.manifest import release_ids

    if manifest.parent not in release_ids(work.home):
        return None
    marts: list[dict[str, Any]] = diff_releases(work.home, manifest.parent, manifest.release_id)["marts"]
    return marts


def _reports(work: Work, manifest: Manifest) -> tables.Table:
    names = sorted(name.removeprefix("reports/") for name in manifest.files if name.startswith("reports/"))
    pages = [name for name in names if name.endswith(".html")]
    links = [(f"[{name}]({release_page(work.home, manifest.release_id, name)})",) for name in pages]
    return tables.markdown(["report"], links, "none: the release has no handouts")


def _package(work: Work, manifest: Manifest) -> dg.TextMetadataValue | dg.PathMetadataValue:
    if not any(name.startswith("package/") for name in manifest.files):
        return dg.MetadataValue.text("none: the release has no handouts (mtm export makes it)")
    return dg.MetadataValue.path(work.home.releases / manifest.release_id / "package")


def _told(work: Work, manifest: Manifest) -> tables.Shown:
    marts = [(name, m["rows"]) for name, m in sorted(manifest.marts.items())]
    waivers = [tuple(str(w.get(c, "")) for c in WAIVER) for w in manifest.waivers]
    return {
        "release": manifest.release_id,
        "parent": manifest.parent or "none: this is the first",
        "new": "no: the current release holds exactly this" if work.was_published else "yes",
        "notes of the release": dg.MetadataValue.url(release_page(work.home, manifest.release_id)),
        **_figures(work, manifest),
        "minutes": round(sum(work.seconds.values()) / 60, 2),
        "channel": f"latest-candidate, held back: mtm promote {manifest.release_id}" if work.is_held else "current",
        "reports": _reports(work, manifest),
        "open data package": _package(work, manifest),
        "against its parent": _difference(work, manifest),
        "waivers": tables.markdown(WAIVER, waivers),
        "content hash": manifest.content_hash,
        "rounds": ", ".join(v.round_key for v in manifest.rounds),
        "synthetic": manifest.synthetic,
        "notes": _notes(work, manifest),  # long: below what is clicked
        "rows of marts": tables.markdown(["mart", "rows"], marts),
        "seconds by stage": tables.markdown(["stage", "seconds"], [(k, round(v, 2)) for k, v in work.seconds.items()]),
        "folder": dg.MetadataValue.path(work.home.releases / manifest.release_id),
    }
