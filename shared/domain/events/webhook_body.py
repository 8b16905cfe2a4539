"""What a webhook says: https://github.com/standard-webhooks/standard-webhooks, "payload structure"."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from shared.domain.events.event import Event

Shown = Mapping[str, Any]


def webhook_body(company_id: str, events: Sequence[Event], shown: Mapping[str, Shown]) -> str:
    """The body of a webhook with events of one type; `shown` is what they are about, by id, as of now.

    What is gone by now is null.
    """
    kind = events[0].type
    items = [_item(event, shown.get(event.object_id)) for event in events]
    data = {"company_id": company_id, "items": items}
    at = events[0].at.isoformat().replace("+00:00", "Z")
    return json.dumps(
        {"type": kind, "timestamp": at, "data": data}, ensure_ascii=False, separators=(",", ":")
    )


def _item(event: Event, shown: Shown | None) -> dict[str, Any]:
    noun = event.type.noun
    at = event.at.isoformat().replace("+00:00", "Z")
    return {"id": event.id, "at": at, "what": event.what, f"{noun}_id": event.object_id, noun: shown}
