"""Pictures beside a text: their addresses made of template and row, sealed, sent and counted."""

from dataclasses import replace

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.errors import InvalidInput
from shared.domain.messages.message import MessageState
from shared.domain.templates.media_url import fault_of
from shared.usecases.campaigns.save_template import create_template
from shared.usecases.campaigns.start_preview import start_preview
from shared.usecases.run_job import run_job
from tests.kit.builders import a_template
from tests.kit.clinic import Clinic

MAP = "https://pictures.example.com/{{ doctor | url_encode }}.png"
MAYBE = "{% if name == 'Ana' %}https://pictures.example.com/a.png{% endif %}"


async def with_pictures(clinic: Clinic, *urls: str) -> None:
    template = a_template(media_urls=urls)
    await clinic.stores.templates.save("acme", template.id, template)
    await clinic.load({"Patient": "Ana"}, {"Patient": "Ben", "Phone": "+1 212 555 0188"})


async def test_each_text_has_its_own_pictures(clinic: Clinic) -> None:
    await with_pictures(clinic, MAP, MAYBE)
    await clinic.ready()
    await clinic.fire()
    sent = {one["handset"]: list(one["arguments"].values()) for one in await clinic.accepted()}
    always = "https://pictures.example.com/Dr+Vega.png"
    assert sent == {
        "+12125550187": [always, "https://pictures.example.com/a.png"],
        "+12125550188": [always],
    }


async def test_a_preview_counts_them_at_their_price_and_shows_what_cannot_be_fetched(clinic: Clinic) -> None:
    await with_pictures(clinic, MAYBE.replace("{% endif %}", "{% else %}http://x{% endif %}"))
    await clinic.stores.campaigns.save("acme", "reminders", await clinic.ready())
    preview = await start_preview(clinic.runtime, "acme", "reminders")
    preview = await clinic.stores.previews.get("acme", preview.id)
    assert preview.parts == 3
    assert preview.reasons["must_be_mended: picture not usable"] == 1


async def test_a_picture_that_was_changed_is_not_sent(clinic: Clinic) -> None:
    await with_pictures(clinic, MAP)
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
        (
            {"channel": Channel("email"), "subject": "x", "media_urls": ("https://p.example/a.png",)},
            "media_urls",
        ),
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
        "https://user@pictures.example.com/a.png",
        "https://pictures.example.com/a b.png",
        "https://pictures.example.com/ä.png",
        "https://[bad/a.png",
        "pictures.example.com/a.png",
        f"https://pictures.example.com/{'a' * 2_000}",
    ],
)
def test_only_a_public_address_is_given_to_the_provider(url: str) -> None:
    assert fault_of(url)
    assert fault_of("https://pictures.example.com/a.png?b=1") is None
