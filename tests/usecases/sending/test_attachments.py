"""Files that mails carry: fetched once for each link, within bounds, and sent as they were previewed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from shared.domain.channels.channel import Channel
from shared.domain.fires.deletion_work import Deleted
from shared.domain.fires.preview import PreviewedMessage, Verdict
from shared.domain.messages.message import MessageState
from shared.domain.record import replace
from shared.usecases.campaigns.start_preview import start_preview
from shared.usecases.contacts.forget_messages import forget_messages
from shared.usecases.fires.requeue_failure import requeue_failure
from shared.usecases.run_job import run_job
from shared.views.previews import get_previewed_row
from tests.kit.builders import a_step, a_template
from tests.kit.clinic import Clinic
from tests.kit.file_server import PDF, PNG, FileServer, running_file_server
from tests.kit.hooks import lets_local

ROWS = [{"Patient": name, "Email": f"{name.lower()}@example-clinic.com"} for name in ("Ana", "Ben", "Cleo")]
STEP = a_step(
    id="mail", channel=Channel("email"), template_id="mail", sender_id="mails", address_field="email"
)


@pytest_asyncio.fixture
async def server(clinic: Clinic) -> AsyncIterator[FileServer]:
    """The clinic's web site, on this machine: a plan of the house, and a bill for each patient."""
    lets_local(clinic.runtime)
    async with running_file_server() as server:
        plan, bill = server.put("/plan.png", PNG, "image/png"), server.url("/bills/{{ name }}.pdf")
        template = a_template(
            id="mail", channel=Channel("email"), subject="Your bill", media_urls=(plan, bill)
        )
        await clinic.stores.templates.save("acme", template.id, template)
        for row in ROWS:
            server.put(f"/bills/{row['Patient']}.pdf", PDF + row["Patient"].encode(), "application/pdf")
        yield server


async def ready(clinic: Clinic) -> None:
    await clinic.load(*ROWS)
    await clinic.ready(steps=(STEP,))


async def previewed(clinic: Clinic) -> dict[int, PreviewedMessage]:
    """A new preview of the campaign, by row."""
    preview = await start_preview(clinic.runtime, "acme", "reminders")
    rows = [await get_previewed_row(clinic.runtime, "acme", preview.id, number) for number in (2, 3, 4)]
    return {number: message for number, [message] in enumerate(rows, start=2)}


async def carried(clinic: Clinic) -> dict[str, list[tuple[str, str, int]]]:
    """What the provider's mails carry, by whom they are for."""
    return {
        one["handset"].partition("@")[0]: [
            (file["filename"], file["type"], file["size"]) for file in one["attachments"]
        ]
        for one in await clinic.accepted()
    }


async def test_each_mail_carries_its_files_and_each_link_is_fetched_once(
    clinic: Clinic, server: FileServer
) -> None:
    await ready(clinic)
    shown = await previewed(clinic)
    assert {one.verdict for one in shown.values()} == {Verdict.WILL_SEND}
    await clinic.fire()
    plan = ("plan.png", "image/png", len(PNG))
    assert await carried(clinic) == {
        row["Patient"].lower(): [
            plan,
            (f"{row['Patient']}.pdf", "application/pdf", len(PDF) + len(row["Patient"])),
        ]
        for row in ROWS
    }
    assert set(server.asked.values()) == {1}
    assert {one.media_urls for one in await clinic.messages()} == {
        shown[number].media_urls for number in shown
    }


async def test_what_was_previewed_last_is_what_is_sent(clinic: Clinic, server: FileServer) -> None:
    await ready(clinic)
    await previewed(clinic)
    server.put("/plan.png", PNG + b"new", "image/png")
    await clinic.fire()
    assert (await carried(clinic))["ana"][0][2] == len(PNG)


async def test_a_new_preview_sees_what_is_there_now(clinic: Clinic, server: FileServer) -> None:
    await ready(clinic)
    await previewed(clinic)
    server.put("/plan.png", PNG + b"new", "image/png")
    clinic.later(timedelta(minutes=1))
    await previewed(clinic)
    assert server.asked["/plan.png"] == 2
    await clinic.fire()
    assert (await carried(clinic))["ana"][0][2] == len(PNG) + 3


async def test_mails_with_the_same_files_share_a_request(clinic: Clinic, server: FileServer) -> None:
    template = await clinic.stores.templates.get("acme", "mail")
    template = replace(template, media_urls=template.media_urls[:1])
    await clinic.stores.templates.save("acme", "mail", template)
    await ready(clinic)
    await clinic.fire()
    accepted = await clinic.accepted()
    assert (len(accepted), len({one["request_id"] for one in accepted})) == (3, 1)
    assert server.asked == {"/plan.png": 1}


