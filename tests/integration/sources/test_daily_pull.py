"""A form of KoboToolbox that grows: every day's pull is a partial delivery that supersedes the one before."""

from __future__ import annotations

from collections.abc import Callable

from tests.integration.sources.api_servers import Kobo, submission
from tests.integration.sources.web_server import Web
from warehouse.codebooks.recognise import Declared
from warehouse.deliveries.sources.model import Source
from warehouse.deliveries.sources.pull import Outcome
from warehouse.deliveries.vault import Vault

ROUND = "toy-baseline-r01"


def test_each_day_is_a_delivery_and_the_whole_round_comes_last(
    web: Web, vault: Vault, pull: Callable[..., list[Outcome]], rows_file: Callable[..., bytes]
) -> None:
    form = Kobo(web, [submission(1)])
    source = Source(f"{form.url}/export-settings/esOne", "toy/kobo", Declared("toy", "baseline", 1), partial=True)
    for day in (1, 2, 2, 3):  # a day without anything new is no delivery
        form.export = rows_file(1, people=10 * day, rows=day + 1)
        (outcome,) = pull(source)
        assert outcome.error is None
    days = vault.deliveries(ROUND)
    assert [d.delivery_seq for d in days] == [1, 2, 3] and all(d.partial for d in days)
    assert [d.supersedes for d in days[1:]] == [d.delivery_id for d in days[:-1]]
    form.export = rows_file(1, people=50, rows=9)
    pull(Source(source.url, source.name, source.declared))
    assert not vault.current(ROUND).partial and vault.current(ROUND).delivery_seq == 4
