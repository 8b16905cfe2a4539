"""Ask the providers whether a campaign's senders can send, before it is made ready and before it fires."""

import asyncio
import time
from collections.abc import Mapping, Sequence

from shared import faults
from shared.domain.campaigns.step import Step
from shared.domain.errors import Conflict, InvalidInput, Problem
from shared.domain.senders.sender import Sender
from shared.providers.kit.asking import NotServed, ProviderUnavailable, SenderRefused
from shared.providers.kit.credentials import Credentials, WrongCredentials
from shared.runtime import Runtime
from shared.storage.secrets import CredentialsMissing, SecretsUnavailable

CACHED_SECONDS = 60.0  # of good answers only: what was mended is seen at once


async def check_senders(
    runtime: Runtime, company_id: str, steps: Sequence[Step], senders: Mapping[str, Sender]
) -> None:
    """Raise InvalidInput naming each step whose sender is paused or could not send.

    Raises Conflict when sending is disabled for the company, or a provider cannot be asked now.
    """
    company = await runtime.stores.companies.get(company_id)
    if not company.sending_enabled:
        raise Conflict(f"Sending is disabled for {company.name}. Ask support to enable it.")
    current = await runtime.stores.senders.find_many(company_id, senders)
    reasons = await asyncio.gather(
        *(
            _problem_now(runtime, company_id, frozen, current.get(sender_id))
            for sender_id, frozen in senders.items()
        )
    )
    wrong = {sender_id: reason for sender_id, reason in zip(senders, reasons, strict=True) if reason}
    problems = [
        Problem(field=f"steps[{index}].sender_id", reason=wrong[step.sender_id])
        for index, step in enumerate(steps)
        if step.sender_id in wrong
    ]
    if problems:
        raise InvalidInput(*problems)


async def _problem_now(
    runtime: Runtime, company_id: str, frozen: Sender, current: Sender | None
) -> str | None:
    if current is None:
        return "there is no such sender any more"
    if current.is_paused:
        return f"this sender is paused: {current.paused_reason}"
    return await sender_problem(runtime, company_id, frozen)


async def sender_problem(
    runtime: Runtime, company_id: str, sender: Sender, *, ask_anew: bool = False
) -> str | None:
    """Why the sender could not send, as its provider says; None when it could.

    A good answer is believed for a minute, unless `ask_anew`. Raises Conflict when the provider cannot be
    asked now.
    """
    try:
        credentials = await runtime.credentials(company_id, sender, fresh=ask_anew)
        key = (company_id, sender.id, sender.address, credentials)
        if not ask_anew and time.monotonic() < runtime.senders_known_good.get(key, 0.0):
            return None
        problem = await credentials_problem(runtime, company_id, sender, credentials)
        if problem is not None and not ask_anew:
            replaced = await runtime.credentials(company_id, sender, fresh=True)
            if replaced != credentials:  # what was refused had been replaced a moment before
                return await sender_problem(runtime, company_id, sender, ask_anew=True)
    except (CredentialsMissing, WrongCredentials) as error:
        return str(error)
    except SecretsUnavailable as error:
        raise Conflict(f"The sender's credentials could not be read: {error}") from error
    if problem is None:
        runtime.senders_known_good[key] = time.monotonic() + CACHED_SECONDS
    return problem


async def credentials_problem(
    runtime: Runtime, company_id: str, sender: Sender, credentials: Credentials
) -> str | None:
    """Why the company's sender could not send with these credentials, as its provider says, if at all.

    Raises Conflict when the provider cannot be asked now.
    """
    try:
        with faults.step("check_senders"):
            return await runtime.provider_account(sender, credentials).problem(sender)
    except SenderRefused as refused:
        return str(refused)
    except NotServed:  # another server that speaks only the sending part of the API: sending will tell
        return None
    except ProviderUnavailable as error:
        raise Conflict(
            f"Whether the sender {sender.address} can send could not be found out: {error} Try again shortly."
        ) from error
