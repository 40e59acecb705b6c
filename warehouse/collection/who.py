"""Which enumerator of the field is behind a pseudonym: read from the raw delivery, where vault and key are, and nowhere else.

Looking one up belongs here. Nothing of it is kept, logged or written: the command prints it to the terminal, for the
coordinator who has to call somebody.
"""

from __future__ import annotations

import re

from warehouse.deliveries.vault import Delivery, Vault
from warehouse.errors import UsageError
from warehouse.settings import Home

PSEUDONYM = re.compile(r"E-[A-Z]{8}")


def who(home: Home, round_key: str, pseudonym: str) -> list[str]:
    """The enumerator's code as the form has it, in every spelling delivered; of the latest delivery that knows the pseudonym.

    Raises UsageError (exit 2) where it is none or nobody has it, UnreadableDelivery where a delivery can't be read.
    """
    wanted = pseudonym.strip().upper()
    if not PSEUDONYM.fullmatch(wanted):
        raise UsageError(
            "this is no pseudonym of an enumerator", expected="E- and eight letters, as on the page of the round",
            todo="copy it from the page", code="no_pseudonym",
        )  # fmt: skip
    for delivery in reversed(Vault(home).deliveries(round_key) or [Vault(home).current(round_key)]):
        if codes := _codes(home, delivery, wanted):
            return codes
    raise UsageError(
        f"no enumerator of {round_key} is {wanted}", expected="a pseudonym of this round and this installation",
        todo="look at the page of the same round; another installation has other pseudonyms", code="unknown_enumerator",
    )  # fmt: skip


def _codes(home: Home, delivery: Delivery, wanted: str) -> list[str]:
    from warehouse.codebooks.match import SheetMatch
    from warehouse.normalize.frame import text_frame
    from warehouse.normalize.interview_fields import texts
    from warehouse.normalize.interviews import Interviews
    from warehouse.normalize.people import key_of
    from warehouse.normalize.reopen import reopen
    from warehouse.operations import load_operation

    found = reopen(home, delivery, load_operation(delivery.operation))
    made, codes = Interviews(found.round_key, found.codebook, key_of(home), {}), set()
    mains: list[SheetMatch] = list(found.mains)
    for match in mains:
        frame = text_frame(match)
        told = zip(made.pseudonyms(frame, "enumerator").to_list(), texts(frame, "enumerator").to_list(), strict=True)
        codes |= {code for name, code in told if name == wanted}
    return sorted(codes)
