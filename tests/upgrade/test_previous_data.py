"""The code of today goes on with what the previous version stored in the midst of a company's work.

Nothing that was sent is sent again, every ledger closes, and the API reads all of it.
"""

import asyncio
import base64
import json
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest_asyncio
from msgspec import Struct

from infra.local.api_client import ApiClient
from infra.local.simulator.client import SimulatorClient, simulator_client
from infra.local.stack import Stack
from shared.domain.messages.sending import Outcome, OutgoingMessage
from shared.firestore.kit.codec import from_document
from shared.providers.kit import http as provider_http
from shared.runtime import Runtime
from tests.kit.architecture.required_indexes import record_types
from tests.kit.architecture.stored_shapes import stored_records
from tests.kit.builders import an_sms_sender
from tests.kit.documents import from_json, store_documents
from tests.kit.patience import PATIENCE_SECONDS
from tests.kit.stack.office import stack_options, stack_runtime
from tests.kit.upgrade.export import EXPORT

EXPORTED: dict[str, Any] = json.loads(EXPORT.read_text(encoding="utf-8"))
COMPANY: str = EXPORTED["company_id"]
# As if the company's last work was this long ago: its leases are over, its announcements lost.
AGO = timedelta(seconds=630)
CLOSED = ("sent", "needs_attention")
TICKS = ("sweep_stalled_work", "fire_due_campaigns", "dispatch_due_batches", "reconcile_sends", "watch_work")
# What the export has not: nouns that are newer, until the next one is made, and what is seldom there.
NEWER = frozenset(
    {
        "audit_records",
        "automations",
        "automation_versions",
        "automation_enrollments",
        "system (hold)",  # it stands there only while everything is held
        "system (queue_failure)",  # only while the queue fails
        "file_profiles",
        "fire_sums",
        "receipt_bundles",
        "withdrawals",
        "conversations",
        "deletion_work",
        "contact_shards",
        "contact_shards (packed)",
        "contact_key_shards",
        "contact_changes",
        "contact_changes (packed)",
        "contact_fields",
        "contact_lists",
        "contact_imports",
        "segments",
        "broadcasts",
        "activity_notes",
        "activity_shards",
        "events",
        "invitations",
        "invites",
        "linked_files",
        "list_consents",
        "enrollings",
        "enrollments",
        "group_resends",
        "mailboxes",
        "plan_effects",
        "scheduled_emails",
        "sequence_plans",
        "sequences",
        "saved_replies",
        "sessions",
        "users",
        "webhook_deliveries",
        "webhook_endpoints",
    }
)


def _collection(path: str, fields: dict[str, Any]) -> str:
    name = path.split("/")[-2]
    if name == "system":
        return f"system ({path.rpartition('/')[2]})"
    return "ticks (beats)" if name == "ticks" and "at" in fields else name


def test_the_export_holds_every_kind_of_document() -> None:
    found = {_collection(path, fields) for path, fields in EXPORTED["documents"].items()}
    assert found == stored_records().keys() - NEWER, "make a new one: python -m tests.kit.upgrade.export"


def test_every_document_of_the_export_can_be_read() -> None:
    records = stored_records()
    for path, fields in from_json(EXPORTED["documents"]).items():
        from_document(records[_collection(path, fields)], path.rpartition("/")[2], fields)


class Upgraded(Struct, frozen=True):
    """The stack of today on the documents of before."""

    stack: Stack
    api: ApiClient
    simulator: SimulatorClient
    runtime: Runtime

    async def accepted(self) -> Counter[tuple[str, str]]:
        """How often each text was accepted for each handset, before and after."""
        return Counter((one["handset"], one["body"]) for one in await self.simulator.messages())


@pytest_asyncio.fixture
async def upgraded(tmp_path: Path) -> AsyncIterator[Upgraded]:
    settings = {"ROLLCALL_QUIET_PERIOD_SECONDS": "300"}
    async with (
        Stack(stack_options(tmp_path, settings)) as stack,
        stack_runtime(stack) as runtime,
        simulator_client(stack.addresses.simulator) as simulator,
        aiohttp.ClientSession() as http,
    ):
        await _restore_providers(runtime, simulator)
        for name, content in EXPORTED["objects"].items():
            with tempfile.NamedTemporaryFile() as file:
                file.write(base64.b64decode(content))
                file.flush()
                await runtime.files.upload(name, file.name, "text/csv")
        later = datetime.now(UTC) - AGO - datetime.fromisoformat(EXPORTED["exported_at"])
        await store_documents(runtime.stores.db, from_json(EXPORTED["documents"], later))
        api = ApiClient(stack.addresses.functions["api"], EXPORTED["key"], http)
        yield Upgraded(stack, api, simulator, runtime)
        await provider_http.aclose()


