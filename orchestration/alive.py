"""Whether a service of a server answers: what health checks of containers ask, and people after a start.

Asking belongs here, with short patience; starting is in `serve.py`. Dagster is imported only to ask for its daemon.
"""

import socket
import time
import urllib.error
import urllib.request

from warehouse.settings import Home

PATIENCE = 5.0
LATE = 180.0  # seconds: the daemon writes its heartbeat twice a minute


def problem(home: Home, part: str, host: str, port: int) -> str:
    """Why a service does not answer, in a few words; empty where it does."""
    if part == "daemon":
        return _daemon(home)
    if part == "code":
        return _code(host, port)
    return _web(f"http://{host}:{port}/{'server_info' if part != 'pages' else ''}", 404 if part == "pages" else 200)


def _web(url: str, expected: int) -> str:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            status = answer.status
    except urllib.error.HTTPError as error:
        status = error.code
    except OSError as error:
        return f"no answer from {url} ({getattr(error, 'reason', error).__class__.__name__})"
    return "" if status == expected else f"{url} answers {status}"


def _code(host: str, port: int) -> str:
    import grpc
    from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
    from grpc_health.v1.health_pb2_grpc import HealthStub

    try:
        with socket.create_connection((host, port), PATIENCE):
            pass
        with grpc.insecure_channel(f"{host}:{port}") as channel:
            answer = HealthStub(channel).Check(HealthCheckRequest(service="DagsterApi"), timeout=PATIENCE)
    except (OSError, grpc.RpcError) as error:
        return f"no answer from {host}:{port} ({type(error).__name__})"
    return "" if answer.status == HealthCheckResponse.SERVING else "the code server is not serving"


def _daemon(home: Home) -> str:
    from orchestration.instance import open_instance

    with open_instance(home) as instance:
        required, beats = instance.get_required_daemon_types(), instance.get_daemon_heartbeats()
    late = sorted(kind for kind in required if kind not in beats or time.time() - beats[kind].timestamp > LATE)
    return f"no heartbeat of {', '.join(late).lower()} within {LATE:.0f} seconds" if late else ""
