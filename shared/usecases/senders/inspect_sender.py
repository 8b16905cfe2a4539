"""Ask the providers how senders are: whether they can send, and what to know before they do."""

import asyncio
from collections.abc import Sequence

from msgspec import Struct

from shared.domain.campaigns.step import Step
from shared.domain.senders.sender import Sender
from shared.providers.kit.asking import NotServed, ProviderUnavailable, SenderRefused
from shared.providers.kit.credentials import WrongCredentials
from shared.runtime import Runtime
from shared.storage.secrets import CredentialsMissing, SecretsUnavailable
from shared.usecases.senders.check_senders import sender_problem

_NOT_SIGNED_IN = (CredentialsMissing, WrongCredentials, SecretsUnavailable)


class SenderState(Struct, frozen=True, kw_only=True):
    """Why a sender could not send (None: it could), and what else its provider says, a sentence each."""

    problem: str | None
    remarks: tuple[str, ...]


async def inspect_sender(runtime: Runtime, company_id: str, sender_id: str) -> SenderState:
    """How the sender is now. Raises NotFound, Conflict when the provider cannot be asked."""
    sender = await runtime.stores.senders.get(company_id, sender_id)
    problem = await sender_problem(runtime, company_id, sender, ask_anew=True)
    remarks = await _remarks(runtime, company_id, sender) if problem is None else ()
    return SenderState(problem=problem, remarks=remarks)


async def sender_remarks(runtime: Runtime, company_id: str, steps: Sequence[Step]) -> tuple[str, ...]:
    """What the providers say of the steps' senders beside that they can send.

    Nothing stops for it: where a provider cannot be asked, that is what is said.
    """
    senders = await runtime.stores.senders.find_many(company_id, {step.sender_id for step in steps})
    found = await asyncio.gather(*(_remarks(runtime, company_id, sender) for sender in senders.values()))
    return tuple(dict.fromkeys(remark for remarks in found for remark in remarks))


async def _remarks(runtime: Runtime, company_id: str, sender: Sender) -> tuple[str, ...]:
    try:
        credentials = await runtime.credentials(company_id, sender)
        return await runtime.provider_account(sender, credentials).remarks(sender)
    except NotServed:  # another server that speaks only the sending part of the API
        return ()
    except (ProviderUnavailable, SenderRefused, *_NOT_SIGNED_IN) as why:
        return (f"What is known of the sender {sender.address} could not be found out: {why}",)
