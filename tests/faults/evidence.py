"""Disturbances of what comes after sending: evidence that is missing, senders that are refused, decisions."""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import aiohttp

from infra.local.api_client import ApiClient
from infra.local.simulator.outcomes import Answer
from shared.domain.companies.api_key import Scope
from shared.domain.messages.failure import FailureState
from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import Delivery
from shared.domain.record import replace
from shared.faults import Point
from shared.usecases.companies.create_api_key import create_api_key
from tests.faults.account import TEXTS_SENDER
from tests.faults.disturbances import Passage, answer_with, kill, taken
from tests.faults.laboratory import Laboratory
from tests.faults.trial import Trial

# Delivered, but no receipt ever comes: the simulator's fixed outcome by the last digits.
SILENT = tuple(f"+1{area}5550011" for area in (212, 332, 347, 646, 718, 917, 929))
REFUSED, CORRECTED = "+12125550003", "+12125552999"
WITHIN = 120.0


async def lose_answers(passages: list[Passage], lab: Laboratory, trial: Trial) -> None:
    """The provider accepts, no answer and no receipt comes: only its history knows."""
    await kill(passages, lab, trial, replies=False)
    await answer_with(Answer.RESET_ACCEPTED, 3600, lab, trial)
    trial.meanwhile(trial.until(_closed_without(trial, MessageState.UNKNOWN), seconds=WITHIN))


async def lose_receipts(passages: list[Passage], lab: Laboratory, trial: Trial) -> None:
    """All is sent and no receipt comes; the quiet period is over, and the fire's day is searched."""
    await kill(passages, lab, trial, replies=False)

    async def are_in() -> bool:
        fire = await trial.fire()
        if fire is None or not fire.is_closed:
            return False
        await _end_quiet_period(trial)
        return all(message.delivery is Delivery.DELIVERED for message in await trial.messages())

    trial.meanwhile(trial.until(are_in, seconds=WITHIN))


async def _end_quiet_period(trial: Trial) -> None:
    """Have the searches of the company's days due now: time passes, in a way."""
    searches = trial.stores.history_searches
    now = trial.runtime.now()
    page = await searches.page(trial.company_id, limit=10)
    for search in page.items:
        if search.is_open and search.next_at > now:
            await searches.save(trial.company_id, search.id, replace(search, next_at=now))


async def suspend_account(passages: list[Passage], lab: Laboratory, trial: Trial) -> None:
    """Twilio suspends the account as the batch is claimed, and lets it go on once the sender is paused."""
    lab.orders.give("claim_batch.lease", "before", "wait")

    async def suspend() -> None:
        await _suspended_at("claim_batch.lease", passages, lab, trial)
        await trial.until(lambda: _is_paused(trial), seconds=WITHIN)
        await _set_account(lab, trial, suspended=False)
        await _until_done(trial, await _api(lab, trial), f"/senders/{TEXTS_SENDER}/resume", {})

    trial.meanwhile(suspend())


async def refuse_start(passages: list[Passage], lab: Laboratory, trial: Trial) -> None:
    """Twilio suspends the account as the campaign's time comes, and lets it go on once that was noted."""
    lab.orders.give("check_senders", "before", "wait")

    async def suspend() -> None:
        await _suspended_at("check_senders", passages, lab, trial)
        for point, moment in passages:
            await taken(lab, trial, point, moment)
        await _set_account(lab, trial, suspended=False)

    trial.meanwhile(suspend())


async def _suspended_at(point: Point, passages: list[Passage], lab: Laboratory, trial: Trial) -> None:
    """Suspend the account while a process waits at the point; then the passages are deadly."""
    await taken(lab, trial, point, "before")
    await _set_account(lab, trial, suspended=True)
    await kill(passages, lab, trial, replies=False)
    lab.orders.release(point, "before")


async def _set_account(lab: Laboratory, trial: Trial, *, suspended: bool) -> None:
    twilio = trial.account.twilio
    await lab.simulator.add_account(sid=twilio.sid, token=twilio.token, suspended=suspended)


async def decide(passages: list[Passage], lab: Laboratory, trial: Trial) -> None:
    """Nothing is accepted and nobody can know; then a person has every message sent again."""
    await answer_with(Answer.ERROR, 3600, lab, trial)

    async def decide_all() -> None:
        await trial.until(_closed_without(trial, MessageState.QUEUED), seconds=WITHIN)
        await lab.simulator.clear_faults()
        await kill(passages, lab, trial, replies=False)
        api = await _api(lab, trial)
        for message in await trial.messages():
            await _until_done(trial, api, f"/messages/{message.id}/settle", {"as": "resend"})

    trial.meanwhile(decide_all())


async def correct(passages: list[Passage], lab: Laboratory, trial: Trial) -> None:
    """Twilio refuses the first number; a person puts in another."""
    trial.numbers[0] = REFUSED

    async def correct_first() -> None:
        await trial.until(_closed_without(trial, MessageState.QUEUED), seconds=WITHIN)
        await kill(passages, lab, trial, replies=False)
        api = await _api(lab, trial)
        failures = trial.stores.failures
        [failure] = [one for one in (await failures.page(trial.company_id, limit=10)).items if one.fire_id]

        async def is_corrected() -> bool:
            if (await failures.get(trial.company_id, failure.id)).state is FailureState.REQUEUED:
                return True
            with suppress(aiohttp.ClientError):
                await api.post(f"/failures/{failure.id}/requeue", {"corrections": {"phone": CORRECTED}})
            return False

        await trial.until(is_corrected, seconds=WITHIN)
        trial.numbers[0] = CORRECTED

    trial.meanwhile(correct_first())


async def _api(lab: Laboratory, trial: Trial) -> ApiClient:
    _, key = await create_api_key(trial.runtime, trial.company_id, "program", list(Scope))
    return ApiClient(lab.stack.hosts["api"].address, key, lab.http)


async def _until_done(trial: Trial, api: ApiClient, path: str, body: dict[str, str]) -> None:
    """Post it again, each time as a new request, while the connection breaks. Raises ApiRefusal."""

    async def is_done() -> bool:
        try:
            await api.post(path, body)
        except aiohttp.ClientError:
            return False
        return True

    await trial.until(is_done, seconds=WITHIN)


def _closed_without(trial: Trial, state: MessageState) -> Callable[[], Coroutine[Any, Any, bool]]:
    async def is_closed_without() -> bool:
        fire = await trial.fire()
        if fire is None or not fire.is_closed:
            return False
        return all(message.state is not state for message in await trial.messages())

    return is_closed_without


async def _is_paused(trial: Trial) -> bool:
    return (await trial.stores.senders.get(trial.company_id, TEXTS_SENDER)).is_paused