@pytest.mark.parametrize(
    ("content", "media_type", "reason"),
    [
        (PDF + bytes(20_000_000), "application/pdf", "It has more than 20 MB"),
        (b"MZ\x90\0", "application/pdf", "this is of no such kind"),
        (b"<html>Not here any more</html>", "application/pdf", "this is a web page"),
        (b"PK\x03\x04" + bytes(50), "application/zip", "this is of no such kind"),
        (PDF + bytes(19_999_900 - len(PDF)), "application/pdf", "They have 20.0 MB together"),
    ],
    ids=["too large", "a program", "a page", "an archive", "too large together"],
)
async def test_the_preview_names_the_row_whose_file_cannot_be_sent(
    clinic: Clinic, server: FileServer, content: bytes, media_type: str, reason: str
) -> None:
    server.put("/plan.png", PNG + bytes(100), "image/png")
    server.put("/bills/Ben.pdf", content, media_type)
    await ready(clinic)
    shown = await previewed(clinic)
    verdicts = [shown[number].verdict for number in (2, 3, 4)]
    assert verdicts == [Verdict.WILL_SEND, Verdict.MUST_BE_MENDED, Verdict.WILL_SEND]
    assert (shown[3].kind, shown[3].field) == ("attachment not usable", "media_urls")
    assert reason in shown[3].reason
    await clinic.fire()
    assert set(await carried(clinic)) == {"ana", "cleo"}


async def test_a_link_that_fails_is_named_and_tried_again_by_the_fire(
    clinic: Clinic, server: FileServer
) -> None:
    bill = server.files.pop("/bills/Ben.pdf")
    server.moved["/bills/Ana.pdf"] = server.url("/plan.png")
    await ready(clinic)
    shown = await previewed(clinic)
    assert "answered 404" in shown[3].reason
    assert "sends one elsewhere (302)" in shown[2].reason
    server.files["/bills/Ben.pdf"] = bill
    clinic.later(timedelta(minutes=1))
    await clinic.fire()
    assert set(await carried(clinic)) == {"ben", "cleo"}
    assert server.asked["/bills/Cleo.pdf"] == 1
    [failure] = await clinic.failures()
    del server.moved["/bills/Ana.pdf"]
    await requeue_failure(clinic.runtime, "acme", failure.id, {})
    assert set(await carried(clinic)) == {"ana", "ben", "cleo"}


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("https://10.1.2.3/bill.pdf", "must be reachable from the internet"),
        ("https://rebound.example/bill.pdf", "could not be reached"),
        ("ftp://example.com/bill.pdf", "must begin with https://"),
        ("https://example.com/bill.pdf#sheet", "no user, password, fragment"),
    ],
)
async def test_no_address_within_a_network_is_asked(
    clinic: Clinic, server: FileServer, link: str, reason: str
) -> None:
    template = await clinic.stores.templates.get("acme", "mail")
    await clinic.stores.templates.save("acme", "mail", replace(template, media_urls=("{{ doctor }}",)))
    await clinic.load({**ROWS[0], "Doctor": link})
    await clinic.ready(steps=(STEP,))
    preview = await start_preview(clinic.runtime, "acme", "reminders")
    [shown] = await get_previewed_row(clinic.runtime, "acme", preview.id, 2)
    assert (shown.verdict, shown.row_number) == (Verdict.MUST_BE_MENDED, 2)
    assert reason in shown.reason


async def test_this_very_machine_is_asked_on_the_local_stack_alone(
    clinic: Clinic, server: FileServer
) -> None:
    clinic.runtime.settings = replace(clinic.runtime.settings, webhook_targets="public")
    await ready(clinic)
    shown = await previewed(clinic)
    assert {one.kind for one in shown.values()} == {"attachment not usable"}
    assert not server.asked


async def test_a_mail_whose_file_was_changed_since_is_not_sent(clinic: Clinic, server: FileServer) -> None:
    await ready(clinic)
    _, job = await clinic.fire_and_queue()
    for name in await clinic.runtime.files.list_names("companies/acme/linked_files/"):
        if (await clinic.runtime.files.read_whole(name) or b"").endswith(b"Ben"):
            await clinic.runtime.files.save_bytes(name, PDF + b"Eve", "application/pdf")
    await run_job(clinic.runtime, job)
    states = {one.address.partition("@")[0]: one.state for one in await clinic.messages()}
    assert states == {"ana": MessageState.SENT, "ben": MessageState.FAILED, "cleo": MessageState.SENT}
    assert set(await carried(clinic)) == {"ana", "cleo"}


async def test_workers_that_come_upon_one_link_share_what_the_first_fetches(
    clinic: Clinic, server: FileServer
) -> None:
    await ready(clinic)
    made = [start_preview(clinic.runtime, "acme", "reminders") for _ in range(4)]
    clinic.stop_clock(clinic.runtime.now())
    await asyncio.gather(*made)
    assert set(server.asked.values()) == {1}


async def test_who_is_forgotten_leaves_no_file_behind(clinic: Clinic, server: FileServer) -> None:
    await ready(clinic)
    await clinic.fire()
    messages = await clinic.messages()
    page = Deleted()
    await forget_messages(
        clinic.runtime, "acme", page, [one for one in messages if one.address.startswith("ana@")]
    )
    assert page.removed["attachments"] == 1  # her bill; the plan of the house is everybody's
    names = await clinic.runtime.files.list_names("companies/acme/linked_files/")
    left = {await clinic.runtime.files.read_whole(name) for name in names}
    assert left == {PNG, PDF + b"Ben", PDF + b"Cleo"}
