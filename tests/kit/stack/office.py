"""A company at work on the running stack, through the API."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import aiohttp
import pytest
from msgspec import Struct

from infra.local.api_client import ApiClient
from infra.local.demo_company import DemoCompany, open_company
from infra.local.simulator.client import SimulatorClient, TwilioAccount, simulator_client
from infra.local.simulator.faults import Delays
from infra.local.stack import Stack, StackOptions
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.settings import Settings
from shared.storage.secrets_file import SecretsFile

ALWAYS = {"opens": "00:00", "closes": "00:00"}


class Office(Struct, frozen=True):
    """A company on the running stack, and who acts for it."""

    stack: Stack
    company: DemoCompany
    api: ApiClient
    simulator: SimulatorClient


def stack_options(root: Path, settings: Mapping[str, str] = MappingProxyType({})) -> StackOptions:
    """The stack as `make up` starts it, but faster, and with ticks only on demand."""
    return StackOptions(
        root=root,
        usual_ports=False,
        tick_seconds=0,
        settings={"ROLLCALL_PROVIDER_TIMEOUT_SECONDS": "5", **settings},
        simulator_delays=Delays(receipt=0.05, slow=0.3, timeout=10, ring=60, speech=0),
    )


@asynccontextmanager
async def stack_runtime(stack: Stack) -> AsyncIterator[Runtime]:
    """The functions' own settings and clients, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in stack.emulator_env.items():
            patch.setenv(name, value)
        runtime = Runtime(Settings.from_env(stack.settings_env))
        yield runtime
        runtime.stores.db.close()  # type: ignore[no-untyped-call]


@asynccontextmanager
async def open_office(stack: Stack) -> AsyncIterator[Office]:
    """A new company on the stack."""
    async with (
        stack_runtime(stack) as runtime,
        simulator_client(stack.addresses.simulator) as simulator,
        aiohttp.ClientSession() as http,
    ):
        company = await open_company(runtime, simulator)
        api = ApiClient(stack.addresses.functions["api"], company.key, http)
        yield Office(stack, company, api, simulator)


async def give_number(office: Office, number: str, **facts: Any) -> None:
    """Have the company's texts come from a number of its own, where people answer; `facts` of its sender."""
    sender_id, company_id = office.company.sms_sender_id, office.company.company_id
    credentials = (await stored(office, sender_id))[0]
    account = TwilioAccount(sid=credentials["account_sid"], token=credentials["auth_token"])
    public = office.stack.settings_env["ROLLCALL_PUBLIC_URL"]
    url = f"{public}/messages/incoming?company={company_id}&sender={sender_id}"
    await office.simulator.add_number(account, number, webhook_url=url)
    async with stack_runtime(office.stack) as runtime:
        sender = await runtime.stores.senders.get(company_id, sender_id)
        await runtime.stores.senders.save(company_id, sender_id, replace(sender, address=number, **facts))


async def campaign(office: Office, rows: list[str], **changes: Any) -> dict[str, Any]:
    """A draft that texts the people in `rows` ("name,phone,email")."""
    api = office.api
    columns = [{"column": name, "field": name} for name in ("name", "phone", "email")]
    source = await api.post("/sources", {"name": "People", "columns": columns})
    link = await api.post("/files", {"source_id": source["id"], "name": "people.csv"})
    await api.put_file(link, "\n".join(["name,phone,email", *rows]).encode())
    file = await api.wait_for(f"/files/{link['file']['id']}", "state", "loaded", "refused")
    assert file["state"] == "loaded"
    body = {"name": "Text", "channel": "sms", "body": "Hello {{ name }}. Reply 1 to confirm."}
    template = await api.post("/templates", body)
    step = {
        "channel": "sms",
        "template_id": template["id"],
        "sender_id": office.company.sms_sender_id,
        "address_field": "phone",
    }
    options = [{"words": ["1"], "disposition": "confirmed"}]
    draft = {
        "name": "People",
        "audience": {"source_id": source["id"], "file_id": file["id"]},
        "steps": [step],
        "window": ALWAYS,
        "reply_options": options,
    }
    return await api.post("/campaigns", draft | changes)


async def settled(office: Office, fire_id: str) -> dict[str, Any]:
    """The fire's report once nothing is pending."""
    await office.api.wait_for(f"/fires/{fire_id}", "status", "sent", "needs_attention", "canceled")
    return await office.api.get(f"/fires/{fire_id}/report")


async def stored(office: Office, sender_id: str) -> list[Mapping[str, str]]:
    """A sender's live credentials, the newest first."""
    secrets = SecretsFile(office.stack.settings_env["ROLLCALL_SECRETS"])
    return [value.fields for value in await secrets.values(office.company.company_id, sender_id)]
