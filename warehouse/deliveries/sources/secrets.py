"""Secrets from the environment: which variable a source needs, and what to say where it is not set.

Only reading them belongs here; a secret goes from here into a header and nowhere else.
"""

from __future__ import annotations

import base64
import os

from warehouse.deliveries.sources.address import host_of, is_loopback, protocol_of, user_of
from warehouse.deliveries.sources.model import Source
from warehouse.deliveries.sources.redact import declare, shown
from warehouse.deliveries.sources.retry import SourceError
from warehouse.deliveries.sources.web import Caller

TODO = "write https://USER@HOST/… and export MTM_HTTP_PASSWORD=…; or name a token's variable with secret_env (docs/sources.md)"


def required(source: Source, kind: str, todo: str) -> str:
    """The source's secret. Raises SourceError where its variable is not set."""
    variable = source.secret_variable or ""
    declare(variable)
    value = os.environ.get(variable, "").strip()
    if not value:
        raise SourceError(
            f"{kind} needs credentials: {variable} is not set",
            where=shown(source.url),
            expected=f"the secret in the variable {variable}",
            todo=f"export {variable}=… ({todo})",
            code="missing_secret",
        )
    if not (value.isascii() and value.isprintable()):
        raise SourceError(
            f"what {variable} holds is no {kind} credential",
            where=shown(source.url),
            expected="printable characters, without a line end inside",
            todo=f"set {variable} again ({todo})",
            code="missing_secret",
        )
    return value


def web_caller(source: Source, patience: tuple[float, float] | None = None) -> Caller:
    """How to ask for a file over HTTP: with user and password, with a bearer token, or without either.

    The user stands in the URL, its password in the variable. A variable without a user is a bearer token.
    """
    user, password = user_of(source.url)
    variable = source.secret_variable
    declare(variable)
    value = password or os.environ.get(variable or "", "").strip()
    headers = {}
    if user and value:
        headers = {"Authorization": "Basic " + base64.b64encode(f"{user}:{value}".encode()).decode()}
    elif source.secret_env and value:
        headers = {"Authorization": f"Bearer {value}"}
    if headers and protocol_of(source.url) == "http" and not is_loopback(host_of(source.url)):
        raise SourceError(
            "http sends the password in the clear", where=shown(source.url), expected="https", todo="use https://",
            code="bad_url",
        )  # fmt: skip
    return Caller("", headers, variable, host_of(source.url), TODO, patience)
