"""One company's things, marked so that they are known wherever they turn up, and as many as lists need."""

from typing import Any

from shared.domain.record import replace
from tests.kit.api.office import OURS, Office

MARK = "ours-alone"


async def mark_ours(office: Office) -> None:
    """Have a mark stand in whatever people see of our things."""
    stores = office.stores
    fields: tuple[tuple[Any, str, dict[str, Any]], ...] = (
        (stores.files, "file", {"name": MARK}),
        (stores.sources, "source", {"name": MARK}),
        (stores.templates, "template", {"name": MARK, "body": MARK}),
        (stores.campaigns, "campaign", {"name": MARK}),
        (stores.messages, "message", {"body": MARK}),
        (stores.failures, "failure", {"values": {"name": MARK}}),
        (stores.replies, "reply", {"body": MARK, "waits": True}),
        (stores.contact_lists, "list", {"name": MARK}),
        (stores.segments, "segment", {"name": MARK}),
        (stores.senders, "sender", {"name": MARK}),
        (stores.users, "user", {"name": MARK}),
        (stores.webhook_endpoints, "endpoint", {"name": MARK}),
        (stores.automations, "automation", {"name": MARK}),
        (stores.broadcasts, "broadcast", {"name": MARK}),
        (stores.saved_replies, "saved", {"text": MARK}),
        (stores.api_keys, "key", {"name": MARK}),
        (stores.contact_imports, "import", {"name": MARK}),
    )
    for collection, name, changes in fields:
        item_id = f"{name}-{OURS}"
        record = await collection.get(OURS, item_id)
        await collection.save(OURS, item_id, replace(record, **changes))


async def many_of_ours(office: Office) -> None:
    """More of ours than a page of a list shows."""
    stores = office.stores
    for collection, name in (
        (stores.files, "file"), (stores.sources, "source"), (stores.templates, "template"),
        (stores.campaigns, "campaign"), (stores.messages, "message"), (stores.replies, "reply"),
        (stores.contact_lists, "list"), (stores.segments, "segment"), (stores.users, "user"),
        (stores.api_keys, "key"), (stores.contact_imports, "import"), (stores.opt_outs, "opt-out"),
        (stores.audit_records, "audit"), (stores.webhook_deliveries, "delivery"),
        (stores.automations, "automation"), (stores.automation_enrollments, "enrollment"),
        (stores.broadcasts, "broadcast"), (stores.senders, "sender"),
    ):  # fmt: skip
        record: Any = await collection.get(OURS, f"{name}-{OURS}")
        writer = stores.db.batch()
        for number in range(30):
            collection.put(writer, OURS, f"{name}-{number}", replace(record, id=f"{name}-{number}"))
        await writer.commit()
