"""The services of the compose file as processes of this machine, on loopback: their commands, checks and environment, to the letter.

Only the addresses are put in place of those of the containers. What must hold is in the tests.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.integration.deploy import declared
from tests.integration.postgres.server import Server

MTM = str(Path(sys.executable).with_name("mtm"))
LOGINS = {"editor": "e-word-71", "viewer": "v-word-29"}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def patiently(found: Callable[[], Any], seconds: float = 120, step: float = 0.5) -> Any:
    """Wait until it is so; what it then is."""
    deadline = time.monotonic() + seconds
    while not (answer := found()):
        assert time.monotonic() < deadline, f"not within {seconds:.0f} seconds: {found}"
        time.sleep(step)
    return answer


@dataclass
class Services:
    """All of them; `folder/state` is the home, `folder/*.log` what each one says."""

    folder: Path
    server: Server
    operations: Path
    ports: dict[str, int] = field(default_factory=lambda: {s: free_port() for s in (*declared.OURS, "http", "https")})
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.folder / "state"

    def environment(self, service: str) -> dict[str, str]:
        """What the compose file gives a service, with the addresses of this machine."""
        given = declared.compose()["services"][service].get("environment") or {}
        own = {k: v for k, v in os.environ.items() if not k.startswith("MTM_")}
        secret = {"MTM_DAGSTER_PASSWORD_FILE": str(self.folder / "dagster_password")} if given else {}
        home = self.folder / service if "MTM_HOME" in given else self.home
        at = {"MTM_DAGSTER_STORAGE": given["MTM_DAGSTER_STORAGE"].replace("db:5432", f"127.0.0.1:{self.server.port}"),
              "MTM_CODE_HOST": "127.0.0.1", "MTM_CODE_PORT": str(self.ports["code"])} if given else {}  # fmt: skip
        mine = {"MTM_OPERATIONS": str(self.operations), "MTM_HANDOUTS": "off", "MTM_PAGES": f"{self.base}/verdicts"}
        return {**own, **given, **secret, **at, "MTM_HOME": str(home), **(mine if service == "code" else {})}

    def words(self, words: list[str], service: str) -> list[str]:
        """A command or check with the port of this machine in place of the container's."""
        words = [w.replace("0.0.0.0", "127.0.0.1") for w in words]
        bare = [w for i, w in enumerate(words) if w != "--port" and (i == 0 or words[i - 1] != "--port")]
        return bare if service == "daemon" else [*bare, "--port", str(self.ports[service])]

    def start(self, service: str) -> None:
        """Start one and wait until its own health check says that it answers."""
        with (self.folder / f"{service}.log").open("ab") as log:
            self.running[service] = subprocess.Popen(
                [MTM, *self.words(declared.command(service), service)], env=self.environment(service), stdout=log, stderr=log,
                cwd=self.folder, start_new_session=True,
            )  # fmt: skip
        patiently(lambda: self.answers(service), 600, 2)

    def answers(self, service: str) -> bool:
        """Whether the service's health check passes. A service that ended is told with the end of its log."""
        code = self.running[service].poll()
        assert code is None, f"{service} ended with {code}: {self.log(service)[-1500:]}"
        asked = [MTM, *self.words(declared.check(service), service)]
        return subprocess.run(asked, env=self.environment(service), capture_output=True).returncode == 0

    def mtm(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """`docker compose exec code mtm …`."""
        env = {**self.environment("code"), **more}
        return subprocess.run([MTM, *words], env=env, capture_output=True, text=True, cwd=self.folder)

    def log(self, service: str) -> str:
        return (self.folder / f"{service}.log").read_text(errors="replace")

    def kill(self, service: str, how: int = signal.SIGKILL) -> None:
        """Kill a service with all it started (a container that is killed), or ask it to end."""
        process = self.running.pop(service)
        if how == signal.SIGKILL:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, how)
        else:
            process.send_signal(how)
        process.wait(900)

    def stop(self) -> None:
        for service in list(self.running):
            self.kill(service)

    def proxy(self) -> None:
        """nginx with the project's configuration, paths and ports of this machine in place of the container's."""
        conf = self.folder / "nginx"
        (conf / "tls").mkdir(parents=True)
        for name, word in LOGINS.items():
            hashed = subprocess.run(
                ["openssl", "passwd", "-6", word], capture_output=True, text=True, check=True
            ).stdout
            with (conf / "logins").open("a") as file:
                file.write(f"{name}:{hashed}")
        (conf / "editors").write_text("editor 1;\n")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
             "subjectAltName=DNS:localhost", "-keyout", conf / "tls/privkey.pem", "-out", conf / "tls/fullchain.pem"],
            check=True, capture_output=True,
        )  # fmt: skip
        text = (declared.DEPLOY / "nginx/mtm.conf").read_text().replace("/etc/nginx/mtm", str(conf))
        text = text.replace("listen 8080", f"listen 127.0.0.1:{self.ports['http']}")
        (conf / "mtm.conf").write_text(text.replace("listen 8443", f"listen 127.0.0.1:{self.ports['https']}"))
        local = (declared.DEPLOY / "nginx/local.conf").read_text()
        for service in ("webserver", "viewer", "pages"):
            local = re.sub(rf"\b{declared.port(service)}\b", str(self.ports[service]), local)
        (conf / "addresses.conf").write_text(local)
        places = "".join(
            f"{kind}_temp_path {conf}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "user root;" if os.geteuid() == 0 else ""
        (conf / "nginx.conf").write_text(
            f"{user} daemon off; pid {conf}/pid; error_log {conf}/error.log; events {{}} "
            f"http {{ access_log off; {places} include {conf}/mtm.conf; }}"
        )
        self.running["proxy"] = subprocess.Popen(
            ["nginx", "-c", conf / "nginx.conf", "-e", conf / "error.log"], start_new_session=True
        )
        patiently(self._proxied, 10, 0.1)

    def _proxied(self) -> bool:
        with suppress(OSError):
            return self.ask("/healthy", secure=False)[0] == 200
        return False

    @property
    def base(self) -> str:
        return f"https://localhost:{self.ports['https']}"

    def ask(
        self, path: str, login: str = "", body: Any = None, secure: bool = True, **headers: str
    ) -> tuple[int, str, dict[str, str]]:
        """Ask the proxy: status, text, headers. No redirection is followed."""
        url = (self.base if secure else f"http://localhost:{self.ports['http']}") + path
        head = {name.replace("_", "-"): value for name, value in headers.items()}
        if login:
            head["Authorization"] = "Basic " + b64encode(f"{login}:{LOGINS.get(login, 'x')}".encode()).decode()
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {**head, **({"Content-Type": "application/json"} if data else {})})
        handlers: list[Any] = [_Stay()]
        if secure:
            handlers.append(urllib.request.HTTPSHandler(context=self.trust()))
        try:
            with urllib.request.build_opener(*handlers).open(request, timeout=30) as answer:
                return answer.status, answer.read().decode(), dict(answer.headers)
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace"), dict(error.headers)

    def trust(self) -> ssl.SSLContext:
        """Trusts the certificate made here, and no other."""
        return ssl.create_default_context(cafile=str(self.folder / "nginx/tls/fullchain.pem"))

    def graphql(self, query: str, login: str = "editor", **variables: Any) -> dict[str, Any]:
        """An answer of the UI's GraphQL, through the proxy."""
        status, text, _ = self.ask("/graphql", login, {"query": query, "variables": variables})
        assert status == 200, (status, text[:300])
        data: dict[str, Any] = json.loads(text)
        return data


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None
