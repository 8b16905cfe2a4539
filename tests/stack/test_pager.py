"""A channel and a provider that nobody foresaw: one folder, one line of settings, and everything works."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from msgspec import Struct

from infra.local.api_client import ApiRefusal
from infra.local.stack import Stack
from shared.domain.channels import registry as channels
from shared.domain.channels.channel import Channel
from shared.domain.senders.sender import Provider, Sender
from shared.providers import registry as providers
from shared.runtime import Runtime
from shared.settings import Settings, SettingsError
from shared.usecases.senders.save_sender import save_sender
from tests.kit.pager.simulator import LINE, NOBODY, OUT_OF_REACH, PagerSimulator, running_pager_simulator
from tests.kit.patience import PATIENCE_SECONDS
from tests.kit.stack.office import Office, campaign, open_office, settled, stack_options, stack_runtime

pytestmark = pytest.mark.asyncio(loop_scope="module")
SECRET = "the-secret-of-the-line"
EXTRA = "tests.kit.pager.provider"
BODY = "{{ name }}: ward 7 now"


class PagedOffice(Struct, frozen=True):
    """A company that sends pages, and the beeper that takes them."""

    office: Office
    pager: PagerSimulator
    sender_id: str


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def paged(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PagedOffice]:
    """The stack with the beeper; this process forgets it afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        for registry in (channels, providers):
            patch.setattr(registry, "_table", dict(registry._table))
        async with running_pager_simulator(SECRET) as pager:
            settings = {"ROLLCALL_EXTRA_PROVIDERS": EXTRA, "ROLLCALL_BEEPER_BASE_URL": pager.address}
            options = stack_options(tmp_path_factory.mktemp("stack"), settings)
            async with Stack(options) as stack, open_office(stack) as office:
                yield PagedOffice(office, pager, await _add_sender(stack, office))


async def _add_sender(stack: Stack, office: Office) -> str:
    """As ops add one."""
    sender = Sender(
        id="ward-line",
        channel=Channel("pager"),
        provider=Provider("beeper"),
        address=LINE,
        rate_per_second=50,
    )
    async with stack_runtime(stack) as runtime:
        await save_sender(runtime, office.company.company_id, sender, {"secret": SECRET})
    return sender.id


async def _campaign(paged: PagedOffice, rows: list[str], body: str = BODY) -> dict[str, Any]:
    """A draft that pages the people in `rows`."""
    api = paged.office.api
    template = await api.post("/templates", {"name": "Page", "channel": "pager", "body": body})
    step = {
        "channel": "pager",
        "template_id": template["id"],
        "sender_id": paged.sender_id,
        "address_field": "phone",
    }
    return await campaign(paged.office, rows, steps=[step])


