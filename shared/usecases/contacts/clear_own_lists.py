"""Take people who returned off the lists that providers keep of who unsubscribed.

Else the next mail is dropped, as the provider does not know that they agreed. Its other lists stay as they
are: that mail came back, or was reported as spam, is nothing that a person takes back by wanting mail.
"""

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from shared import log
from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import Clearing, OptOut
from shared.domain.job import ClearOwnLists
from shared.domain.record import replace
from shared.domain.senders.sender import MOST_SENDERS
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.messages import OPT_OUTS_TO_CLEAR
from shared.providers.kit.adapters import OwnLists
from shared.providers.kit.asking import ProviderUnavailable, SenderRefused
from shared.providers.kit.credentials import Credentials, WrongCredentials
from shared.providers.registry import clears_lists
from shared.runtime import Runtime
from shared.storage.secrets import CredentialsMissing, SecretsUnavailable
from shared.usecases.announce_jobs import announce_jobs

ROUND = 100  # people a job
AT_ONCE = 8
TRIED_FOR = timedelta(days=3)

_Lists = Mapping[Channel, Collection[OwnLists]]


async def clear_own_lists(runtime: Runtime, job: ClearOwnLists) -> None:
    """Ask the providers for some of those of whom it is still to be asked, and note what they answered.

    It may come twice, or stop on the way: to take off who is on no list does nothing. What cannot be done now
    the sweep announces again, for three days.
    """
    company_id, opt_outs = job.company_id, runtime.stores.opt_outs
    returned = await opt_outs.some(company_id, OPT_OUTS_TO_CLEAR, Clearing.ASKED, limit=ROUND)
    if not returned:
        return
    with log.context(company_id=company_id):
        try:
            lists = await _open_lists(runtime, company_id)
        except SecretsUnavailable as error:
            log.event("own lists not opened", level=logging.WARNING, reason=str(error))
            return
        settled = await _settle(runtime, lists, returned)
        await _keep(runtime, company_id, returned, settled)
        log.event("own lists cleared", asked=len(returned), settled=len(settled))
    if settled and len(returned) == ROUND:
        await announce_jobs(runtime, [ClearOwnLists(company_id=company_id)], None)


async def _open_lists(runtime: Runtime, company_id: str) -> _Lists:
    """The lists of the accounts that the company sends from, each once. Raises SecretsUnavailable."""
    found: dict[Channel, dict[Credentials, OwnLists]] = {}
    page = await runtime.stores.senders.page(company_id, limit=MOST_SENDERS)
    for sender in page.items:
        if not clears_lists(sender.channel):
            continue
        try:
            credentials = await runtime.credentials(company_id, sender)
            opened = runtime.own_lists(sender, credentials)
        except (CredentialsMissing, WrongCredentials):  # it sends nothing either
            continue
        if opened is not None:
            found.setdefault(sender.channel, {})[credentials] = opened
    return {channel: by_credentials.values() for channel, by_credentials in found.items()}


async def _settle(runtime: Runtime, lists: _Lists, returned: Sequence[OptOut]) -> dict[str, Clearing | None]:
    """What it came to, by opt-out; without those that are to be tried again. None: there is no list."""
    gate, before = asyncio.Semaphore(AT_ONCE), runtime.now() - TRIED_FOR

    async def settle(one: OptOut) -> Clearing | None:
        # Forgotten meanwhile; or refused, as noted by a worker that did not know the mark yet.
        if one.is_active or not one.address:
            return None
        async with gate:
            came_to = [await _clear(each, one) for each in lists.get(one.channel, ())]
        worst = next((state for state in (Clearing.ASKED, Clearing.REFUSED) if state in came_to), None)
        if worst is Clearing.ASKED and one.changed_at < before:
            return Clearing.REFUSED
        return worst or (Clearing.DONE if came_to else None)

    states = await asyncio.gather(*map(settle, returned))
    pairs = zip(returned, states, strict=True)
    return {one.id: state for one, state in pairs if state is not Clearing.ASKED}


async def _clear(own_lists: OwnLists, opt_out: OptOut) -> Clearing:
    try:
        await own_lists.clear(opt_out.address)
    except (ProviderUnavailable, SenderRefused) as why:
        log.event(
            "address still on the provider's list",
            level=logging.WARNING,
            opt_out_id=opt_out.id,
            reason=str(why),
        )
        return Clearing.REFUSED if isinstance(why, SenderRefused) else Clearing.ASKED
    return Clearing.DONE


async def _keep(
    runtime: Runtime,
    company_id: str,
    returned: Sequence[OptOut],
    settled: Mapping[str, Clearing | None],
) -> None:
    """Note it, but for who has refused since, or returned anew: that is another story."""
    opt_outs, asked_at = runtime.stores.opt_outs, {one.id: one.changed_at for one in returned}

    async def keep(transaction: Transaction) -> None:
        stored = await opt_outs.find_many(company_id, settled, transaction)
        for one in stored.values():
            if one.clearing is Clearing.ASKED and one.changed_at == asked_at[one.id]:
                opt_outs.put(transaction, company_id, one.id, replace(one, clearing=settled[one.id]))

    await transact(runtime.stores.db, keep)
