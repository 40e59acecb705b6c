"""What `deploy/` declares, without starting it: the image, compose, the proxy, systemd's units, the file of the environment."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration import serve
from tests.integration.deploy.declared import DEPLOY, OURS, check, command, compose, port, units
from warehouse.doctor import environment
from warehouse.settings import PROJECT

DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
CONF = DEPLOY / "nginx"
HARDENED = ("NoNewPrivileges=yes", "ProtectSystem=strict", "UMask=0077", "LimitCORE=0", "PrivateTmp=yes", "ProtectHome=yes",
            "CapabilityBoundingSet=", "RestrictSUIDSGID=yes")  # fmt: skip


def test_the_compose_file_is_one() -> None:
    program = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run(
        [program, "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_the_proxy_can_be_reached() -> None:
    data = compose()
    assert [name for name, s in data["services"].items() if s.get("ports")] == ["proxy"]
    inner = {n for n, network in data["networks"].items() if network.get("internal")}
    for name in ("webserver", "viewer", "daemon", "pages", "db"):
        assert set(data["services"][name]["networks"]) <= inner, name
    assert "code" not in {n for n, s in data["services"].items() if "front" in s["networks"]}


def test_state_and_secrets_reach_only_who_needs_them() -> None:
    services = compose()["services"]
    assert {n for n in OURS if any("/var/lib/mtm" in v for v in services[n].get("volumes", []))} == {"code", "pages"}
    assert {n for n in OURS if services[n].get("env_file")} == {"code"}
    assert "secrets" not in services["pages"] and "secrets" not in services["proxy"]
    for name in OURS:
        given = services[name]
        assert (
            given["read_only"] and given["cap_drop"] == ["ALL"] and given["user"] == "10001:10001" and given["init"]
        ), name
        assert (
            given["restart"] == "unless-stopped"
            and given["logging"]["options"]["max-size"]
            and given["stop_grace_period"]
        )
    assert services["code"]["stop_grace_period"] == "30m"  # a run ends first
    assert not re.search(r"(?i)password: [^{]", (DEPLOY / "compose.yaml").read_text())


@pytest.mark.parametrize("service", OURS)
def test_commands_are_those_that_are_tried(service: str) -> None:
    """`test_services_for_real.py` starts the commands of the compose file; the units start the same ones."""
    words, unit = command(service), dict(units())[f"mtm-{service}.service"]
    assert (
        words[:2] == ["serve", service]
        and check(service) == ["serve", service, *check(service)[2:]]
        and check(service)[-1] == "--check"
    )
    assert unit["Service"]["ExecStart"] == f"/opt/mtm/.venv/bin/mtm serve {service}"
    if service != "daemon":
        assert serve.PORTS[service] == port(service) and words[2:4] == ["--host", "0.0.0.0"]
        asked = check(service)
        assert "--port" not in asked or int(asked[asked.index("--port") + 1]) == port(service)
    if service != "pages":
        line = serve.command(service, "127.0.0.1", 1)
        assert line[0] == sys.executable and ("--read-only" in line) is (service == "viewer")


def test_units_are_hardened_and_let_runs_end() -> None:
    names = dict(units())
    assert set(names["mtm.target"]["Unit"]["Wants"].split()) == {f"mtm-{s}.service" for s in OURS}
    for name, unit in names.items():
        if name.endswith(".service"):
            assert not [rule for rule in HARDENED if rule not in unit.text.splitlines()], name
            assert unit["Service"]["User"] == "mtm" and unit["Service"]["EnvironmentFile"] == "/etc/mtm/mtm.env"
    code = names["mtm-code.service"]["Service"]
    assert (code["KillMode"], code["TimeoutStopSec"]) == ("mixed", "30min")
    for name in ("webserver", "viewer", "pages"):
        assert names[f"mtm-{name}.service"].all("IPAddressAllow") == ["localhost"]


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    for name, unit in units():  # the program is not at its place here
        (tmp_path / name).write_text(unit.text.replace("/opt/mtm/.venv/bin/mtm", "/bin/true"))
    asked = ["systemd-analyze", "verify", "--man=no", *(tmp_path / name for name, _ in units())]
    done = subprocess.run(asked, capture_output=True, text=True)
    told = [line for line in done.stderr.splitlines() if "mtm" in line]
    assert done.returncode == 0 and not told, done.stderr
    (tmp_path / "mtm-code.service").write_text("[Service]\nExecStart=/bin/true\nKillMode=nonsense\n")
    assert (
        "kill mode"
        in subprocess.run(
            ["systemd-analyze", "verify", "--man=no", tmp_path / "mtm-code.service"], capture_output=True, text=True
        ).stderr
    )


def test_the_image() -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    (uv,) = re.findall(r"UV_VERSION := (\S+)", makefile)
    assert f"uv=={uv}" in DOCKERFILE and "uv sync --locked --no-dev" in DOCKERFILE
    froms = re.findall(r"^FROM (\S+)", DOCKERFILE, re.M)
    assert froms == ["python:${PYTHON}"] * 2 and "ARG PYTHON=3.11-slim" in DOCKERFILE
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert (
        last.index("USER 10001:10001") < last.index("ENTRYPOINT")
        and "latest" not in DOCKERFILE
        and "ADD " not in DOCKERFILE
    )
    for line in re.findall(r"apt-get install.*", DOCKERFILE):
        assert "--no-install-recommends" in line
    assert "rm -rf /var/lib/apt/lists/*" in DOCKERFILE and "HEALTHCHECK" in last
    assert not re.search(r"(?i)(password|token|secret)\s*=", DOCKERFILE)


def test_the_image_gets_what_it_copies_and_nothing_else() -> None:
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = {line[1:] for line in ignored if line.startswith("!")}
    copied = {w for line in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.M) for w in line.split()}
    assert "*" in ignored and copied == let_in
    assert all((PROJECT / name).exists() for name in copied)
    # Everything that the program opens by its place in the project is there.
    rooms = {"warehouse", "orchestration", "expectations"}
    named = {m for p in PROJECT.rglob("*.py") if p.relative_to(PROJECT).parts[0] in rooms
             for m in re.findall(r"(?<![A-Z_])PROJECT / \"([\w.]+)\"", p.read_text(encoding="utf-8"))}  # fmt: skip
    made_on_a_desk = {"docs", "bench", "tests", "bi", "Makefile", "README.md"}
    assert named - made_on_a_desk <= {name.split("/")[0] for name in copied}, named


def test_nginx_understands_the_proxy(tmp_path: Path) -> None:
    if shutil.which("nginx") is None or shutil.which("openssl") is None:
        pytest.skip("nginx is not installed (Debian: apt-get install nginx-light)")
    (tmp_path / "tls").mkdir()
    made = [
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=x",
        "-keyout",
        tmp_path / "tls/privkey.pem",
        "-out",
        tmp_path / "tls/fullchain.pem",
    ]
    subprocess.run(["openssl", "req", *made], check=True, capture_output=True)
    (tmp_path / "editors").write_text("editor 1;\n")
    (tmp_path / "mtm.conf").write_text((CONF / "mtm.conf").read_text().replace("/etc/nginx/mtm", str(tmp_path)))
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; events {{}} http {{ access_log off; include {tmp_path}/mtm.conf; }}"
    )
    for addresses in ("compose.conf", "local.conf"):
        shutil.copy(CONF / addresses, tmp_path / "addresses.conf")
        done = subprocess.run(
            ["nginx", "-t", "-q", "-e", tmp_path / "log", "-c", tmp_path / "nginx.conf"], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        text = (CONF / addresses).read_text()
        assert re.search(rf"default \S+:{serve.PORTS['viewer']};", text) and re.search(
            rf"1 \S+:{serve.PORTS['webserver']};", text
        )


def test_the_page_and_the_file_of_the_environment_are_up_to_date() -> None:
    assert environment.PAGE.read_text(encoding="utf-8") == environment.page(), "python -m warehouse.doctor.environment"
    assert environment.EXAMPLE.read_text(encoding="utf-8") == environment.example(), (
        "python -m warehouse.doctor.environment"
    )
    set_there = [line for line in environment.EXAMPLE.read_text().splitlines() if line and not line.startswith("#")]
    assert set_there == []  # nothing is set by copying it


def test_services_are_those_that_there_are() -> None:
    from warehouse.cli.told import variables

    assert {s for v in variables() for s in v.services} <= set(OURS)
    named = {v.name for v in variables()}
    given = {k.removesuffix("_FILE") for s in OURS for k in compose()["services"][s].get("environment") or {}}
    assert given <= named, given - named


def test_the_terminal_of_a_server_uses_its_environment(tmp_path: Path) -> None:
    """The wrapper `mtm`, with a sudo that only drops its options: arguments arrive as they are, the file is read."""
    text = (
        (DEPLOY / "systemd" / "mtm")
        .read_text()
        .replace("/etc/mtm/mtm.env", str(tmp_path / "env"))
        .replace("/opt/mtm/.venv/bin/mtm", str(tmp_path / "program"))
    )
    (tmp_path / "mtm").write_text(text.replace("exec sudo -u mtm -H --", "exec"))
    (tmp_path / "env").write_text("# a comment\nMTM_DAGSTER_PASSWORD='a $b \"c\"'\n")
    (tmp_path / "program").write_text(
        f"#!{sys.executable}\nimport json, os, sys\nprint(json.dumps([sys.argv[1:], os.environ['MTM_DAGSTER_PASSWORD'], os.environ['MTM_HOME'], os.umask(0)]))\n"
    )
    (tmp_path / "program").chmod(0o755)
    words = ["query", "SELECT 'x y' FROM \"t\"", "--json"]
    done = subprocess.run(["sh", tmp_path / "mtm", *words], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [words, 'a $b "c"', "/var/lib/mtm", 0o077]
