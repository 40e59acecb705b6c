"""Secrets that come as files: read where they are named, refused where they are none, never told."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehouse.errors import UsageError
from warehouse.secret_files import take


def test_a_file_becomes_the_secret(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("s3cret 4711 \n")
    env = {
        "MTM_KOBO_TOKEN_FILE": str(tmp_path / "t"),
        "DTMAPI_SUBSCRIPTION_KEY_FILE": str(tmp_path / "t"),
        "AWS_X_FILE": "/nowhere",
    }
    assert take(env) == ["DTMAPI_SUBSCRIPTION_KEY", "MTM_KOBO_TOKEN"]
    assert env["MTM_KOBO_TOKEN"] == "s3cret 4711 " and "AWS_X" not in env


def test_what_is_set_itself_goes_first(tmp_path: Path) -> None:
    env = {
        "MTM_KOBO_TOKEN_FILE": "/nowhere",
        "MTM_KOBO_TOKEN": "mine",
        "MTM_BACKUP_KEY_FILE": "~/key",
        "MTM_FTP_PASSWORD_FILE": "",
    }
    assert take(env) == [] and env["MTM_KOBO_TOKEN"] == "mine"


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe", b"a\0b"])
def test_a_file_that_holds_none_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "t"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError) as told:
        take({"MTM_KOBO_TOKEN_FILE": str(path)})
    assert told.value.code == "secret_file" and "MTM_KOBO_TOKEN_FILE" in str(told.value)
