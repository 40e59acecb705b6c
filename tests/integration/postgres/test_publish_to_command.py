"""The command, what follows a publication, a promotion and a rollback, and what is said where the server can't be had."""

from __future__ import annotations

import json
from typing import Any

import dagster as dg
import pytest
from click.testing import CliRunner

from orchestration.assets.server import server_release
from orchestration.resources import WarehouseHome
from orchestration.work import Work
from tests.integration.postgres.server import ESCAPED, PASSWORD, Server
from tests.integration.postgres.test_swapped import served
from warehouse.cli import cli
from warehouse.errors import MtmError
from warehouse.serving.postgres.automatic import follow, standing
from warehouse.serving.postgres.failures import CONNECTING
from warehouse.serving.postgres.target import configured, target
from warehouse.settings import Home

CLOSED = f"postgresql://postgres:{ESCAPED}@127.0.0.1:1/postgres"


def mtm(home: Home, *words: str, to: str = "") -> Any:
    env = {"MTM_HOME": str(home.root), "MTM_PUBLISH_TO": to}
    return CliRunner().invoke(cli, [*words], env=env)


def test_the_command_tells_what_it_did(line: Home, server: Server) -> None:
    done = mtm(line, "publish-to", server.url(), "--release", "r000002")
    assert (
        done.exit_code == 0 and done.stdout.startswith("r000002 is served: 127.0.0.1:") and PASSWORD not in done.output
    )
    answer = json.loads(mtm(line, "publish-to", "--json", to=server.url()).stdout)
    assert (answer["release_id"], answer["before"], answer["changed"]) == ("r000003", "r000002", True)
    assert answer["server"] == f"127.0.0.1:{server.port}/postgres" and ESCAPED not in json.dumps(answer)
    assert "there already" in mtm(line, "publish-to", to=server.url()).stdout


def test_a_rollback_and_a_promotion_are_followed(line: Home, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    done = mtm(line, "rollback", "r000002", to=server.url())
    assert done.exit_code == 0 and "PostgreSQL: r000002 is served" in done.stderr and served(server) == ("r000002", 120)
    answer = json.loads(mtm(line, "promote", "r000003", "--json", to=server.url()).stdout)
    assert (
        answer["current"] == "r000003"
        and answer["postgresql"]["release_id"] == "r000003"
        and served(server) == ("r000003", 130)
    )
    broken = mtm(line, "rollback", "r000001", "--json", to=CLOSED)
    assert broken.exit_code == 1 and json.loads(broken.stdout)["postgresql"]["error"]["code"] == "connection_refused"
    monkeypatch.setenv("MTM_PUBLISH_TO", server.url())
    behind = standing(line)
    assert behind and not behind.agrees and behind.text.endswith("serves r000003, current is r000001")
    doctor = mtm(line, "doctor", to=server.url())
    assert doctor.exit_code == 1 and "mtm publish-to" in doctor.stdout
    assert follow(line) and standing(line).agrees  # type: ignore[union-attr]


def test_without_a_server_nothing_is_done(line: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MTM_PUBLISH_TO", raising=False)
    assert configured() is None and follow(line) is None and standing(line) is None
    assert "postgresql" not in json.loads(mtm(line, "rollback", "r000002", "--json").stdout)
    assert mtm(line, "publish-to").exception.code == "bad_url"  # type: ignore[union-attr]


def test_the_step_of_the_job(line: Home, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def run() -> tuple[dg.ExecuteInProcessResult, Work]:
        works: list[Work] = []
        of = Work.of
        monkeypatch.setattr(Work, "of", lambda *a: works.append(of(*a)) or works[-1])
        result = dg.materialize([server_release], partition_key="toy-baseline-r01", instance=instance, raise_on_error=False,
                                resources={"warehouse": WarehouseHome(path=str(line.root))})  # fmt: skip
        monkeypatch.setattr(Work, "of", of)
        return result, works[-1] if works else Work(line, "")

    instance = dg.DagsterInstance.ephemeral()
    instance.add_dynamic_partitions("rounds", ["toy-baseline-r01"])
    monkeypatch.delenv("MTM_PUBLISH_TO", raising=False)
    result, _ = run()
    assert result.success and result.asset_materializations_for_node("server_release") == []
    monkeypatch.setenv("MTM_PUBLISH_TO", server.url())
    result, work = run()
    [told] = result.asset_materializations_for_node("server_release")
    assert told.metadata["release"].value == "r000003" and told.metadata["rows"].value > 15 and "server" in work.seconds
    monkeypatch.setenv("MTM_PUBLISH_TO", CLOSED)
    result, work = run()
    assert (
        not result.success
        and work.error is None
        and work.server_error
        and work.server_error.code == "connection_refused"
    )
    for shown in (result.all_events, told.metadata):
        assert ESCAPED not in str(shown) and PASSWORD not in str(shown)


@pytest.mark.parametrize(
    "url",
    ["postgresql://u:p@ss@host/db", "postgresql://u:p/4711@host/db", "postgresql://u:12/4711@host", "postgresql://u:4711?x@host/db",
     "postgresql://u:47 11@host:port/db", "mysql://u:4711@host/db", "4711", "postgresql://u:4711#@host/db"],
)  # fmt: skip
def test_an_address_that_is_none_is_not_repeated(url: str) -> None:
    try:
        assert "4711" not in target(url).where  # taken: then the password is where it belongs
    except MtmError as error:
        assert error.code == "bad_url" and "4711" not in str(error) + repr(error.as_dict()) and "p@ss" not in str(error)


def test_names_that_can_not_be_schemas_are_refused() -> None:
    for schema in ("public", "pg_marts", "Marts", "a b", 'x"; DROP', "x" * 41):
        with pytest.raises(MtmError) as found:
            target("postgresql://u@h/d", schema=schema)
        assert found.value.code == "bad_name"
    assert (
        target("postgresql://u@h:5433/d", role="").role == "" and target("postgresql://u@h:5433/d").where == "h:5433/d"
    )


def test_each_reason_has_one_line_and_a_code() -> None:
    import psycopg

    from warehouse.serving.postgres.failures import told

    for words, what, _, code in CONNECTING:
        error = told(psycopg.OperationalError(f"connection to server failed: {words} 4711"), "h:1/d")
        assert error.code == code and error.what == what and "4711" not in str(error)
    for kind, code in (("DiskFull", "disk_full"), ("InsufficientPrivilege", "missing_rights"), ("ReadOnlySqlTransaction", "read_only_server"),
                       ("SerializationFailure", "conflict"), ("DeadlockDetected", "conflict"), ("AdminShutdown", "connection_lost"),
                       ("TooManyConnections", "too_many_connections"), ("InvalidCatalogName", "database_unknown"), ("SyntaxError", "server_failed")):  # fmt: skip
        assert told(getattr(psycopg.errors, kind)("value 4711"), "h:1/d").code == code
