"""Building a release anew from the vault, in a scratch home, and comparing it with what was published.

The scratch home and the comparison belong here; nothing that is published or kept is touched. The same deliveries,
operation files and code must give the same contents, mart by mart; where the code is another, that is said.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from warehouse.deliveries.vault import Vault
from warehouse.engine.run import run_models
from warehouse.errors import MtmError
from warehouse.normalize.run import Normalized, normalize
from warehouse.releases.candidate import Candidate, models_hash, register, version_of
from warehouse.releases.manifest import Manifest, load_manifest, read_manifest, release_ids
from warehouse.releases.serving import UNHASHED, content_hash, write_serving
from warehouse.settings import Home

SHARED = ("vault", "corrections", "gazetteer", "waivers")  # read by a build, of the true home


def rebuild(home: Home, name: str | None = None) -> dict[str, Any]:
    """Build a release's deliveries again and compare. Raises MtmError (exit 1) where the contents differ."""
    manifest = load_manifest(home, name)
    with _scratch(home) as scratch:
        base = _base(home, scratch, manifest)
        normalized = _normalized(scratch, manifest)
        marts = _built(scratch, manifest, base, normalized)
        answer = _compared(manifest, marts, [version_of(n) for n in normalized])
        answer["parent_is_kept"] = base is not None or manifest.parent is None
    if not answer["ok"]:
        raise _differs(manifest, answer)
    return answer


@contextmanager
def _scratch(home: Home) -> Iterator[Home]:
    with tempfile.TemporaryDirectory(dir=home.build, prefix="rebuild-") as folder:
        scratch = Home(Path(folder))
        for name in SHARED:
            if (home.root / name).exists():
                (scratch.root / name).symlink_to(home.root / name)
        yield scratch.ensure()


def _base(home: Home, scratch: Home, manifest: Manifest) -> Manifest | None:
    """The release that it was built on: what that one withheld stays withheld. None where it is the first, or its base is gone."""
    if manifest.parent not in release_ids(home) or manifest.parent is None:
        return None
    for earlier in {row["release_id"] for row in manifest.history} & set(release_ids(home)):
        if earlier != manifest.release_id:
            (scratch.releases / earlier).symlink_to(home.releases / earlier)
    return read_manifest(home.releases / manifest.parent)


def _normalized(scratch: Home, manifest: Manifest) -> list[Normalized]:
    """The very deliveries of the manifest, read and normalized again."""
    found = []
    for version in manifest.rounds:
        known = Vault(scratch).deliveries(version.round_key)
        delivery = next((d for d in known if d.sha256 == version.sha256), None)
        if delivery is None:
            raise MtmError(
                f"the vault no longer holds delivery {version.delivery_id} of {version.round_key}", where="vault/",
                expected="every delivery of the release", todo="restore the vault from a backup; a purged delivery can't be built again",
                code="delivery_gone",
            )  # fmt: skip
        found.append(normalize(scratch, delivery))
    return found


def _built(
    scratch: Home, manifest: Manifest, base: Manifest | None, normalized: list[Normalized]
) -> dict[str, dict[str, Any]]:
    brought = [n for n in normalized if n.round_key in manifest.brought] or normalized
    folder = scratch.build / "candidate"
    folder.mkdir(mode=0o700)
    candidate = Candidate(
        scratch, manifest.release_id, base, brought[-1], normalized, manifest.rounds, manifest.published_at.removesuffix("Z"),
        folder, folder / "build.duckdb",
    )  # fmt: skip
    register(candidate)
    if failed := run_models(candidate).failed:
        raise MtmError(
            f"the models did not run: {failed[0]['unique_id']}", expected="all of them to succeed",
            todo="mtm --debug verify --rebuild", code="dbt_failed",
        )  # fmt: skip
    return write_serving(candidate.database, folder / "release", folder)


def _compared(manifest: Manifest, marts: dict[str, dict[str, Any]], versions: list[Any]) -> dict[str, Any]:
    pairs = {
        n: (manifest.marts.get(n, {}).get("content_hash"), marts.get(n, {}).get("content_hash"))
        for n in {*marts, *manifest.marts}
    }
    differ = sorted(n for n, (was, now) in pairs.items() if n not in UNHASHED and was != now)
    published = {v.round_key: v for v in manifest.rounds}
    other = [v.round_key for v in versions if v != published[v.round_key]]
    now = models_hash()
    return {
        "release_id": manifest.release_id, "ok": not differ, "marts": len(pairs), "differ": differ, "content_hash": content_hash(marts),
        "read_otherwise": other,  # rounds whose codebooks, corrections, operation files or code are others now
        "models": {"published": manifest.models_hash, "now": now}, "same_code": now == manifest.models_hash and not other,
    }  # fmt: skip


def _differs(manifest: Manifest, answer: dict[str, Any]) -> MtmError:
    shown = ", ".join(answer["differ"][:6]) + (" …" if len(answer["differ"]) > 6 else "")
    why = "by the same code and files: look at the vault and the machine, and report it"
    if not answer["same_code"]:
        other = ", ".join(answer["read_otherwise"]) or "the models"
        why = f"code or operation files are others than when it was published ({other}): check out those to compare"
    if not answer["parent_is_kept"]:
        why = f"{manifest.parent}, that it was built on, is gone, and what that one withheld stayed withheld: restore it from a backup to compare"
    return MtmError(
        f"release {manifest.release_id}, built again, differs in {len(answer['differ'])} marts ({shown})",
        where=f"releases/{manifest.release_id}", expected=f"content {manifest.content_hash[:12]}", todo=why,
        code="rebuilt_same_code" if answer["same_code"] else "rebuilt_by_other_code",
    )  # fmt: skip
