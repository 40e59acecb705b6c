"""A message as e-mail, plain text and HTML side by side, and its way through an SMTP server.

Composing and handing over belong here. Without TLS nothing secret is sent; a certificate that is not trusted ends it.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from html import escape

from warehouse.alerts.channels.access import Access
from warehouse.alerts.message import Message, cut

SUBJECT = 180
LOOKS = "font:15px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif;color:#1a1f24;max-width:44em"


def compose(way: Access, message: Message) -> EmailMessage:
    """The whole e-mail, headers in any language; an answering machine does not answer to it."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = cut(message.title, SUBJECT)
    mail["From"] = way.sender
    mail["To"] = ", ".join(way.to)
    mail["Date"] = format_datetime(message.moment)
    mail["Message-ID"] = make_msgid(domain=way.sender.rpartition("@")[2] or "localhost")
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["X-MTM-Kind"] = message.kind
    mail.set_content(message.text)
    mail.add_alternative(page(message), subtype="html")
    mail["Content-Language"] = message.language  # last: before, it would go into the first part
    return mail


def page(message: Message) -> str:
    """The HTML part: nothing is loaded from anywhere."""
    blocks = "".join(f"<p>{'<br>'.join(_lines(paragraph))}</p>" for paragraph in message.paragraphs)
    commands = "".join(f"<p><code>{escape(command)}</code></p>" for command in message.commands)
    links = " · ".join(f'<a href="{escape(link.url)}">{escape(link.label)}</a>' for link in message.links)
    head = f'<html lang="{message.language}"><head><meta charset="utf-8"><title>{escape(message.title)}</title></head>'
    body = f'<h2 style="font-size:1.2em">{escape(message.title)}</h2>{blocks}{commands}{f"<p>{links}</p>" if links else ""}'
    return f'<!doctype html>{head}<body style="{LOOKS}">{body}<p style="color:#5b6670">{escape(message.foot)}</p></body></html>\n'


def _lines(paragraph: str) -> list[str]:
    first, *rest = (escape(line) for line in paragraph.split("\n"))
    return [f"<strong>{first}</strong>" if rest else first, *rest]


def send(way: Access, message: Message) -> str:
    """Hand it to the server. Raises NotSent; servers' texts hold addresses and are not passed on, their codes are."""
    from warehouse.alerts.channels.sending import SECONDS, NotSent

    try:
        with _connected(way) as server:
            refused = server.send_message(compose(way, message), way.sender, list(way.to))
    except smtplib.SMTPAuthenticationError as error:
        raise NotSent(f"the mail server refuses the login ({error.smtp_code})", for_good=True) from None
    except smtplib.SMTPRecipientsRefused as error:
        codes = sorted({code for code, _ in error.recipients.values()})
        raise NotSent(f"no recipient is taken ({', '.join(map(str, codes))})", for_good=min(codes) >= 500) from None
    except smtplib.SMTPNotSupportedError:
        raise NotSent(
            "the mail server has no STARTTLS, or no login (smtps:// or smtp+plain://)", for_good=True
        ) from None
    except smtplib.SMTPResponseException as error:
        raise NotSent(f"the mail server refuses ({error.smtp_code})", for_good=error.smtp_code >= 500) from None
    except ssl.SSLError:
        raise NotSent("its certificate is not trusted (MTM_ALERT_CA names a file of others)", for_good=True) from None
    except (TimeoutError, socket.gaierror, OSError, smtplib.SMTPException) as error:
        raise NotSent(f"the mail server can't be reached within {SECONDS:.0f} s ({type(error).__name__})") from None
    taken = len(way.to) - len(refused)
    return (
        f"taken for {taken} of {len(way.to)} recipients"
        if refused
        else f"taken for {taken} recipient{'s' * (taken > 1)}"
    )


def _connected(way: Access) -> smtplib.SMTP:
    """A session, encrypted and logged in as the address says."""
    from warehouse.alerts.channels.sending import SECONDS

    trusted = ssl.create_default_context()
    if way.ca:
        trusted.load_verify_locations(way.ca)
    if way.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(way.host, way.port, timeout=SECONDS, context=trusted)
    else:
        server = smtplib.SMTP(way.host, way.port, timeout=SECONDS)
    try:
        if way.scheme == "smtp":
            server.starttls(context=trusted)
        if way.user:
            server.login(way.user, way.secret)
    except BaseException:
        server.close()
        raise
    return server