async def _restore_providers(runtime: Runtime, simulator: SimulatorClient) -> None:
    """The providers know what they accepted before."""
    account, sender = await simulator.add_account(), an_sms_sender()
    await simulator.add_number(account, sender.address)
    key = await simulator.add_key()
    secrets = runtime.secrets
    texts = {"account_sid": account.sid, "auth_token": account.token}
    mails = {"api_key": key.key, "webhook_public_key": key.verification_key}
    await secrets.add(COMPANY, sender.id, texts, runtime.now())
    await secrets.add(COMPANY, "mails", mails, runtime.now())
    before = [
        OutgoingMessage(
            message_id=str(place),
            from_address=sender.address,
            to_address=sent["handset"],
            body=sent["body"],
        )
        for place, sent in enumerate(EXPORTED["accepted"])
    ]
    signed_in = await runtime.credentials(COMPANY, sender)
    results = await runtime.message_sender(sender, signed_in).send(before)
    assert {result.outcome for result in results.values()} == {Outcome.ACCEPTED}


async def _fires(office: Upgraded) -> dict[str, dict[str, Any]]:
    """Every fire's report, by campaign."""
    found = (await office.api.get("/fires"))["items"]
    reports = [await office.api.get(f"/fires/{fire['id']}/report") for fire in found]
    return {report["campaign_id"]: report for report in reports}


async def _work_until_closed(office: Upgraded) -> dict[str, dict[str, Any]]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            for name in TICKS:
                assert await office.stack.tick_now(name) == 200, name
            fires = await _fires(office)
            if len(fires) == 4 and all(report["status"] in CLOSED for report in fires.values()):
                return fires
            await asyncio.sleep(0.5)


async def test_the_work_of_before_ends_as_if_nothing_had_changed(upgraded: Upgraded) -> None:
    before = await upgraded.accepted()
    await _read_everything(upgraded)
    await upgraded.api.post("/campaigns/paused/resume")
    fires = await _work_until_closed(upgraded)
    for campaign_id, report in fires.items():
        ledger = report["ledger"]
        parts = ("sent", "skipped", "failed", "unknown", "pending")
        assert ledger["planned"] == sum(ledger[part] for part in parts), campaign_id
        assert ledger["pending"] == 0, campaign_id
    # What was accepted though its worker died is found; of two it is proven that they never left.
    assert {name: report["ledger"]["sent"] for name, report in fires.items()} == {
        "closed": 4,
        "paused": 4,
        "scheduled": 4,
        "running": 107,
    }
    assert (
        fires["running"]["ledger"] | {"planned": 110, "failed": 2, "skipped": 1, "unknown": 0}
        == (fires["running"]["ledger"])
    )
    accepted = await upgraded.accepted()
    assert max(accepted.values()) == 1
    assert set(before) < set(accepted)
    assert accepted.total() == 4 + 4 + 4 + 107
    await _read_everything(upgraded)


async def _read_everything(office: Upgraded) -> None:
    """Every list of the API, and every item in it."""
    api = office.api
    lists = ("api-keys", "senders", "sources", "files", "templates", "campaigns", "fires", "messages")
    for name in (*lists, "failures", "replies", "opt-outs"):
        items = (await api.get(f"/{name}"))["items"]
        assert items, name
        for item in items[:5]:
            assert await api.get(f"/{name}/{item['id']}")
    for campaign in (await api.get("/campaigns"))["items"]:
        alone = (await api.get(f"/campaigns/{campaign['id']}/status"))["campaign"]
        assert alone.items() >= campaign.items()
    [preview] = [path for path in EXPORTED["documents"] if "/previews/" in path]
    preview_id = preview.rpartition("/")[2]
    assert (await api.get(f"/previews/{preview_id}/messages"))["items"]
    rejected = [file for file in (await api.get("/files"))["items"] if file["rejected_count"]]
    [name] = [name for name in EXPORTED["objects"] if name.endswith("rejected.csv")]
    pieces = [piece async for piece in office.runtime.files.read(name)]
    assert b"tomorrow" in b"".join(pieces)
    assert len(rejected) == 1


def test_the_export_has_what_only_a_running_system_has() -> None:
    """Work cut off at every place: what the sweeps, receipts and history must find."""
    documents = EXPORTED["documents"]

    def states(name: str) -> set[str]:
        return {fields["state"] for path, fields in documents.items() if path.split("/")[-2] == name}

    assert states("messages") == {"queued", "sending", "sent", "unknown", "skipped"}
    assert states("batches") == {"dispatched", "leased", "held", "done"}
    assert states("campaigns") == {"draft", "scheduled", "firing", "paused", "needs_attention"}
    assert set(record_types()) >= {path.split("/")[-2] for path in documents if path.count("/") == 3}
