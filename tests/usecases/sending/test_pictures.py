"""Pictures beside a text: their addresses made of template and row, looked at, sealed, sent and counted."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from shared.domain.channels.channel import Channel
from shared.domain.errors import InvalidInput
from shared.domain.events.file_link import fault_of
from shared.domain.messages.message import MessageState
from shared.domain.record import replace
from shared.usecases.campaigns.save_template import create_template
from shared.usecases.campaigns.start_preview import start_preview
from shared.usecases.run_job import run_job
from tests.kit.builders import a_template
from tests.kit.clinic import Clinic
from tests.kit.file_server import PDF, PNG, FileServer, running_file_server
from tests.kit.hooks import lets_local

MAP = "{{ doctor | url_encode }}.png"


@pytest_asyncio.fixture
async def server(clinic: Clinic) -> AsyncIterator[FileServer]:
    """The clinic's web site, on this machine."""
    lets_local(clinic.runtime)
    async with running_file_server() as server:
        server.put("/Dr+Vega.png", PNG, "image/png")
        server.put("/a.png", PNG, "image/png")
        yield server


def maybe(server: FileServer, otherwise: str = "") -> str:
    return f"{{% if name == 'Ana' %}}{server.url('/a.png')}{{% else %}}{otherwise}{{% endif %}}"


async def with_pictures(clinic: Clinic, *urls: str) -> None:
    template = a_template(media_urls=urls)
    await clinic.stores.templates.save("acme", template.id, template)
    await clinic.load({"Patient": "Ana"}, {"Patient": "Ben", "Phone": "+1 212 555 0188"})


async def test_each_text_has_its_own_pictures(clinic: Clinic, server: FileServer) -> None:
    await with_pictures(clinic, server.url("/") + MAP, maybe(server))
    await clinic.ready()
    await clinic.fire()
    sent = {one["handset"]: list(one["arguments"].values()) for one in await clinic.accepted()}
    always = server.url("/Dr+Vega.png")
    assert sent == {"+12125550187": [always, server.url("/a.png")], "+12125550188": [always]}
    assert server.asked == {"/Dr+Vega.png": 1, "/a.png": 1}


async def test_a_preview_counts_them_at_their_price_and_names_the_row_that_cannot_be_sent(
    clinic: Clinic, server: FileServer
) -> None:
    await with_pictures(clinic, maybe(server, "http://x"))
    await clinic.stores.campaigns.save("acme", "reminders", await clinic.ready())
    preview = await start_preview(clinic.runtime, "acme", "reminders")
    preview = await clinic.stores.previews.get("acme", preview.id)
    assert preview.parts == 3
    assert preview.reasons["must_be_mended: picture not usable"] == 1


@pytest.mark.parametrize(
    ("content", "media_type", "reason"),
    [
        (PNG + bytes(5_000_000), "image/png", "It has more than 4.9 MB"),
        (PDF, "application/pdf", "Only gif, jpg and png can be sent; this is a pdf."),
        (b"<!DOCTYPE html><p>Sign in</p>", "text/html", "this is a web page"),
        (
            PNG,
            "application/octet-stream",
            "Its server calls it application/octet-stream, and it is image/png",
        ),
        (b"", "image/png", "It is empty."),
        (b"MZ\x90\0", "image/png", "this is of no such kind"),
    ],
    ids=["too large", "a document", "a page", "another type", "empty", "a program"],
)
async def test_what_twilio_would_not_take_is_the_rows_failure(
    clinic: Clinic, server: FileServer, content: bytes, media_type: str, reason: str
) -> None:
    await with_pictures(clinic, maybe(server, server.put("/ben.png", content, media_type)))
    await clinic.ready()
    await clinic.fire()
    [failure] = await clinic.failures()
    assert (failure.row_number, failure.kind, failure.value) == (
        3,
        "picture not usable",
        server.url("/ben.png"),
    )
    assert reason in failure.reason
    assert [one["handset"] for one in await clinic.accepted()] == ["+12125550187"]


async def test_a_picture_that_was_changed_is_not_sent(clinic: Clinic, server: FileServer) -> None:
    await with_pictures(clinic, server.url("/") + MAP)
    await clinic.ready()
    _, job = await clinic.fire_and_queue()
    for message in await clinic.messages():
        await clinic.stores.messages.save("acme", message.id, replace(message, media_urls=()))
    await run_job(clinic.runtime, job)
    assert {one.state for one in await clinic.messages()} == {MessageState.FAILED}
    assert await clinic.accepted() == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"media_urls": ("http://pictures.example.com/a.png",)}, "media_urls[0]"),
        ({"media_urls": ("https://pictures.example.com/a.png", "{{ x")}, "media_urls[1]"),
        ({"media_urls": ("https://pictures.example.com/a.png",) * 11}, "media_urls"),
        ({"channel": Channel("voice"), "media_urls": ("https://p.example/a.png",)}, "media_urls"),
    ],
)
async def test_what_cannot_lie_beside_a_text_is_refused(
    clinic: Clinic, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await create_template(clinic.runtime, "acme", a_template(id="new", **changes))
    assert [problem.field for problem in refused.value.problems] == [field]


@pytest.mark.parametrize(
    "url",
    [
        "http://pictures.example.com/a.png",
        "https://localhost/a.png",
        "https://127.0.0.1/a.png",
        "https://[::1]/a.png",
        "https://10.0.0.1/a.png",
        "https://169.254.169.254/a.png",
        "https://user@pictures.example.com/a.png",
        "https://pictures.example.com/a b.png",
        "https://pictures.example.com/ä.png",
        "https://pictures.example.com/a.png#page=2",
        "https://[bad/a.png",
        "pictures.example.com/a.png",
        f"https://pictures.example.com/{'a' * 2_000}",
    ],
)
def test_only_a_public_address_is_asked(url: str) -> None:
    assert fault_of(url, allows_local=False)
    assert fault_of("https://pictures.example.com/a.png?b=1", allows_local=False) is None
