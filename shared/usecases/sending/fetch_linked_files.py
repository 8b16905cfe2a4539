"""Fetch what links beside texts lead to: each link once, however many messages and workers come upon it.

What was fetched is kept for the campaign. Workers that come upon one link share what the first of them
fetches.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from shared.domain.channels.channel import Channel
from shared.domain.errors import Unavailable
from shared.domain.ids import random_id
from shared.domain.lease import leased
from shared.domain.messages.linked_file import LinkedFile, Wanted, linked_file_id
from shared.firestore.kit.transactions import Transaction, transact
from shared.outgoing.file_client import FileClient
from shared.runtime import Runtime
from shared.usecases.sending.fetch_linked_file import fetch_linked_file

LEASE_SECONDS = 60.0  # a fetch and its storing take half of it at most
LOOK_SECONDS = 0.2


async def fetch_linked_files(
    runtime: Runtime,
    company_id: str,
    campaign_id: str,
    asked: Mapping[Wanted, set[str]],
    since: datetime,
    *,
    renews: bool,
) -> dict[Wanted, LinkedFile]:
    """What each link led to, by what is `asked` and for which recipients.

    What was fetched before `since` holds, unless that was in vain, or somebody who `renews` wants what is
    there now. Raises Unavailable when another worker does not come to an end with a link.
    """
    ids = {one: linked_file_id(campaign_id, one.channel, one.link) for one in asked}
    known = await runtime.stores.linked_files.find_many(company_id, set(ids.values()))
    found: dict[Wanted, LinkedFile] = {}
    missing: dict[Channel, list[tuple[Wanted, LinkedFile]]] = defaultdict(list)
    for one, keys in asked.items():
        item = known.get(ids[one], LinkedFile(id=ids[one]))
        wanted = item.wanted_by(next(iter(keys)) if len(keys) == 1 else "")
        if item.is_known(since, renews=renews) and wanted == item:
            found[one] = item
        else:
            missing[one.channel].append((one, wanted))
    for channel, several in missing.items():
        finding = _Finding(runtime, company_id, channel, since, renews)
        found |= await finding.all_of(several)
    return found


class _Finding:
    """The links of one channel that are to be asked for."""

    def __init__(
        self, runtime: Runtime, company_id: str, channel: Channel, since: datetime, renews: bool
    ) -> None:
        self._runtime, self._company_id = runtime, company_id
        self._record = channel.record
        self._since, self._renews = since, renews

    async def all_of(self, wanted: Sequence[tuple[Wanted, LinkedFile]]) -> dict[Wanted, LinkedFile]:
        """What each of them leads to."""
        client = FileClient(
            allows_local=self._runtime.settings.allows_local_targets,
            most_bytes=self._record.most_media_bytes,
        )
        async with client:
            items = await asyncio.gather(*(self._one(client, one.link, item) for one, item in wanted))
        return {one: item for (one, _), item in zip(wanted, items, strict=True)}

    async def _one(self, client: FileClient, link: str, wanted: LinkedFile) -> LinkedFile:
        """What the link leads to, as we or another worker fetch it."""
        token, ends = random_id(), time.monotonic() + 2 * LEASE_SECONDS
        while time.monotonic() < ends:
            async with self._runtime.file_turns:
                item = await self._claim(wanted, token)
                if item is not None:
                    is_ours = item.lease_token == token
                    return await self._fetch(client, link, item) if is_ours else item
            await asyncio.sleep(LOOK_SECONDS)
        raise Unavailable("Another worker is fetching a file that a link leads to. Try again.")

    async def _claim(self, wanted: LinkedFile, token: str) -> LinkedFile | None:
        """The item if it is known, or leased to us; None while another worker has it."""
        items = self._runtime.stores.linked_files

        async def claim(transaction: Transaction) -> LinkedFile | None:
            stored = await items.find(self._company_id, wanted.id, transaction)
            item = (stored or LinkedFile(id=wanted.id)).wanted_by(wanted.recipient_key)
            if not item.is_known(self._since, renews=self._renews):
                ours = leased(item, token, self._runtime.now(), LEASE_SECONDS)
                if ours is None:
                    return None
                item = ours
            items.put(transaction, self._company_id, item.id, item)
            return item

        return await transact(self._runtime.stores.db, claim)

    async def _fetch(self, client: FileClient, link: str, item: LinkedFile) -> LinkedFile:
        done = await fetch_linked_file(self._runtime, self._company_id, client, self._record, item, link)
        await self._runtime.stores.linked_files.save(self._company_id, done.id, done)
        return done
