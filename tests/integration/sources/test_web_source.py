"""Files over HTTP: whole or not at all, taken up where they were cut, tried again only where that can help."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.integration.sources.web_server import File, Handler, Web, serve
from warehouse.deliveries.sources.model import Source
from warehouse.deliveries.sources.pull import Outcome
from warehouse.deliveries.vault import Vault
from warehouse.settings import Home

Pull = Callable[..., list[Outcome]]
PATH = "/out/round1.xlsx"


def error_of(outcomes: list[Outcome]) -> str:
    (outcome,) = outcomes
    assert outcome.error is not None, outcome
    return outcome.error.code


def parts(home: Home) -> list[str]:
    return [p.name for p in (home.build / "pulls").iterdir() if p.suffix == ".part"]


def test_a_file_is_received_and_its_sidecar_says_from_where(web: Web, pull: Pull, rows_file: Callable[..., bytes], vault: Vault) -> None:  # fmt: skip
    web.routes[PATH] = File(rows_file())
    (outcome,) = pull(f"{web.url}{PATH}?sig=s1gned#x")
    assert outcome.receipt is not None and outcome.receipt.is_new
    delivery = vault.current("toy-baseline-r01")
    assert (delivery.source, delivery.file_name) == (f"{web.url}{PATH}", "round1.xlsx")
    assert vault.path(delivery).read_bytes() == rows_file()
    assert parts(vault.home) == []
    (again,) = pull(f"{web.url}{PATH}")
    assert again.receipt is not None and not again.receipt.is_new


@pytest.mark.parametrize("fault", [503, 500, 429, ("after", 0), ("cut", 100)])
def test_a_fault_that_passes_is_tried_again(web: Web, pull: Pull, rows_file: Callable[..., bytes], fault: object) -> None:  # fmt: skip
    web.routes[PATH] = File(rows_file(), faults=[fault, fault])
    (outcome,) = pull(web.url + PATH)
    assert outcome.receipt is not None
    assert len(web.seen) == 3


@pytest.mark.parametrize(("status", "code"), [(400, "source_refused"), (401, "source_unauthorised"), (403, "source_unauthorised"), (404, "source_not_found"), (410, "source_not_found")])  # fmt: skip
def test_a_refusal_is_never_tried_again(web: Web, pull: Pull, status: int, code: str) -> None:
    web.routes[PATH] = File(b"x", faults=[status] * 9)
    assert error_of(pull(web.url + PATH)) == code
    assert len(web.seen) == 1


def test_trying_ends(web: Web, pull: Pull) -> None:
    web.routes[PATH] = File(b"x", faults=[503] * 50)
    assert error_of(pull(web.url + PATH)) == "source_unavailable"
    assert len(web.seen) == 6


def test_a_server_that_asks_for_a_long_pause_is_believed(web: Web, pull: Pull) -> None:
    web.routes[PATH] = File(b"x", faults=[("after", 3600)] * 9)
    started = time.monotonic()
    assert error_of(pull(web.url + PATH)) == "source_unavailable"
    assert len(web.seen) == 1 and time.monotonic() - started < 30


def test_a_cut_file_goes_on_where_it_was_cut(web: Web, pull: Pull, rows_file: Callable[..., bytes], vault: Vault) -> None:  # fmt: skip
    body = rows_file(rows=2000)
    web.routes[PATH] = File(body, faults=[("cut", 5000), ("cut", 9000)])
    (outcome,) = pull(web.url + PATH)
    assert outcome.receipt is not None
    assert vault.path(outcome.receipt.delivery).read_bytes() == body
    assert web.ranges(PATH) == [None, "bytes=5000-", "bytes=14000-"]


def test_the_next_pull_goes_on_too(web: Web, pull: Pull, rows_file: Callable[..., bytes], vault: Vault) -> None:
    body = rows_file(rows=2000)
    web.routes[PATH] = File(body, faults=[("cut", 5000), *[503] * 6])
    assert error_of(pull(web.url + PATH)) == "source_unavailable"
    assert vault.rounds() == [] and len(parts(vault.home)) == 1
    (outcome,) = pull(web.url + PATH)
    assert outcome.receipt is not None and vault.path(outcome.receipt.delivery).read_bytes() == body
    assert web.ranges(PATH)[-1] == "bytes=5000-" and parts(vault.home) == []


@pytest.mark.parametrize("honest", [True, False])
def test_a_file_that_changed_meanwhile_starts_again(web: Web, pull: Pull, rows_file: Callable[..., bytes], vault: Vault, honest: bool) -> None:  # fmt: skip
    web.routes[PATH] = File(rows_file(rows=2000), faults=[("cut", 5000), *[503] * 6])
    pull(web.url + PATH)
    web.routes[PATH] = File(rows_file(people=77, rows=2000), etag='"two"', honest=honest)
    (outcome,) = pull(web.url + PATH)
    assert outcome.receipt is not None and vault.path(outcome.receipt.delivery).read_bytes() == rows_file(
        people=77, rows=2000
    )


def test_without_a_mark_of_change_it_starts_again(web: Web, pull: Pull, rows_file: Callable[..., bytes], vault: Vault) -> None:  # fmt: skip
    body = rows_file(rows=2000)
    web.routes[PATH] = File(body, etag=None, faults=[("cut", 5000)])
    (outcome,) = pull(web.url + PATH)
    assert outcome.receipt is not None and vault.path(outcome.receipt.delivery).read_bytes() == body
    assert web.ranges(PATH) == [None, None]


def test_a_truncated_transfer_is_no_delivery(web: Web, pull: Pull, vault: Vault) -> None:
    csv = b"_uuid,Round,Region,Displaced people\n" + b"".join(b"u%d,1,North,5\n" % n for n in range(400))
    web.routes["/round1.csv"] = File(csv, faults=[("cut", 1000)] * 50, etag=None)
    assert error_of(pull(f"{web.url}/round1.csv")) == "source_truncated"
    assert vault.rounds() == []


def test_a_file_without_a_length_must_come_twice_the_same(web: Web, pull: Pull, vault: Vault) -> None:
    csv = b"_uuid,Round,Region,Displaced people\n" + b"".join(b"u%d,1,Region %d,5\n" % (n, n) for n in range(40))
    bodies = [csv[:300], csv, csv, csv]
    web.routes["/round1.csv"] = lambda handler: File(bodies.pop(0), None, lengthless=True)(handler)
    assert error_of(pull(f"{web.url}/round1.csv")) == "source_truncated"
    assert vault.rounds() == []
    (outcome,) = pull(f"{web.url}/round1.csv")
    assert outcome.receipt is not None and outcome.receipt.delivery.size == len(csv)


def test_a_slow_server_is_given_up(web: Web, pull: Pull, monkeypatch: pytest.MonkeyPatch) -> None:
    from warehouse.deliveries.sources import retry

    monkeypatch.setattr(retry.PACE, "read", 0.05)
    monkeypatch.setattr(retry.PACE, "tries", 2)
    web.routes[PATH] = lambda handler: time.sleep(0.3)
    assert error_of(pull(web.url + PATH)) == "source_timeout"
    assert len(web.seen) == 2


def test_a_server_that_only_drips_is_given_up(web: Web, pull: Pull, monkeypatch: pytest.MonkeyPatch) -> None:
    from warehouse.deliveries.sources import retry

    def drip(handler: Handler) -> None:
        handler.answer(200, b"", Content_Length="5000")
        for _ in range(40):
            handler.wfile.write(b"x")
            time.sleep(0.02)

    monkeypatch.setattr(retry.PACE, "read", 0.2)
    monkeypatch.setattr(retry.PACE, "tries", 1)
    web.routes[PATH] = drip
    assert error_of(pull(web.url + PATH)) == "source_timeout"


def test_redirects_are_followed_and_the_password_stays_with_its_host(web: Web, pull: Pull, rows_file: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setenv("MTM_HTTP_PASSWORD", "basic-5ecret")
    web.routes["/moved"] = lambda h: h.answer(302, Location=f"http://localhost:{web.port}{PATH}")
    web.routes["/here"] = lambda h: h.answer(307, Location="/moved")
    web.routes[PATH] = File(rows_file())
    (outcome,) = pull(f"http://field@127.0.0.1:{web.port}/here")
    assert outcome.receipt is not None
    assert ["Authorization" in headers for _, _, headers in web.seen] == [True, True, False]


def test_a_bearer_token_comes_from_the_variable_that_the_source_names(web: Web, pull: Pull, rows_file: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setenv("MTM_SHARE", "b3arer-5ecret")
    web.routes[PATH] = File(rows_file())
    pull(Source(web.url + PATH, secret_env="MTM_SHARE"))
    assert web.seen[0][2]["Authorization"] == "Bearer b3arer-5ecret"


def test_a_certificate_nobody_vouches_for_is_refused_at_once(pull: Pull, tmp_path: Path) -> None:
    with serve(self_signed(tmp_path)) as web:
        web.routes[PATH] = File(b"x")
        assert error_of(pull(f"https://localhost:{web.port}{PATH}")) == "source_tls"
        assert web.seen == []


def self_signed(folder: Path) -> ssl.SSLContext:
    """A certificate for localhost that no authority signed."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    plain = serialization.NoEncryption()
    text = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path = folder / "server.pem"
    path.write_bytes(text + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def test_a_password_is_not_sent_in_the_clear(pull: Pull, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTM_HTTP_PASSWORD", "basic-5ecret")
    assert error_of(pull("http://field@share.example.org/round1.xlsx")) == "bad_url"


def test_progress_is_shown_after_a_second(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from warehouse.deliveries.sources import progress

    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    meter = progress.Meter("https, https://u:hunter2@h.org/x")
    for second in (0.5, 1.2, 1.4, 3.3):
        now[0] = 100 + second
        meter.show(int(second * 1e7), 40_000_000)
    meter.end()
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "https, https://h.org/x: 12.0 MB of 40.0 MB (30%)" and len(said) == 3


def test_a_login_page_is_no_delivery(web: Web, pull: Pull, vault: Vault) -> None:
    web.routes[PATH] = lambda h: h.answer(200, b"<!DOCTYPE html><html>log in</html>", Content_Type="text/html")
    assert error_of(pull(web.url + PATH)) == "source_refused"


def test_names_of_the_server_are_text_only(web: Web, pull: Pull, rows_file: Callable[..., bytes], home: Home) -> None:
    header = 'attachment; filename="..\\\\..\\\\/etc/\x01pass*wd\u202e round1.xlsx"'.encode().decode("latin-1")
    web.routes[PATH] = File(rows_file(), headers={"Content_Disposition": header})
    (outcome,) = pull(web.url + PATH)
    assert outcome.receipt is not None
    assert outcome.receipt.delivery.file_name == "\ufffdpass*wd\ufffd round1.xlsx"


def test_too_large_ends_early_and_leaves_nothing(web: Web, pull: Pull, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    from warehouse.deliveries.sources import transfer

    monkeypatch.setattr(transfer, "most_bytes", lambda: 1000)
    web.routes[PATH] = File(b"x" * 5000)
    assert error_of(pull(web.url + PATH)) == "too_large"
    assert parts(home) == []


def test_a_full_disk_is_said_and_is_no_delivery(web: Web, pull: Pull, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    from warehouse.deliveries.sources import transfer

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "/private/folder")

    monkeypatch.setattr(transfer.Part, "take", full)
    web.routes[PATH] = File(b"x" * 5000)
    (outcome,) = pull(web.url + PATH)
    assert outcome.error is not None and outcome.error.code == "disk_full" and "/private" not in str(outcome.error)


def test_nobody_listens(pull: Pull, monkeypatch: pytest.MonkeyPatch) -> None:
    from warehouse.deliveries.sources import retry

    monkeypatch.setattr(retry.PACE, "tries", 2)
    assert error_of(pull("http://127.0.0.1:9/round1.xlsx")) == "source_unavailable"


def test_secrets_are_nowhere(web: Web, pull: Pull, rows_file: Callable[..., bytes], no_secrets: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    from tests.integration.sources.file_servers import PASSWORD

    monkeypatch.setenv("MTM_HTTP_PASSWORD", PASSWORD)
    web.routes[PATH] = File(rows_file(), faults=[("cut", 100), 503])
    texts = []
    for place in (PATH, "/nothing.xlsx"):
        url = f"http://field@127.0.0.1:{web.port}{place}?X-Amz-Signature=s1gned&token=s1gned"
        texts += [str(o) + str(o.error) for o in pull(url)]
    no_secrets(" ".join(texts))
