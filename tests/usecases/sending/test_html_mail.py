"""A mail with an HTML part, from the template to the mailbox: frozen, previewed, sealed and sent."""

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.errors import InvalidInput
from shared.domain.messages.message import MessageState
from shared.domain.messages.packing import packed
from shared.domain.record import replace
from shared.domain.templates.message_filter import FilterKind, MessageFilter
from shared.domain.templates.template import Template
from shared.usecases.campaigns.save_template import create_template, edit_template
from shared.usecases.campaigns.start_preview import start_preview
from shared.usecases.run_job import run_job
from shared.views.kit.paging import PageAsked
from shared.views.previews import list_previewed_messages
from tests.kit.builders import a_step, a_template
from tests.kit.clinic import Clinic

BY_MAIL = (
    a_step(id="mail", channel=Channel("email"), template_id="mail", sender_id="mails", address_field="email"),
)
HTML = """<style>p { color: #333 }</style>
<p>Dear {{ name }},</p><p>you see {{ doctor }}. <a href="https://x.example/?d={{ doctor }}">Where?</a></p>"""


async def save(clinic: Clinic, html: str = HTML, body: str = "") -> Template:
    changes: dict[str, object] = {"html": html, "body": body}
    return await edit_template(clinic.runtime, "acme", "mail", changes)


async def test_both_parts_reach_each_mailbox_in_one_request(clinic: Clinic) -> None:
    saved = await save(clinic)
    assert (
        saved.body == "Dear {{ name }},\n\nyou see {{ doctor }}. Where? (https://x.example/?d={{ doctor }})"
    )
    await clinic.load(
        {"Email": "ana@example.com", "Patient": "Ana <3"}, {"Email": "ben@example.com", "Patient": "Ben"}
    )
    await clinic.ready(steps=BY_MAIL)
    await clinic.fire()
    sent = {mail["handset"]: mail for mail in await clinic.accepted()}
    assert len({mail["request_id"] for mail in sent.values()}) == 1
    mail = sent["ana@example.com"]
    assert mail["body"] == "Dear Ana <3,\n\nyou see Dr Vega. Where? (https://x.example/?d=Dr Vega)"
    assert '<p style="color: #333;">Dear Ana &lt;3,</p>' in mail["html"]
    assert "Dear Ben" in sent["ben@example.com"]["html"]
    stored = await clinic.by_address()
    assert stored["ana@example.com"].html == mail["html"]


async def test_an_html_part_that_was_changed_is_not_sent(clinic: Clinic) -> None:
    await save(clinic)
    await clinic.load({"Email": "ana@example.com"})
    await clinic.ready(steps=BY_MAIL)
    _, job = await clinic.fire_and_queue()
    [message] = await clinic.messages()
    other = replace(message, packed_html=packed(message.html.replace("Vega", "Who")))
    await clinic.stores.messages.save("acme", message.id, other)
    await run_job(clinic.runtime, job)
    [after] = await clinic.messages()
    assert (after.state, await clinic.accepted()) == (MessageState.FAILED, [])


async def test_a_template_that_changes_later_does_not_change_what_is_frozen(clinic: Clinic) -> None:
    await save(clinic)
    await clinic.load({"Email": "ana@example.com"})
    await clinic.ready(steps=BY_MAIL)
    await save(clinic, "<p>Something else</p>")
    await clinic.fire()
    [mail] = await clinic.accepted()
    assert "Dear Ana" in mail["html"]


async def test_the_preview_shows_the_html_and_warns_of_what_is_clipped(clinic: Clinic) -> None:
    await save(clinic, f"{HTML}<p>{{% if name == 'Ben' %}}{{{{ doctor | append: doctor }}}}{{% endif %}}</p>")
    await clinic.load(
        {"Email": "ana@example.com", "Patient": "Ana", "Doctor": "D" * 70_000},
        {"Email": "ben@example.com", "Patient": "Ben", "Doctor": "D" * 9},
    )
    await clinic.stores.campaigns.save("acme", "reminders", (await clinic.ready(steps=BY_MAIL)))
    preview = await start_preview(clinic.runtime, "acme", "reminders")
    preview = await clinic.stores.previews.get("acme", preview.id)
    page = await list_previewed_messages(clinic.runtime, "acme", PageAsked(limit=10), preview_id=preview.id)
    assert [len(one.warnings) for one in page.items] == [1, 0]
    assert "Gmail" in page.items[0].warnings[0]
    assert "Dear Ana" in page.items[0].html
    assert preview.warnings == {page.items[0].warnings[0]: 1}


async def test_a_body_that_is_made_follows_its_html_and_one_that_is_written_stays(clinic: Clinic) -> None:
    assert (await save(clinic, "<p>One {{ name }}</p>")).body_is_made
    changed = await edit_template(clinic.runtime, "acme", "mail", {"html": "<p>Two {{ name }}</p>"})
    assert (changed.body, changed.body_is_made) == ("Two {{ name }}", True)
    written = await edit_template(clinic.runtime, "acme", "mail", {"body": "Mine"})
    assert (written.body, written.body_is_made) == ("Mine", False)
    changed = await edit_template(clinic.runtime, "acme", "mail", {"html": "<p>Three</p>"})
    assert (changed.body, changed.body_is_made) == ("Mine", False)
    plain = await edit_template(clinic.runtime, "acme", "mail", {"html": ""})
    assert (plain.body, plain.html, plain.body_is_made) == ("Mine", "", False)


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"html": "<p>\n<script>x</script>"}, "html", "Line 2"),
        ({"html": "<p>{{ name"}, "html", "closed"),
        ({"html": "<p>" + "x" * 80_000}, "html", "80,000 bytes"),
        ({"html": "<img src='https://x.example/a.png'>"}, "body", "no words"),
        ({"html": "<p>x</p>", "channel": Channel("sms"), "subject": ""}, "html", "no HTML"),
    ],
)
async def test_html_that_cannot_be_sent_is_refused_when_it_is_saved(
    clinic: Clinic, changes: dict[str, object], field: str, reason: str
) -> None:
    facts = {"channel": Channel("email"), "subject": "Hi", "body": "", **changes}
    with pytest.raises(InvalidInput) as refused:
        await create_template(clinic.runtime, "acme", a_template(id="new", **facts))
    [problem] = refused.value.problems
    assert problem.field == field
    assert reason in problem.reason


async def test_filters_are_not_for_html(clinic: Clinic) -> None:
    await save(clinic)
    await clinic.load({"Email": "ana@example.com"})
    with pytest.raises(InvalidInput, match="filters would not change"):
        await clinic.ready(steps=BY_MAIL, filters=(MessageFilter(kind=FilterKind.STRIP),))


async def test_templates_that_do_not_fit_one_frozen_content_are_refused(clinic: Clinic) -> None:
    wide = "<style>td { color: #123456; font-family: Verdana }</style><table>" + "<tr><td>x</td></tr>" * 1_900
    mail = a_template(channel=Channel("email"), subject="Hi", html=f"{wide}</table>")
    for number in range(8):
        one = replace(mail, id=f"t{number}", body="{{ name }}" * 1_900)
        await clinic.stores.templates.save("acme", one.id, one)
    await clinic.load({"Email": "ana@example.com"})
    steps = tuple(replace(BY_MAIL[0], id=f"s{n}", template_id=f"t{n}") for n in range(8))
    with pytest.raises(InvalidInput, match="900,000 bytes together"):
        await clinic.ready(steps=steps)
