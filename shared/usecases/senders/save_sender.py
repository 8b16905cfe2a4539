"""Add a sender, with its credentials. Only ops do this: they know what an address may send."""

from collections.abc import Mapping

from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.companies.company import Company
from shared.domain.errors import InvalidInput, Problem
from shared.domain.senders.sender import MOST_SENDERS, Sender
from shared.providers.registry import carriers_of, check_credentials, sender_address
from shared.runtime import Runtime
from shared.usecases.senders.change_sender import checked_reply_to, rate_fault


async def save_sender(
    runtime: Runtime, company_id: str, sender: Sender, credentials: Mapping[str, object]
) -> Sender:
    """Store the sender, its address in the one form of its channel or provider, and its credentials.

    Raises NotFound for an unknown company, InvalidInput naming what is wrong, SecretsUnavailable.
    """
    company = await runtime.stores.companies.get(company_id)
    checked = await check_sender(runtime, company, sender, credentials)
    # The credentials first: a sender without them could be chosen, but not send.
    await runtime.secrets.add(company_id, sender.id, checked, runtime.now())
    await runtime.stores.senders.save(company_id, sender.id, sender)
    return sender


async def check_sender(
    runtime: Runtime, company: Company, sender: Sender, credentials: Mapping[str, object]
) -> Mapping[str, str]:
    """The credentials as they are stored. Raises InvalidInput naming everything that is wrong."""
    problems: list[Problem] = []
    if sender.provider not in (carriers := carriers_of(sender.channel)):
        reason = f"{sender.channel} goes out through {' or '.join(carriers)}"
        problems.append(Problem(field="provider", reason=reason))
    if (fault := rate_fault(sender)) is not None:
        problems.append(Problem(field="rate", reason=fault))
    problems += _address_problems(sender, company.default_region)
    checked: Mapping[str, str] = {}
    try:
        checked = check_credentials(sender.provider, credentials, "credentials.")
    except InvalidInput as wrong:
        problems += wrong.problems
    if problems := [*problems, *await _one_too_many(runtime, company.id, sender)]:
        raise InvalidInput(*problems)
    return checked


def _address_problems(sender: Sender, region: str) -> list[Problem]:
    example = sender.channel.record.address.example
    problems: list[Problem] = []
    try:
        if sender_address(sender, region) != sender.address:
            raise AddressInvalid(f"Write it in its one form, such as {example}.")
    except AddressInvalid as invalid:
        problems.append(Problem(field="address", reason=invalid.reason))
    try:
        if checked_reply_to(sender.channel, sender.reply_to, region) != sender.reply_to:
            raise AddressInvalid(f"Write it in its one form, such as {example}.")
    except AddressInvalid as invalid:
        problems.append(Problem(field="reply_to", reason=invalid.reason))
    return problems


async def _one_too_many(runtime: Runtime, company_id: str, sender: Sender) -> list[Problem]:
    page = await runtime.stores.senders.page(company_id, limit=MOST_SENDERS)
    known = {one.id for one in page.items}
    if sender.id in known or len(known) < MOST_SENDERS:
        return []
    reason = f"the company has {MOST_SENDERS} senders, the most that one may have"
    return [Problem(field="company", reason=reason)]
