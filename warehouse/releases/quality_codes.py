"""What the codes of findings and of rejected rows are called, for `mart_quality`: the reference table `quality_code`.

Only choosing the words belongs here; they stand in the catalogue of messages and in the reasons.
"""

from __future__ import annotations

from typing import Any

from warehouse.normalize.reasons import reasons
from warehouse.serving.field_report.messages import catalogue


def code_rows() -> list[dict[str, Any]]:
    """The rows of `reference.quality_code`: what each code of a finding and of a rejected row's reason is called."""
    messages, found = catalogue().messages, []
    for code in sorted({*messages, *reasons()}):
        message, reason = messages.get(code), reasons().get(code)
        english = message.en.what if message and message.en else reason.what if reason else ""
        named = english if english and "{" not in english else code.replace("_", " ")
        russian = message.ru.what if message and "{" not in message.ru.what else named
        found.append({"code": code, "code_name_en": named, "code_name_ru": russian, "code_name_ky": named})
    return found
