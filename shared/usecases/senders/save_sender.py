"""Add a sender, with its credentials. Only ops do this: they know what an address may send."""

import math
from collections.abc import Mapping

from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.errors import InvalidInput, Problem
from shared.domain.senders.sender import MOST_SENDERS, Sender
from shared.providers.registry import carriers_of, check_credentials, sender_address
from shared.runtime import Runtime
from shared.usecases.senders.change_sender import checked_reply_to


async def save_sender(
    runtime: Runtime, company_id: str, sender: Sender, credentials: Mapping[str, object]
) -> Sender:
    """Store the sender, its address in the one form of its channel or provider, and its credentials.

    Raises NotFound for an unknown company, InvalidInput naming what is wrong, SecretsUnavailable.
    """
    company = await runtime.stores.companies.get(company_id)
    problems: list[Problem] = []
    if sender.provider not in (carriers := carriers_of(sender.channel)):
        reason = f"{sender.channel} goes out through {' or '.join(carriers)}"
        problems.append(Problem(field="provider", reason=reason))
    highest = sender.channel.record.highest_rate
    if not (math.isfinite(sender.rate_per_second) and 0 < sender.rate_per_second <= highest):
        reason = f"must be above 0 and at most {highest:,g} messages a second"
        problems.append(Problem(field="rate", reason=reason))
    try:
        if sender_address(sender, company.default_region) != sender.address:
            example = sender.channel.record.address.example
            raise AddressInvalid(f"Write it in its one form, such as {example}.")
    except AddressInvalid as invalid:
        problems.append(Problem(field="address", reason=invalid.reason))
    try:
        if checked_reply_to(sender.channel, sender.reply_to, company.default_region) != sender.reply_to:
            raise AddressInvalid(
                f"Write it in its one form, such as {sender.channel.record.address.example}."
            )
    except AddressInvalid as invalid:
        problems.append(Problem(field="reply_to", reason=invalid.reason))
    checked: Mapping[str, str] = {}
    try:
        checked = check_credentials(sender.provider, credentials, "credentials.")
    except InvalidInput as wrong:
        problems += wrong.problems
    if problems := [*problems, *await _one_too_many(runtime, company_id, sender)]:
        raise InvalidInput(*problems)
    # The credentials first: a sender without them could be chosen, but not send.
    await runtime.secrets.add(company_id, sender.id, checked, runtime.now())
    await runtime.stores.senders.save(company_id, sender.id, sender)
    return sender


async def _one_too_many(runtime: Runtime, company_id: str, sender: Sender) -> list[Problem]:
    page = await runtime.stores.senders.page(company_id, limit=MOST_SENDERS)
    known = {one.id for one in page.items}
    if sender.id in known or len(known) < MOST_SENDERS:
        return []
    reason = f"the company has {MOST_SENDERS} senders, the most that one may have"
    return [Problem(field="company", reason=reason)]
