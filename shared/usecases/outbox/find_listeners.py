"""What somebody of a company listens to: the one place where listeners are found.

It is remembered for some seconds, so that a company nobody listens to pays next to nothing. Who begins to
listen may miss what other processes do until then. What is remembered a little too long is told to nobody.
"""

import asyncio
import time
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, WeakValueDictionary

from msgspec import Struct

from shared.domain.automations.state import HEARING, MOST_AUTOMATIONS
from shared.domain.events.event import Listeners
from shared.domain.events.webhook_endpoint import LISTENING, MOST_ENDPOINTS, WebhookEndpoint
from shared.firestore.queries.automations import AUTOMATIONS_IN_STATE
from shared.firestore.queries.events import ENDPOINTS_IN_STATE
from shared.runtime import Runtime

if TYPE_CHECKING:
    from shared.domain.automations.automation import Automation

MOST_REMEMBERED = 10_000


class _Found(Struct, frozen=True):
    at: float  # time.monotonic
    listeners: Listeners


_remembered: WeakKeyDictionary[Runtime, dict[str, _Found]] = WeakKeyDictionary()
_reading: WeakKeyDictionary[Runtime, WeakValueDictionary[str, asyncio.Lock]] = WeakKeyDictionary()


async def find_listeners(runtime: Runtime, company_id: str) -> Listeners:
    """What is listened to, as it was some seconds ago at most. Who asks meanwhile shares the reading."""
    async with _reading.setdefault(runtime, WeakValueDictionary()).setdefault(company_id, asyncio.Lock()):
        known = _remembered.setdefault(runtime, {})
        found = known.get(company_id)
        if found is not None and time.monotonic() - found.at < runtime.settings.listeners_remembered_seconds:
            return found.listeners
        at, endpoints = time.monotonic(), await listening_endpoints(runtime, company_id)
        automations = await hearing_automations(runtime, company_id)
        heard = [kind for one in endpoints for kind in one.event_types]
        listeners = Listeners.of([*heard, *(kind for one in automations for kind in one.hears)])
        if len(known) >= MOST_REMEMBERED:
            known.clear()
        known[company_id] = _Found(at, listeners)
        return listeners


async def listening_endpoints(runtime: Runtime, company_id: str) -> list[WebhookEndpoint]:
    """The webhook endpoints that are told, or will be once they go on."""
    endpoints = runtime.stores.webhook_endpoints
    return await endpoints.some(company_id, ENDPOINTS_IN_STATE, LISTENING, limit=MOST_ENDPOINTS)


async def hearing_automations(runtime: Runtime, company_id: str) -> "list[Automation]":
    """The automations that contacts enter, or are in."""
    automations = runtime.stores.automations
    return await automations.some(company_id, AUTOMATIONS_IN_STATE, HEARING, limit=MOST_AUTOMATIONS)


def forget_listeners(runtime: Runtime, company_id: str) -> None:
    """Have them looked up anew in this process: who listens has changed."""
    _remembered.get(runtime, {}).pop(company_id, None)
