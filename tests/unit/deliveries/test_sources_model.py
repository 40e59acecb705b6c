"""Sources as data, their names, and the redaction that every text of theirs goes through."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehouse.deliveries.sources.address import check_url, kind_of, protocol_of
from warehouse.deliveries.sources.files import is_wanted, local_items
from warehouse.deliveries.sources.model import Source, all_sources, find_source, seconds
from warehouse.deliveries.sources.redact import redact, shown
from warehouse.deliveries.sources.retry import SourceError, retry_after
from warehouse.errors import MtmError, UsageError

FILE = """
sources:
  - {name: kobo-baseline, url: "kobo+https://kf.example.org/aToy", component: baseline, round: 5, every: 6 h,
     partial: true, enabled: true, secret_env: TOY_KOBO}
  - {name: share, url: "s3://mission/in/round*", round: from the file}
"""


def declare(toy: Path, text: str) -> None:
    (toy / "sources.yml").write_text(text, encoding="utf-8")


def test_a_source_is_data(toy: Path) -> None:
    declare(toy, FILE)
    kobo, share = find_source("kobo-baseline"), find_source("toy/share")
    assert kobo is not None and share is not None
    assert (kobo.kind, kobo.every, kobo.partial, kobo.enabled, kobo.secret_variable) == ("kobo", 21600, True, True, "TOY_KOBO")  # fmt: skip
    assert (kobo.declared.operation, kobo.declared.component, kobo.declared.round_number) == ("toy", "baseline", 5)
    assert (share.kind, share.every, share.enabled, share.declared.round_number) == ("files", 60, False, None)
    assert find_source("nothing") is None


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('{name: a, url: "sftp://u:hunter2secret@h/x"}', "secret_env"),
        ('{name: a, url: "https://h/x?X-Amz-Signature=hunter2secret"}', "secret_env"),
        ('{name: a, url: "kobo+http://kf.example.org/aToy"}', "in the clear"),
        ('{name: a, url: "s3://b/x", every: often}', "15 min"),
        ('{name: a, url: "s3://b/x", every: 1 s}', "30 s"),
        ('{name: a, url: "s3://b/x", round: third}', "round"),
        ('{name: a, url: "simplecache::s3://b/x"}', "chained"),
        ('{name: a, url: "s3://b/x", token: hunter2secret}', "token"),
        ('{name: A b, url: "s3://b/x"}', "name"),
        ('{name: a, url: "s3://b/x"}, {name: a, url: "s3://b/y"}', "called a"),
    ],
)
def test_a_wrong_file_says_what_is_wrong_without_quoting_it(toy: Path, entry: str, said: str) -> None:
    declare(toy, f"sources: [{entry}]")
    sources, problems = all_sources()
    assert [s for s in sources if s.name.startswith("toy/")] == []
    (problem,) = problems
    assert said in str(problem) and "hunter2secret" not in str(problem)


def test_the_variable_that_a_source_names_is_redacted_too(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_KOBO", "hunter2-plain")
    declare(toy, FILE)
    assert find_source("kobo-baseline") is not None
    assert redact("it was hunter2-plain indeed") == "it was *** indeed"


def test_two_operations_with_one_name_are_told_apart(toy: Path) -> None:
    declare(toy, FILE)
    other = toy.parent / "toz"
    other.mkdir()
    (other / "operation.yml").write_text((toy / "operation.yml").read_text().replace("operation: toy", "operation: toz"))  # fmt: skip
    (other / "sources.yml").write_text(FILE)
    with pytest.raises(UsageError, match="toy/share, toz/share"):
        find_source("share")
    assert (find_source("toz/share") or Source("")).name == "toz/share"


def test_every_shipped_file_of_sources_can_be_used() -> None:
    assert all_sources()[1] == []


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("round1.xlsx", "files"),
        ("file:///data/in", "files"),
        ("s3://b/k", "files"),
        ("https://h/a.xlsx", "files"),
        ("https://kf.example.org/api/v2/assets/aToy/data.json", "kobo"),
        ("kobo+https://h/aToy", "kobo"),
        ("dtm://admin1?country=T", "dtm"),
    ],
)
def test_kinds(url: str, kind: str) -> None:
    check_url(url)
    assert kind_of(url) == kind


def test_protocols_have_one_name() -> None:
    assert [protocol_of(u) for u in ("ssh://h/x", "S3://b/x", "s3a://b/x", "x.csv")] == ["sftp", "s3", "s3", "file"]


@pytest.mark.parametrize(
    "text",
    [
        "https://user:hunter2@h.org/a?sig=hunter2#hunter2",
        "failed: sftp://u:hunter2@h/x and s3://k:hunter2@b/y",
        "GET /a/b?X-Amz-Signature=hunter2&x=1 HTTP/1.1",
        "Authorization: Token hunter2",
        "'Authorization': 'Bearer hunter2'",
        "password=hunter2, api_key: hunter2",
        "Ocp-Apim-Subscription-Key: hunter2",
        "what the environment holds: hunter2-of-kobo",
        "spelled for a URL: hunter2%2Fof+kobo",
    ],
)
def test_redaction(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTM_KOBO_TOKEN", "hunter2-of-kobo")
    monkeypatch.setenv("MTM_SFTP_PASSWORD", "hunter2/of kobo")
    assert "hunter2" not in redact(text)
    error = SourceError(text, where=text, expected=text, todo=text)
    assert "hunter2" not in str(error) + str(error.as_dict())


@pytest.mark.parametrize("text", ["the server answers 503 (Service Unavailable)", "export MTM_KOBO_TOKEN=… (Account settings)", "https://h.org:8443/a/b.xlsx", "set the token again"])  # fmt: skip
def test_plain_words_stay(text: str) -> None:
    assert redact(text) == text


def test_shown_keeps_host_and_path() -> None:
    assert shown("https://u:p@H.org:8443/a/b.xlsx?c=d#e") == "https://h.org:8443/a/b.xlsx"
    assert shown("file:///home/me/x.xlsx") == "file"
    assert shown("https://[broken") == "https://***"


def test_retry_after_is_a_number_or_a_date() -> None:
    assert retry_after("7") == 7.0
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
    assert retry_after("soon") is None and retry_after(None) is None


def test_intervals() -> None:
    assert [seconds(t) for t in ("15 min", "6h", "1 day", "2 Hours")] == [900, 21600, 86400, 7200]


def test_files_of_a_folder(tmp_path: Path) -> None:
    for name in ("b.xlsx", "a.xlsx", ".hidden", "~$a.xlsx", "c.xlsx.part", "Thumbs.db", ".~lock.a.xlsx#"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "below").mkdir()
    items, below = local_items(tmp_path)
    assert [i.name for i in items] == ["a.xlsx", "b.xlsx"] and below == 1
    assert [i.name for i in local_items(tmp_path / "b*")[0]] == ["b.xlsx"]
    assert [i.name for i in local_items(tmp_path / ".hidden")[0]] == [".hidden"]
    with pytest.raises(UsageError):
        local_items(tmp_path / "none.xlsx")
    assert is_wanted("round1.xlsx") and not is_wanted("")


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.deliveries.sources.files.MOST", 2)
    for n in range(3):
        (tmp_path / f"{n}.csv").write_bytes(b"x")
    with pytest.raises(MtmError, match="3 files"):
        local_items(tmp_path)
