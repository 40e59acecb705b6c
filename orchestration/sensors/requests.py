"""Requests of runs on rounds, as sensors and the schedule make them.

Their keys and timeouts belong here: Dagster launches one run for one key.
"""

import dagster as dg

from orchestration.partitions import rounds
from warehouse.deliveries.vault import Delivery
from warehouse.errors import MtmError
from warehouse.ingestion import ingestion_of
from warehouse.operations import load_operation

TIMEOUT = "dagster/max_runtime"  # seconds, as run monitoring reads it


def request(delivery: Delivery, again: str = "", job_name: str | None = None) -> dg.RunRequest:
    """A run on a round. Its key holds the hash of the bytes: a redelivery runs, the same bytes don't (but `again`).

    Bytes that stand again after others did run again: their key holds the sequence number too.
    """
    key = f"{delivery.round_key}:{delivery.sha256}"
    key += f":{delivery.delivery_seq}" if delivery.restores else ""
    return dg.RunRequest(
        run_key=f"{key}:{again}" if again else key,
        job_name=job_name,
        partition_key=delivery.round_key,
        tags={
            "mtm/delivery": delivery.delivery_id,
            "mtm/seq": str(delivery.delivery_seq),
            "mtm/operation": delivery.operation,
            **_timeout(delivery),
        },
    )


def _timeout(delivery: Delivery) -> dict[str, str]:
    """What the operation gives a run; the installation's limit holds where its section can't be used."""
    try:
        return {TIMEOUT: str(60 * ingestion_of(load_operation(delivery.operation)).run_timeout_minutes)}
    except MtmError:
        return {}


def new_partitions(deliveries: list[Delivery]) -> list[dg.AddDynamicPartitionsRequest]:
    """The rounds of these deliveries, to be registered."""
    keys = sorted({d.round_key for d in deliveries})
    return [rounds.build_add_request(keys)] if keys else []
