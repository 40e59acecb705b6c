"""Messages over HTTPS: Slack, Teams and other webhooks. One request, no redirect, a bounded wait.

Asking and reading the answer's code belong here; what a message looks like is in `slack.py`, `teams.py`, `webhook.py`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from warehouse.alerts.channels.access import Access
from warehouse.alerts.message import Message
from warehouse.alerts.settings import Channel
from warehouse.deliveries.sources.redact import quiet
from warehouse.deliveries.sources.retry import retry_after

if TYPE_CHECKING:
    import requests

WORD = re.compile(r"[a-z][a-z_]{2,40}")  # what Slack answers: invalid_payload, channel_is_archived
LONGEST_ANSWER = 2000
WAITS = {408, 425, 429}  # codes of the 4xx that pass


def send(way: Access, channel: Channel, message: Message) -> str:
    """Post the message. Raises NotSent."""
    from warehouse.alerts.channels.sending import NotSent

    status, asked, answer = _post(way, json.dumps(body(channel, message), ensure_ascii=False).encode())
    if 200 <= status < 300:
        return f"accepted ({status})"
    said = f" {answer}" if WORD.fullmatch(answer) else ""
    raise NotSent(f"HTTP {status}{said}{_hint(status)}", asked, for_good=300 <= status < 500 and status not in WAITS)


def body(channel: Channel, message: Message) -> dict[str, Any]:
    """What is posted, by the channel's kind."""
    from warehouse.alerts.channels import slack, teams, webhook

    return {"slack": slack.body, "teams": teams.body, "webhook": webhook.body}[channel.kind or "webhook"](message)


def _hint(status: int) -> str:
    if status in (401, 403, 404, 410):
        return ": the address is no longer good, or was copied in part"
    if 300 <= status < 400:
        return ": it is answered from elsewhere; set the address that it leads to"
    return ""


def _post(way: Access, data: bytes) -> tuple[int, float | None, str]:
    """Code, seconds asked for, beginning of the answer. Texts of the library hold the address: none is passed on."""
    import requests

    from warehouse.alerts.channels.sending import SECONDS, NotSent

    quiet()
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "mtm-warehouse"}
    headers |= {"Authorization": f"Bearer {way.secret}"} if way.secret else {}
    try:
        with requests.Session() as session:
            session.trust_env = not way.host.startswith("127.")  # a proxy of the environment, but not to this machine
            session.auth = _as_it_is  # or .netrc would take the place of the token
            with session.post(way.url, data=data, headers=headers, timeout=(SECONDS / 2, SECONDS), allow_redirects=False,
                              verify=way.ca or True, stream=True) as answer:  # fmt: skip
                text = answer.raw.read(LONGEST_ANSWER, decode_content=True).decode("utf-8", "replace").strip()
                return answer.status_code, retry_after(answer.headers.get("Retry-After")), text
    except requests.exceptions.SSLError:
        raise NotSent("its certificate is not trusted (MTM_ALERT_CA names a file of others)", for_good=True) from None
    except requests.exceptions.Timeout:
        raise NotSent(f"no answer within {SECONDS:.0f} s") from None
    except requests.exceptions.RequestException as error:
        raise NotSent(f"it can't be reached ({type(error).__name__})") from None


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