async def _delivered(paged: PagedOffice, fire_id: str, count: int) -> dict[str, dict[str, Any]]:
    """The fire's messages by address, without duplicates, once so many have a receipt."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            items = (await paged.office.api.get("/messages", fire_id=fire_id))["items"]
            if sum(message["delivery"] is not None for message in items) == count:
                return {one["address"]: one for one in items if one["duplicate_of"] is None}
            await asyncio.sleep(0.1)


async def test_pages_are_previewed_queued_sent_and_their_receipts_close_the_ledger(
    paged: PagedOffice,
) -> None:
    api = paged.office.api
    await api.post("/opt-outs", {"channel": "pager", "address": "55 55"})
    draft = await _campaign(
        paged,
        [
            "Ana,0042-17,",
            "Ana,004217,",  # the same pager, written otherwise
            f"Ben,{OUT_OF_REACH},",
            f"Cleo,{NOBODY},",
            "Dan,5555,",  # has refused
            "Eve,+12125550187,",
            f"{'F' * 60},7777,",
        ],
    )
    preview = await api.post(f"/campaigns/{draft['id']}/preview")
    preview = await api.wait_for(f"/previews/{preview['id']}", "state", "done", "failed")
    assert preview["counts"] == {"will_send": 3, "skipped": 2, "must_be_mended": 2}
    assert preview["reasons"] == {
        "skipped: duplicate": 1,
        "skipped: opted_out": 1,
        "must_be_mended: pager not valid": 1,
        "must_be_mended: text too long": 1,
    }
    assert (preview["parts"], preview["estimated_cost"]) == (3, "0.0600")

    await api.post(f"/campaigns/{draft['id']}/ready")
    fire = await api.post(f"/campaigns/{draft['id']}/fire")
    report = await settled(paged.office, fire["id"])
    messages = await _delivered(paged, fire["id"], 2)
    assert sorted(paged.pager.paged) == [("004217", "Ana: ward 7 now"), (OUT_OF_REACH, "Ben: ward 7 now")]
    assert (messages["004217"]["state"], messages["004217"]["delivery"]) == ("sent", "delivered")
    assert messages[OUT_OF_REACH]["delivery"] == "undelivered"
    assert paged.pager.answers == [204, 204]
    ledger = report["ledger"]
    assert ledger == ledger | {"planned": 7, "sent": 2, "skipped": 2, "failed": 3, "unknown": 0, "pending": 0}
    assert report["skipped"] == {"duplicate": 1, "opted_out": 1}
    assert report["failed"] == {"pager not valid": 1, "text too long": 1, "provider 400": 1}
    async with asyncio.timeout(PATIENCE_SECONDS):  # what a job cost is stored once it is done
        while not report["costs"]["pages"]:
            report = await api.get(f"/fires/{fire['id']}/report")
    assert (report["costs"]["pages"], report["estimated_cost"]) == (2, "0.0400")


async def test_only_the_beeper_itself_is_believed(paged: PagedOffice) -> None:
    env, company = paged.office.stack.settings_env, paged.office.company
    paged.pager.answers.clear()
    for sender_id, secret in (
        (paged.sender_id, "another-secret"),
        (company.sms_sender_id, SECRET),
        (company.email_sender_id, SECRET),  # whose provider posts nothing to this path
        ("nobody", SECRET),
    ):
        query = urlencode({"company": company.company_id, "sender": sender_id, "message": "m1"})
        await paged.pager.tell(f"{env['ROLLCALL_PUBLIC_URL']}/messages/status?{query}", "p", "beeped", secret)
    assert paged.pager.answers == [403] * 4


async def test_the_api_takes_and_shows_the_channel_as_any_other(paged: PagedOffice) -> None:
    api = paged.office.api
    assert [template["channel"] for template in (await api.get("/templates", channel="pager"))["items"]]
    [sender] = [one for one in (await api.get("/senders"))["items"] if one["id"] == paged.sender_id]
    assert (sender["channel"], sender["provider"]) == ("pager", "beeper")
    with pytest.raises(ApiRefusal, match=r"'sms', 'email', .*'voice' or 'pager'"):
        await api.post("/templates", {"name": "Fax", "channel": "fax", "body": "x"})
    with pytest.raises(ApiRefusal, match="a template for pager has no subject"):
        await api.post("/templates", {"name": "Page", "channel": "pager", "body": "x", "subject": "y"})
    with pytest.raises(ApiRefusal, match="beeper credentials are: secret"):
        await api.put(f"/senders/{paged.sender_id}/credentials", {"api_key": "x"})


@pytest.mark.parametrize(
    ("module", "reason"),
    [("tests.kit.no_such_module", "No module named"), ("tests.kit.pager.channel", "no attribute 'PROVIDER'")],
)
async def test_a_line_of_settings_that_names_no_provider_is_refused_at_start(
    module: str, reason: str
) -> None:
    settings = Settings(
        project_id="p",
        upload_bucket="b",
        public_url="u",
        signing_key="k",
        secrets="/s",
        extra_providers=(module,),
    )
    with pytest.raises(SettingsError, match=f"ROLLCALL_EXTRA_PROVIDERS: {module}: .*{reason}"):
        Runtime(settings)
