"""Add a sender that a company's own people enter: only what its provider says is theirs."""

from collections.abc import Mapping
from contextlib import suppress

from shared import log
from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.errors import InvalidInput
from shared.domain.record import replace
from shared.domain.senders.sender import Sender
from shared.providers.registry import check_credentials, credentials_of, sender_address
from shared.runtime import Runtime
from shared.usecases.senders.change_sender import checked_reply_to
from shared.usecases.senders.check_senders import credentials_problem
from shared.usecases.senders.save_sender import check_sender, save_sender


async def add_sender(
    runtime: Runtime, company_id: str, sender: Sender, credentials: Mapping[str, object]
) -> Sender:
    """The stored sender, its addresses in their one form, once its provider has said that it can send.

    With the same id again it is stored again. Raises InvalidInput naming what is wrong, Conflict when the
    provider cannot be asked now, NotFound, SecretsUnavailable.
    """
    company = await runtime.stores.companies.get(company_id)
    with suppress(AddressInvalid):  # the check below says which, with what else is wrong
        sender = replace(
            sender,
            address=sender_address(sender, company.default_region),
            reply_to=checked_reply_to(sender.channel, sender.reply_to, company.default_region),
        )
    await check_sender(runtime, company, sender, credentials)
    fields = check_credentials(sender.provider, credentials, "credentials.")
    log.conceal(fields.values())
    problem = await credentials_problem(runtime, company_id, sender, credentials_of(sender, fields))
    if problem is not None:
        raise InvalidInput.at("credentials", f"the provider does not take this sender: {problem}")
    return await save_sender(runtime, company_id, sender, credentials)
