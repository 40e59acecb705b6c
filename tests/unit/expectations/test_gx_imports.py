"""Great Expectations is imported without the engines that the gate does not use, also where they are installed."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest

from expectations.gx import UNUSED, _without

LOOKS = f"""
import sys
from expectations.runner import _context
_context()
print(sorted(name for name in {UNUSED!r} if name in sys.modules))
"""


def test_unused_engines_stay_out_of_the_process() -> None:
    if not any(importlib.util.find_spec(name) for name in UNUSED):
        pytest.skip("none of them is installed")
    done = subprocess.run([sys.executable, "-c", LOOKS], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]" and "pyspark" not in done.stderr.lower()


def test_they_can_be_imported_afterwards() -> None:
    with _without(["email"]), pytest.raises(ModuleNotFoundError):
        sys.modules.pop("email.charset", None)
        import email.charset  # noqa: F401
    import email.charset as again

    assert again.__name__ == "email.charset"
