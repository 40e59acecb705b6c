"""Great Expectations is imported without the engines that the gate does not use, also where they are installed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from expectations.gx import LATER, UNUSED, _Later, _later, _without

LOOKS = f"""
import sys
from expectations.runner import _context
_context()
print(sorted(name for name in {(*UNUSED, *LATER)!r} if name in sys.modules))
"""


def test_unused_engines_stay_out_of_the_process() -> None:
    done = subprocess.run([sys.executable, "-c", LOOKS], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]" and "pyspark" not in done.stderr.lower()


def test_they_can_be_imported_afterwards() -> None:
    with _without(["email"]), pytest.raises(ModuleNotFoundError):
        sys.modules.pop("email.charset", None)
        import email.charset  # noqa: F401
    import email.charset as again

    assert again.__name__ == "email.charset"


def test_what_is_needed_later_is_imported_when_it_is_asked_for() -> None:
    sys.modules.pop("email.charset", None)
    with _later(["email.charset"]):
        import email.charset as charset
    assert isinstance(charset, _Later)
    assert "email.charset" not in sys.modules
    assert not hasattr(charset, "__wrapped__")
    assert charset.Charset("utf-8").input_charset == "utf-8"
    import email.charset as again

    assert not isinstance(again, _Later)
    assert charset.Charset is again.Charset
