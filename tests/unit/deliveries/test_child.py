"""The child process: whatever a file does to its reader, the one who asked lives on and is told."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from warehouse.deliveries.readers import child
from warehouse.deliveries.readers.open import read_file
from warehouse.errors import UnreadableDelivery
from warehouse.settings import PROJECT

WORKER = "import sys; sys.path[:] = {path!r}; from warehouse.deliveries.readers import worker as w; "


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Puts another reader into new children: `reader("os.abort()")`."""

    def use(code: str) -> None:
        body = f"import os, time, signal; w.read_bytes = lambda data, name: {code}; w.main()"
        monkeypatch.setattr(child, "_CODE", WORKER + body)

    monkeypatch.setattr(child, "_pool", child._Pool())
    monkeypatch.setattr(child, "SECONDS", 2.0)
    monkeypatch.setattr(child, "BUSY", 2.0)
    yield use
    child._pool.end()


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("os.abort()", "parser_died"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "parser_died"),
        ("os._exit(0)", "parser_died"),
        ("time.sleep(60)", "parser_timeout"),
        ("[None for _ in iter(int, 1)]", "parser_memory"),
        ("sum(iter(lambda: 1, 2))", "parser_timeout"),
        ("bytearray(3 * 2**30)", "parser_memory"),
        ("1 / 0", "unreadable_workbook"),
        ("(lambda f: f(f))(lambda f: f(f))", "unreadable_workbook"),
        ("print('on the wire') or []", None),
    ],
)
def test_a_file_that_brings_its_reader_down_is_refused(
    reader: Callable[[str], None], workbook: Callable[..., Path], code: str, refusal: str | None
) -> None:
    reader(code)
    path = workbook("x.xlsx", [["a"]])
    start = time.monotonic()
    if refusal is None:
        assert read_file(path) == []
    else:
        with pytest.raises(UnreadableDelivery) as caught:
            read_file(path)
        assert caught.value.code in (refusal, "parser_timeout" if refusal == "parser_memory" else refusal)
        assert caught.value.where == "x.xlsx"
    assert time.monotonic() - start < 10


def test_the_next_file_is_read_after_one_that_killed_its_reader(
    reader: Callable[[str], None], workbook: Callable[..., Path]
) -> None:
    bad, good = workbook("bad.xlsx", [["a"]]), workbook("good.xlsx", [["b"]])
    reader(
        "os.abort() if name == 'bad.xlsx' else __import__('warehouse.deliveries.readers.formats', fromlist=['x']).read_bytes(data, name)"
    )
    for _ in range(2):
        with pytest.raises(UnreadableDelivery):
            read_file(bad)
        assert read_file(good)[0].texts(0) == ["b"]


def test_one_child_serves_many_files_and_threads_have_one_each(
    workbook: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "_pool", child._Pool())
    paths = [workbook(f"{i}.xlsx", [[f"cell {i}"]]) for i in range(12)]
    for path in paths:
        read_file(path)
    assert len(child._pool._idle) == 1 and child._pool._idle[0].served == 12
    seen: dict[int, str] = {}
    threads = [
        threading.Thread(target=lambda i=i: seen.update({i: read_file(paths[i])[0].texts(0)[0]})) for i in range(12)
    ]  # type: ignore[misc]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {i: f"cell {i}" for i in range(12)}
    child._pool.end()


def test_a_child_is_replaced_after_many_files(workbook: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "_pool", child._Pool())
    monkeypatch.setattr(child, "FILES_PER_CHILD", 2)
    path = workbook("x.xlsx", [["a"]])
    for idle in (1, 0, 1):
        read_file(path)
        assert len(child._pool._idle) == idle
    child._pool.end()


def test_a_fork_does_not_share_the_child(workbook: Callable[..., Path]) -> None:
    path = workbook("x.xlsx", [["a"]])
    read_file(path)
    code = (
        "import os, sys; from pathlib import Path; from warehouse.deliveries.readers.open import read_file; p = Path(sys.argv[1]);"
        "read_file(p); pid = os.fork(); ok = read_file(p)[0].texts(0) == ['a'];"
        "(os._exit(0 if ok else 1) if pid == 0 else None); status = os.waitpid(pid, 0)[1]; sys.exit(status or (not ok))"
    )
    assert subprocess.run([sys.executable, "-c", code, str(path)], cwd=PROJECT, timeout=60).returncode == 0


def test_children_end_with_their_parent(workbook: Callable[..., Path]) -> None:
    code = (
        "import os, sys, signal; from pathlib import Path; from warehouse.deliveries.readers import child, open as o;"
        "o.read_file(Path(sys.argv[1])); print(child._pool._idle[0].process.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    path = workbook("x.xlsx", [["a"]])
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], cwd=PROJECT, capture_output=True, text=True, timeout=60
    )
    pid = int(done.stdout)
    for _ in range(50):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return
        if state == "Z":
            return
        time.sleep(0.1)
    pytest.fail(f"the child {pid} outlived its parent")


def test_the_child_loads_no_more_than_it_needs(workbook: Callable[..., Path]) -> None:
    code = (
        "import sys; from warehouse.deliveries.readers import worker; from warehouse.deliveries.readers.formats import read_bytes;"
        "read_bytes(open(sys.argv[1], 'rb').read(), 'x.xlsx'); print([m for m in ('polars', 'numpy', 'pandas', 'python_calamine', 'pydantic', 'click') if m in sys.modules])"
    )
    path = workbook("x.xlsx", [["a", 1]])
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_child_is_told_no_secrets(monkeypatch: pytest.MonkeyPatch, workbook: Callable[..., Path]) -> None:
    monkeypatch.setenv("MTM_SECRET_FOR_TEST", "hidden")
    monkeypatch.setattr(child, "_pool", child._Pool())
    read_file(workbook("x.xlsx", [["a"]]))
    pid = child._pool._idle[0].process.pid
    assert b"hidden" not in Path(f"/proc/{pid}/environ").read_bytes()
    child._pool.end()


def test_large_files_are_given_more_time() -> None:
    assert child.seconds_for(10) == child.SECONDS < 10
    assert child.seconds_for(50 * 2**20) > 5 * child.SECONDS
    assert os.getpid() == child._pool._owner


def test_a_file_that_waits_for_a_busy_machine_is_read(
    reader: Callable[[str], None], workbook: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "BUSY", 20.0)
    reader("time.sleep(2.3) or []")
    assert read_file(workbook("x.xlsx", [["a"]])) == []
