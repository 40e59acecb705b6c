"""S3 (moto's server) and SFTP (asyncssh's server) on loopback for tests."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh

USER, PASSWORD = "field", "pass-5ecret/9"


@dataclass
class Sftp:
    """A running server: its root folder, and its address without and with a user."""

    root: Path
    port: int
    key: Path  # the public host key
    cuts: list[int]  # offsets at which a connection breaks, once each

    @property
    def url(self) -> str:
        return f"sftp://{USER}@127.0.0.1:{self.port}"


class _Login(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


@contextmanager
def sftp(root: Path, keys: Path) -> Iterator[Sftp]:
    """An SFTP server on `root`."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_public_key(str(keys / "host.pub"))
    loop = asyncio.new_event_loop()
    started, ports = threading.Event(), []
    cuts: list[int] = []

    class Rooted(asyncssh.SFTPServer):
        def __init__(self, channel: asyncssh.SSHServerChannel) -> None:
            super().__init__(channel, chroot=os.fsencode(root))

        def read(self, file_obj: object, offset: int, size: int) -> bytes:
            if cuts and offset + size > cuts[0]:
                cuts.pop(0)
                self.connection.abort()
                return b""
            return super().read(file_obj, offset, size)  # type: ignore[return-value]

    async def run() -> None:
        server = await asyncssh.create_server(_Login, "127.0.0.1", 0, server_host_keys=[key], sftp_factory=Rooted)
        ports.append(server.sockets[0].getsockname()[1])
        started.set()

    def work() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(run())
        loop.run_forever()

    threading.Thread(target=work, daemon=True).start()
    assert started.wait(10)
    try:
        yield Sftp(root, ports[0], keys / "host.pub", cuts)
    finally:
        loop.call_soon_threadsafe(loop.stop)


@contextmanager
def cutting(endpoint: str, cuts: list[int]) -> Iterator[str]:
    """A way to an HTTP server that breaks a connection after so many bytes of answers, once for each of `cuts`."""
    host, port = endpoint.removeprefix("http://").split(":")
    listener = socket.create_server(("127.0.0.1", 0))

    def pump(source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                passed += len(data)
                if is_answer and cuts and passed > cuts[0]:
                    cuts.pop(0)
                    break
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def work() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection((host, int(port)))
                for a, b, is_answer in ((client, server, False), (server, client, True)):
                    threading.Thread(target=pump, args=(a, b, is_answer), daemon=True).start()

    threading.Thread(target=work, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()


@contextmanager
def s3() -> Iterator[str]:
    """An S3 server; yields its endpoint. Credentials are those of the environment."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()
