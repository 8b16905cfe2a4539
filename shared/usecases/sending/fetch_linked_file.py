"""Fetch what a link leads to, within bounds, and keep it where we send it ourselves."""

import hashlib

import aiohttp

from shared import log
from shared.domain.channels.channel_record import ChannelRecord
from shared.domain.channels.file_kinds import MEDIA_TYPES
from shared.domain.events.file_link import fault_of
from shared.domain.messages.linked_file import LinkedFile, judged, object_name
from shared.domain.record import replace
from shared.outgoing.file_client import Answer, FileClient, ForbiddenAddress
from shared.runtime import Runtime

OK = 200


async def fetch_linked_file(
    runtime: Runtime, company_id: str, client: FileClient, record: ChannelRecord, item: LinkedFile, link: str
) -> LinkedFile:
    """The item as it is now: with what the file is, or why it cannot be sent on the record's channel."""
    nothing = replace(item, kind="", size=0, digest="", fault="", lease_until=None)
    if fault := fault_of(link, allows_local=runtime.settings.allows_local_targets):
        return replace(nothing, fault=fault, fetched_at=runtime.now())
    answer = await _asked(client, link)
    if isinstance(answer, str):
        return replace(nothing, fault=answer, fetched_at=runtime.now())
    kind, fault = judged(record, answer.content, link, answer.media_type)
    if fault:
        return replace(nothing, fault=fault, fetched_at=runtime.now())
    digest, size = hashlib.sha256(answer.content).hexdigest(), len(answer.content)
    if not record.provider_fetches_media:
        name = object_name(company_id, item.id, digest)
        await runtime.files.save_bytes(name, answer.content, MEDIA_TYPES[kind])
    return replace(nothing, kind=kind, size=size, digest=digest, fetched_at=runtime.now())


async def _asked(client: FileClient, link: str) -> Answer | str:
    """The answer, or why there is none that counts. No log names the link: it may name people."""
    try:
        answer = await client.fetch(link)
    except ForbiddenAddress as error:
        return f"It cannot be fetched: {error}."
    except TimeoutError:
        return "It cannot be fetched: its server took too long."
    except (aiohttp.ClientError, OSError, ValueError) as error:
        log.event("file not fetched", error_type=type(error).__name__)
        return "It cannot be fetched: its server could not be reached, or broke off."
    if answer.status == OK:
        return answer
    if 300 <= answer.status < 400:
        return f"Its server sends one elsewhere ({answer.status}): give the address where the file is."
    return f"Its server answered {answer.status}: anybody must be able to fetch it, without signing in."
