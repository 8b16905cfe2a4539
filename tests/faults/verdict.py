"""What became of a trial, by the providers' books."""

import time
from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from shared.domain.fires.fire import FireProgress
from shared.domain.messages.message import Message, MessageState
from tests.faults.trial import Trial


class Verdict(Struct, frozen=True, kw_only=True):
    """A row of the table. `wrong` says what broke a promise; nothing when it is empty."""

    fault: str
    planned: int
    accepted: int
    failed: int
    doubled: int
    lost: int
    unknown: int
    seconds: float
    wrong: Sequence[str] = ()


async def judge(trial: Trial, fault: str, problem: str = "") -> Verdict:
    """Count, and compare with the providers' books."""
    seconds = time.monotonic() - trial.started
    accepted = Counter(message["handset"].rpartition(":")[2] for message in await trial.accepted())
    stored = await trial.messages()
    replaced = {message.resend_of for message in stored}
    messages = {message.address: message for message in stored if message.id not in replaced}
    states = Counter(message.state for message in messages.values())
    expected = [address for address in trial.addresses() if address not in trial.refused]
    accounted = {MessageState.SENT, MessageState.UNKNOWN}
    if trial.may_be_failed:
        accounted.add(MessageState.FAILED)
    lost = [
        address
        for address in expected
        if (message := messages.get(address)) is None
        or message.state not in accounted
        or (message.state is MessageState.SENT and not accepted[address])
    ]
    wrong = [problem] if problem else []
    wrong += _contradictions(trial, messages, accepted)
    wrong += _ledger_faults(await trial.progress(), trial.planned, states)
    if trial.acknowledges and (thanked := await trial.acknowledged()) != [trial.numbers[0]]:
        wrong.append(f"one answer, acknowledged {len(thanked)} times")
    if states[MessageState.UNKNOWN] and not trial.may_be_unknown:
        wrong.append("unknown, though it could be known")
    wrong += sorted({f"{messages[a].state}: {messages[a].reason}" for a in lost if a in messages})
    return Verdict(
        fault=fault,
        planned=trial.planned,
        accepted=len(accepted),
        failed=states[MessageState.FAILED],
        doubled=sum(count - 1 for count in accepted.values()),
        lost=len(lost),
        unknown=states[MessageState.UNKNOWN],
        seconds=seconds,
        wrong=wrong,
    )


def _contradictions(trial: Trial, messages: dict[str, Message], accepted: Counter[str]) -> list[str]:
    """What the books say against the providers."""
    wrong = []
    for address, message in messages.items():
        if accepted[address] and message.state in (MessageState.FAILED, MessageState.SKIPPED):
            wrong.append(f"accepted, yet shown as {message.state}: {message.reason}")
        if message.state is MessageState.SENT and not message.delivery and trial.has_receipts:
            wrong.append("delivered, yet without a receipt")
        if accepted[address] and message.state is MessageState.UNKNOWN:
            wrong.append("accepted and received, yet shown as unknown")
        if message.state is MessageState.UNKNOWN and not message.reason:
            wrong.append("unknown without a reason")
        if address in trial.refused and message.reason != "opted_out":
            wrong.append(f"opted out, yet {message.state}: {message.reason}")
    return sorted(set(wrong))


def _ledger_faults(progress: FireProgress | None, planned: int, states: Counter[MessageState]) -> list[str]:
    if progress is None:
        return ["no ledger"]
    ledger = progress.ledger
    shown = (ledger.planned, ledger.sent, ledger.skipped, ledger.unknown)
    true = (planned, *(states[s] for s in (MessageState.SENT, MessageState.SKIPPED, MessageState.UNKNOWN)))
    if shown != true or not ledger.is_balanced:
        return [f"the ledger says {shown}, the messages {true}"]
    return []
