"""End a rotation of a sender's credentials: the old ones are retired, or the new ones withdrawn."""

from shared import log
from shared.domain.errors import Conflict
from shared.runtime import Runtime
from shared.views.credentials import ShownCredentials, shown


async def retire_credentials(runtime: Runtime, company_id: str, sender_id: str) -> ShownCredentials:
    """Leave only the newest value: what is signed with an older one is refused from now on.

    With one value live nothing changes. Raises NotFound, SecretsUnavailable.
    """
    await runtime.stores.senders.get(company_id, sender_id)
    live = await runtime.secrets.values(company_id, sender_id, fresh=True)
    for old in live[1:]:
        await runtime.secrets.end(company_id, sender_id, old.version)
        log.event("credentials retired", sender_id=sender_id)
    return shown(live[:1])


async def withdraw_credentials(runtime: Runtime, company_id: str, sender_id: str) -> ShownCredentials:
    """Go back to the old value and end the newest.

    Raises NotFound, SecretsUnavailable, Conflict when there is no old value to go back to.
    """
    await runtime.stores.senders.get(company_id, sender_id)
    live = await runtime.secrets.values(company_id, sender_id, fresh=True)
    if len(live) < 2:
        raise Conflict("There is no older value to go back to. To remove the credentials, delete them.")
    await runtime.secrets.end(company_id, sender_id, live[0].version)
    log.event("credentials withdrawn", sender_id=sender_id)
    return shown(live[1:])
