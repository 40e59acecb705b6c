"""E-mail through a real server: whole messages in any language, every way of encryption, and what is said when it fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.alerts import mail_server
from tests.integration.alerts.mail_server import PASSWORD, USER
from warehouse.alerts.listing import named, troubles
from warehouse.alerts.model import Alert, Said
from warehouse.alerts.state import FILE, read_state
from warehouse.alerts.tell import tell
from warehouse.settings import Home

KY = "kgz-bma-r03: маалымат файлы текшерүүдөн өткөн жок, өтө узун аталыш " + "ү" * 120
ALERT = Alert(
    "refused", "kgz-bma-r03", "kgz-bma-r03: the gate refused the delivery", ["A count is <b>negative</b> & odd.\nWhere: row 7"],
    link="https://mtm.example/runs/1?a=1&b=2", command="mtm findings kgz-bma-r03", others={"ky": Said(KY, ["Саны терс."])},
)  # fmt: skip


def language(home: Home, lang: str) -> None:
    (home.root / "alerts.yml").write_text(f"channels: [{{name: email, language: {lang}}}]\n")


def test_a_mail_is_whole_in_text_and_html(home: Home, mail: mail_server.Inbox) -> None:
    assert tell(home, ALERT).channels == {"email": "sent"}
    (found,) = mail.mails
    assert found["Subject"] == ALERT.title and found["From"] == "mtm@mission.example"
    assert mail.envelopes[0].rcpt_tos == ["one@mission.example", "two@mission.example", "three@mission.example"]
    assert (
        found["Date"]
        and found["Message-ID"].endswith("@mission.example>")
        and found["Auto-Submitted"] == "auto-generated"
    )
    text, html = (part.get_content() for part in found.iter_parts())
    for part in (text, html):
        assert "Where: row 7" in part and "mtm findings kgz-bma-r03" in part and "MTM Warehouse" in part
    assert "<b>negative</b> & odd" in text and "https://mtm.example/runs/1?a=1&b=2" in text
    assert "&lt;b&gt;negative&lt;/b&gt; &amp; odd" in html and 'href="https://mtm.example/runs/1?a=1&amp;b=2"' in html
    assert found.get_content_type() == "multipart/alternative" and "src=" not in html


def test_headers_hold_any_language(home: Home, mail: mail_server.Inbox) -> None:
    language(home, "ky")
    tell(home, ALERT)
    (found,), (envelope,) = mail.mails, mail.envelopes
    assert (
        str(found["Subject"]).startswith("kgz-bma-r03: маалымат файлы текшерүүдөн өткөн жок")
        and found["Content-Language"] == "ky"
    )
    head = bytes(envelope.content or b"").split(b"\r\n\r\n")[0]  # type: ignore[arg-type]
    assert head.isascii() and max(map(len, head.split(b"\r\n"))) <= 998
    assert "Саны терс." in found.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_a_line_end_in_a_title_makes_no_header(home: Home, mail: mail_server.Inbox) -> None:
    tell(home, Alert("failed", "kgz-bma-r03", "x\r\nBcc: thief@evil.example\r\n\r\nbody"))
    assert mail.mails[0]["Bcc"] is None and mail.envelopes[0].rcpt_tos[-1] == "three@mission.example"


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_encrypted_with_a_login(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    pem, context = mail_server.certificate(tmp_path)
    ways = {"starttls": context} if scheme == "smtp" else {"tls": context}
    with mail_server.serve(login=True, **ways) as inbox:
        monkeypatch.setenv("MTM_ALERT_SMTP", f"{scheme}://{USER.replace('@', '%40')}@127.0.0.1:{inbox.port}")
        monkeypatch.setenv("MTM_ALERT_SMTP_PASSWORD", PASSWORD)
        monkeypatch.setenv("MTM_ALERT_EMAIL_TO", "one@mission.example")
        first = tell(home, ALERT)
        assert first.outcome == "waits" and "certificate is not trusted" in first.channels["email"] and not inbox.mails
        monkeypatch.setenv("MTM_ALERT_CA", str(pem))
        from warehouse.alerts.post import test

        assert test(home, named(home, "email")[0]) == "taken for 1 recipient"
        assert [m["Subject"] for m in inbox.mails] == [
            "A test of channel email",
            ALERT.title,
        ]  # what waited went with it
        assert inbox.encrypted == [True, True] and inbox.users == [USER, USER]
        monkeypatch.setenv("MTM_ALERT_SMTP_PASSWORD", "another Secret 99")
        wrong = tell(home, Alert("late", "kgz-bma-r04", "late"))
        assert "refuses the login (535)" in wrong.channels["email"]
    kept = (home.alerts / FILE).read_text() + str(troubles(home))
    assert PASSWORD not in kept and "another Secret 99" not in kept and USER not in kept and "one@mission" not in kept


def test_a_server_without_starttls_gets_nothing(
    home: Home, mail: mail_server.Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTM_ALERT_SMTP", f"smtp://127.0.0.1:{mail.port}")
    assert "no STARTTLS" in tell(home, ALERT).channels["email"] and not mail.mails


def test_recipients_and_servers_that_refuse(home: Home, mail: mail_server.Inbox) -> None:
    mail.refused = {"two@mission.example"}
    assert tell(home, ALERT).outcome == "sent"  # the others have it
    mail.refused |= {"one@mission.example", "three@mission.example"}
    assert tell(home, Alert("late", "a-bma-r01", "late")).channels["email"] == "no recipient is taken (550)"
    mail.refused = set()
    mail.answer = "451 try later, robot@mission.example"
    line = read_state(home).channels["email"]
    assert line.failures == 1 and "mission" not in line.error
    from warehouse.alerts.post import post

    post(home, line.next + 1)
    line = read_state(home).channels["email"]
    assert line.error == "the mail server refuses (451)" and line.failures == 2 and len(mail.mails) == 1
    mail.answer = "250 ok"
    post(home, line.next + 1)
    assert len(mail.mails) == 2 and read_state(home).waiting == []


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("MTM_ALERT_SMTP", "http://mail.example", "MTM_ALERT_SMTP has no known beginning"),
        ("MTM_ALERT_SMTP", "smtp://robot:Hunter2secret@mail.example", "MTM_ALERT_SMTP holds a password"),
        ("MTM_ALERT_SMTP", "smtps://robot@mail.example", "MTM_ALERT_SMTP_PASSWORD is not set"),
        ("MTM_ALERT_EMAIL_TO", "nobody", "MTM_ALERT_EMAIL_TO holds something else"),
        ("MTM_ALERT_EMAIL_FROM", "", "MTM_ALERT_EMAIL_FROM is not set"),
        ("MTM_ALERT_CA", "/no/such/file", "MTM_ALERT_CA names no file"),
    ],
)
def test_what_is_set_wrongly_is_named_and_not_shown(
    home: Home, mail: mail_server.Inbox, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, told: str
) -> None:
    monkeypatch.setenv(variable, value)
    (trouble,) = troubles(home)
    assert told in trouble and "Hunter2" not in trouble
    assert told in tell(home, ALERT).channels["email"] and not mail.mails
