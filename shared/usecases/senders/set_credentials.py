"""Give a sender credentials. Those it has stay live beside the new ones, until they are retired."""

from collections.abc import Mapping

from shared import log
from shared.domain.errors import Conflict, InvalidInput
from shared.providers.registry import check_credentials, credentials_of
from shared.runtime import Runtime
from shared.storage.secrets import LiveValue
from shared.usecases.senders.check_senders import credentials_problem
from shared.views.credentials import ShownCredentials, shown

MOST_LIVE = 2


async def set_credentials(
    runtime: Runtime, company_id: str, sender_id: str, fields: Mapping[str, object], *, verify: bool = True
) -> ShownCredentials:
    """Sign in with these from now on; take webhooks signed with these or with those before.

    The very ones that are newest already change nothing. With `verify` the provider is asked first, and
    nothing is stored that it refuses. Raises NotFound, InvalidInput naming what is wrong, Conflict when two
    values are live or the provider cannot be asked now, SecretsUnavailable.
    """
    sender = await runtime.stores.senders.get(company_id, sender_id)
    checked = check_credentials(sender.provider, fields)
    log.conceal(checked.values())
    live = await runtime.secrets.values(company_id, sender_id, fresh=True)
    if live and live[0].fields == checked:
        return shown(live)
    if len(live) >= MOST_LIVE:
        raise Conflict(
            "Two values are live: a rotation is under way. First retire the old one, or withdraw the new one."
        )
    if verify:
        problem = await credentials_problem(runtime, company_id, sender, credentials_of(sender, checked))
        if problem is not None:
            raise InvalidInput.at("body", f"the provider does not take these credentials: {problem}")
    now = runtime.now()
    await runtime.secrets.add(company_id, sender_id, checked, now)
    log.event("credentials set", sender_id=sender_id, live=len(live) + 1)
    return shown([LiveValue(version="", added_at=now, fields=checked), *live])
