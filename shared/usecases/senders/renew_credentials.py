"""The daily tick: credentials that end are renewed while half of their time is left.

Nothing is stored of when they end: what is kept says when it was added. What cannot be renewed is an alert
every day until it is, or somebody enters new ones.
"""

import logging
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from shared import log
from shared.domain.alert import Alert
from shared.domain.senders.sender import Sender
from shared.providers import registry
from shared.providers.kit.asking import ProviderUnavailable, SenderRefused
from shared.providers.kit.credentials import WrongCredentials
from shared.providers.kit.record import Renewal
from shared.runtime import Runtime
from shared.storage.secrets import LiveValue, SecretsUnavailable

_FAILURES = (ProviderUnavailable, SenderRefused, WrongCredentials, SecretsUnavailable)


async def renew_credentials(runtime: Runtime, now: datetime) -> dict[str, int]:
    """Renew what is old enough; how many were renewed, and how many could not be.

    What fails with one sender keeps no other from its turn.
    """
    counts: Counter[str] = Counter()
    async for company in runtime.stores.companies.each():
        async for page in runtime.stores.senders.each_page(company.id):
            for sender in page:
                renewal = registry.renewal_of(sender)
                if renewal is not None:
                    with log.context(company_id=company.id, sender_id=sender.id):
                        counts[await _renew(runtime, company.id, sender, renewal, now)] += 1
    return {name: counts[name] for name in ("renewed", "failed")}


async def _renew(
    runtime: Runtime, company_id: str, sender: Sender, renewal: Renewal[Any], now: datetime
) -> str:
    """What came of it, in a word."""
    newest: LiveValue | None = None
    try:
        live = await runtime.secrets.values(company_id, sender.id, fresh=True)
        newest = live[0] if live else None
        if newest is None or _age(newest, renewal, now) < renewal.after:
            return "kept"
        changed = await registry.renew_credentials(
            sender, registry.credentials_of(sender, newest.fields), runtime.settings
        )
        if changed is None:
            return "kept"
        log.conceal(changed.values())
        await runtime.secrets.add(company_id, sender.id, {**newest.fields, **changed}, now)
        await runtime.secrets.end(company_id, sender.id, newest.version)
    except _FAILURES as error:
        left = renewal.ends_after - _age(newest, renewal, now) if newest else timedelta()
        log.alert(Alert.CREDENTIALS_ENDING, max(left.days, 0), sender_id=sender.id, reason=str(error))
        return "failed"
    log.event("credentials renewed", level=logging.INFO, sender_id=sender.id)
    return "renewed"


def _age(value: LiveValue, renewal: Renewal[Any], now: datetime) -> timedelta:
    """How long ago it was stored; of what a person wrote into a file, as long as calls for a renewal."""
    return renewal.after if value.added_at is None else now - value.added_at
