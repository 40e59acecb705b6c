"""The job `pull_source`: downloads what a declared source has into the vault. Sensors ask for it; so can a person.

Telling what came belongs here; pulling is done in `warehouse/deliveries/sources`. The runs on what came are requested
by the sensor's next tick. Concept: https://docs.dagster.io/guides/build/ops
"""

import dagster as dg

from orchestration.process import mark
from orchestration.resources import WarehouseHome
from warehouse.corrections.amend import Intake
from warehouse.deliveries.sources.model import find_source
from warehouse.deliveries.sources.pull import Outcome, receive_source
from warehouse.deliveries.sources.redact import redact
from warehouse.deliveries.sources.state import QUIET, record
from warehouse.errors import MtmError


class Pull(dg.Config):
    """Which source; `marks`: which of its files, by key, as they were seen (all, where it is empty)."""

    source: str
    marks: dict[str, str] = {}


# Each try asks patiently by itself (retry.py): this is for what lasts longer than a minute. The sensor waits after that.
AGAIN = dg.RetryPolicy(max_retries=3, delay=30, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
TAGS = {"mtm/work": "pull", "dagster/max_runtime": "3600"}


@dg.op(
    retry_policy=AGAIN,
    description="Pull one source into the vault. Files that can't be had or read do not stop the others.",
)
def pull(context: dg.OpExecutionContext, config: Pull, warehouse: WarehouseHome) -> None:
    """Pull a source, write down what became of it, and fail where something is wrong, so that it is seen."""
    home = warehouse.home
    mark(context.instance, context.run_id)
    try:
        source = find_source(config.source)
    except MtmError as error:
        raise dg.Failure(redact(str(error)), allow_retries=False) from None
    if source is None:
        raise dg.Failure(f"there is no source {config.source!r} in any sources.yml", allow_retries=False)
    outcomes = []
    for outcome in receive_source(Intake(home), source, set(config.marks) or None):
        outcomes.append(outcome)
        context.log.info(_line(outcome))
    is_retried = any(o.may_pass for o in outcomes) and context.retry_number < AGAIN.max_retries
    if not is_retried:  # what came is known by its bytes; the failure is counted once, when it is given up
        record(home, source.name, outcomes, config.marks)
    _tell(context, outcomes, is_retried)


@dg.job(
    executor_def=dg.in_process_executor, tags=TAGS, description="Downloads what one declared source has into the vault."
)
def pull_source() -> None:
    """One source, one step."""
    pull()


def _tell(context: dg.OpExecutionContext, outcomes: list[Outcome], is_retried: bool) -> None:
    wrong = [o for o in outcomes if o.error and o.error.code not in QUIET]
    context.add_output_metadata({
        "new deliveries": sum(1 for o in outcomes if o.receipt and o.receipt.is_new),
        "nothing new": sum(1 for o in outcomes if o.receipt and not o.receipt.is_new),
        "refused or failed": len(wrong),
    })  # fmt: skip
    if wrong:
        raise dg.Failure("; ".join(_line(o) for o in wrong), allow_retries=is_retried)


def _line(outcome: Outcome) -> str:
    if outcome.error:
        return redact(f"{outcome.name}: {'refused' if outcome.is_refused else 'failed'} · {outcome.error}")
    if outcome.receipt is None:
        return redact(f"{outcome.name}: {'; '.join(outcome.notes)}")
    delivery = outcome.receipt.delivery
    what = "new" if outcome.receipt.is_new else "nothing new" if outcome.receipt.stands else "nothing new, superseded"
    return redact(f"{outcome.name}: {what}, delivery {delivery.delivery_seq} of {delivery.round_key}")
