"""Scenarios of single channels: pools of numbers, calls, WhatsApp, and pages at Meta."""

from collections.abc import Iterator
from functools import partial

from infra.local.simulator.outcomes import Answer
from shared.domain.channels.channel import Channel
from tests.faults import disturbances, evidence
from tests.faults.scenario import CALLS, CHATS, MOMENTS, PAGES, TEXTS, VARIED, Scenario


def services() -> Iterator[Scenario]:
    """Texts that come from a number of a messaging service's pool."""
    yield Scenario(
        name="messaging service, kill after send_batch.call",
        disturb=partial(disturbances.kill, [("send_batch.call", "after")], replies=True),
        channels=TEXTS,
        by_service=True,
    )
    yield Scenario(
        name="messaging service, answers lost, kill after search_history.settle",
        disturb=partial(evidence.lose_answers, [("search_history.settle", "after")]),
        channels=TEXTS,
        numbers=evidence.SILENT,
        by_service=True,
    )
    yield Scenario(
        name="messaging service, STOP before intend_messages",
        disturb=partial(disturbances.write_stop, "intend_messages", "before", is_in_time=True),
        channels=TEXTS,
        by_service=True,
    )


def calls() -> Iterator[Scenario]:
    """Calls: nobody's phone rings twice, and what people press is not lost."""
    for passage in (
        ("intend_messages", "after"),
        ("send_batch.call", "before"),
        ("send_batch.call", "after"),
        ("record_results.untouched", "before"),
    ):
        yield Scenario(
            name=f"call, kill {passage[1]} {passage[0]}",
            disturb=partial(disturbances.kill, [passage], replies=False),
            may_be_unknown=True,
            channels=CALLS,
        )
    for name, answer, is_unknown in (
        ("500, not accepted", Answer.ERROR, True),
        ("500, accepted", Answer.ERROR_ACCEPTED, False),
        ("time-out after acceptance", Answer.TIMEOUT_ACCEPTED, False),
        ("reset after acceptance", Answer.RESET_ACCEPTED, False),
    ):
        yield Scenario(
            name=f"call, {name}",
            disturb=partial(disturbances.answer_with, answer, 3600),
            may_be_unknown=is_unknown,
            channels=CALLS,
        )
    yield Scenario(
        name="call, answers lost, kill after search_history.settle",
        disturb=partial(evidence.lose_answers, [("search_history.settle", "after")]),
        channels=CALLS,
        numbers=evidence.SILENT,
    )
    yield Scenario(
        name="call, every job three times, new ids, shuffled",
        disturb=partial(disturbances.repeat, 3, same_id=False),
        channels=CALLS,
    )
    yield Scenario(
        name="call, kill after receive_reply",
        disturb=disturbances.kill_at_key,
        channels=CALLS,
        numbers=disturbances.PRESSING,
    )


def _killed_at_call(whose: str, channels: tuple[Channel, ...]) -> Iterator[Scenario]:
    for moment in MOMENTS:
        yield Scenario(
            name=f"{whose}, kill {moment} send_batch.call",
            disturb=partial(disturbances.kill, [("send_batch.call", moment)], replies=False),
            may_be_unknown=True,
            channels=channels,
        )


def chats() -> Iterator[Scenario]:
    """WhatsApp: formats of the provider's, which begin conversations."""
    yield from _killed_at_call("WhatsApp", CHATS)
    yield Scenario(
        name="WhatsApp, answers lost, kill after search_history.settle",
        disturb=partial(evidence.lose_answers, [("search_history.settle", "after")]),
        channels=CHATS,
        numbers=evidence.SILENT,
    )


def pages() -> Iterator[Scenario]:
    """Messenger over Meta's own API, to people who wrote: no key makes a call idempotent."""
    yield from _killed_at_call("Meta", PAGES)
    yield Scenario(
        name="Meta, answers lost, its echoes prove what was sent",
        disturb=partial(disturbances.answer_with, Answer.RESET_ACCEPTED, 3600),
        channels=PAGES,
    )
    yield Scenario(
        name="Meta, answers and echoes lost, kill after search_history.settle",
        disturb=partial(evidence.lose_answers, [("search_history.settle", "after")]),
        channels=PAGES,
        numbers=evidence.SILENT,
    )
    yield Scenario(
        name="Meta, receipts twice, reordered and never",
        disturb=disturbances.undisturbed,
        channels=PAGES,
        numbers=tuple(number for number in VARIED if not number.endswith("0012")),
    )
