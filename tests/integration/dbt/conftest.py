"""Fixtures of the dbt tests: a release's first build, and where dbt may write.

Only set-up belongs here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from dbt_candidate import Candidate, build
from dbt_reference import FIRST, reference
from dbt_rounds import baseline_round, bma_round_1, survey_round


@pytest.fixture(scope="session", autouse=True)
def quiet_dbt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """dbt writes its target and logs outside the project and tells nobody."""
    folder = tmp_path_factory.mktemp("dbt")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DO_NOT_TRACK", "1")
        patch.setenv("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
        patch.setenv("DBT_TARGET_PATH", str(folder / "target"))
        patch.setenv("DBT_LOG_PATH", str(folder / "logs"))
        patch.setenv("MTM_BUILD_DB", str(folder / "build.duckdb"))
        yield


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    """The first build: one round of informants, one of sites, one survey."""
    folder: Path = tmp_path_factory.mktemp("first") / "candidate"
    return build(Candidate(folder, [bma_round_1(), survey_round(), baseline_round()], reference(*FIRST)))
