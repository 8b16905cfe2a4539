"""The inbox: what waits, who settles it, and how."""

from datetime import timedelta

import pytest_asyncio

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.companies.user import Role
from shared.domain.messages.message import MessageState
from shared.domain.messages.purpose import Purpose
from shared.domain.messages.reply import Reply
from shared.domain.record import replace
from shared.domain.replies.asked import Flag, ReplyMeaning
from shared.usecases.contacts.save_opt_out import save_opt_out
from tests.kit.api.office import OURS, THEIRS, Office
from tests.kit.builders import NOON
from tests.kit.portal.visitor import Visitor
from tests.portal.conftest import SignedIn

REPLY = f"reply-{OURS}"
WHERE = f"/inbox/{REPLY}"


@pytest_asyncio.fixture
async def editor(office: Office, signed_in: SignedIn) -> Visitor:
    """An editor of ours, where a reply waits that may answer one message."""
    reply = await office.stores.replies.get(OURS, REPLY)
    message = await office.stores.messages.get(OURS, f"message-{OURS}")
    await office.stores.messages.save(OURS, message.id, replace(message, address=reply.address))
    await office.stores.replies.save(OURS, REPLY, replace(reply, waits=True, candidates=(message.id,)))
    return await signed_in(Role.EDITOR)


async def _reply(office: Office) -> Reply:
    return await office.stores.replies.get(OURS, REPLY)


async def test_a_reply_is_answered_from_the_list_by_one_click(office: Office, editor: Visitor) -> None:
    await editor.get("/inbox")
    assert f'value="message-{OURS}"' in editor.page.text
    await editor.post(f"{WHERE}/answer", {"message_id": f"message-{OURS}", "disposition": "canceled"})
    assert (await _reply(office)).disposition is Disposition.CANCELED
    await editor.get("/inbox")
    assert "Nothing waits for you." in editor.says


async def test_what_is_urgent_stands_on_top_once(office: Office, editor: Visitor) -> None:
    old = replace(
        await _reply(office), id="urgent", body="chest pain", flags=(Flag.DANGER,),
        received_at=NOON - timedelta(days=1),
    )  # fmt: skip
    await office.stores.replies.save(OURS, old.id, old)
    await editor.get("/inbox")
    text = editor.page.text
    assert text.index("chest pain") < text.index("maybe")
    assert text.count("chest pain") == 1


async def test_danger_is_told_on_the_first_page_until_it_is_settled(office: Office, editor: Visitor) -> None:
    await office.stores.replies.save(OURS, REPLY, replace(await _reply(office), flags=(Flag.DANGER,)))
    await editor.get("/")
    assert "Danger to life:" in editor.says
    assert f'href="{WHERE}"' in editor.page.text
    await editor.post(f"{WHERE}/close", seen=WHERE)
    await editor.get("/")
    assert "Danger to life:" not in editor.says


async def test_the_list_says_why_a_reply_waits_and_how_it_was_read(office: Office, editor: Visitor) -> None:
    note, confirmed = "Changes the earlier answer: reschedule_asked.", Disposition.CONFIRMED
    changed = replace(await _reply(office), flags=(Flag.NOTE,), note=note, disposition=confirmed)
    await office.stores.replies.save(OURS, REPLY, changed)
    page = (await editor.get("/inbox")).text
    assert "Changes the earlier answer: asked to move." in editor.says
    assert 'class="badge confirmed"' in page
    assert 'class="urgent"' not in page  # a note is none


async def test_a_refusal_that_sounds_like_an_answer_is_settled_from_the_list(
    office: Office, editor: Visitor
) -> None:
    await office.stores.replies.save(
        OURS,
        REPLY,
        replace(
            await _reply(office), meaning=ReplyMeaning.OPT_OUT, message_id=f"message-{OURS}", candidates=(),
            may_also_mean=Disposition.CANCELED, note="May also mean: canceled.",
        ),
    )  # fmt: skip
    page = (await editor.get("/inbox")).text
    assert 'class="badge opt_out"' in page
    assert f'value="message-{OURS}"' in page
    await editor.get(WHERE)
    assert editor.says.lower().count("may also mean: cancelled.") == 1


async def test_the_inbox_shows_the_replies_of_one_campaign_and_stays_there(
    office: Office, editor: Visitor
) -> None:
    ours = f"campaign-{OURS}"
    reply = replace(await _reply(office), campaign_id=ours, fire_id="f-1")
    other = replace(
        reply, id="other", body="something else", campaign_id="other", fire_id="f-2", flags=(Flag.DANGER,)
    )
    for one in (reply, other):
        await office.stores.replies.save(OURS, one.id, one)
    here = f"/inbox?campaign_id={ours}"
    page = (await editor.get(here)).text
    assert "maybe" in editor.says
    assert "something else" not in page
    assert f'href="/inbox?show=all&amp;campaign_id={ours}"' in page
    await editor.get("/inbox?show=all&fire_id=f-1&meaning=answer")
    assert "There is none of these." in editor.says
    await editor.get("/inbox?show=all&fire_id=f-1&meaning=unclear")
    assert "taken as: unclear" in editor.says
    assert "something else" not in editor.says
    await editor.get("/inbox?meaning=nonsense")
    assert "something else" in editor.says
    fields = {"message_id": f"message-{OURS}", "disposition": "confirmed", "campaign_id": ours}
    answer = await editor.post(f"{WHERE}/answer", fields, seen=here)
    assert answer.headers["location"] == here


async def test_an_answer_is_corrected_on_the_replys_page(office: Office, editor: Visitor) -> None:
    fields = {"message_id": f"message-{OURS}", "disposition": "canceled"}
    await editor.post(f"{WHERE}/answer", fields, seen=WHERE)
    await editor.get(WHERE)
    assert "Correct it" in editor.says
    fields |= {"disposition": "confirmed"}
    await editor.post(f"{WHERE}/answer", fields, seen=WHERE)
    assert (await _reply(office)).disposition is Disposition.CANCELED  # a click that came too late
    await editor.post(f"{WHERE}/answer", fields | {"corrects": "yes"}, seen=WHERE)
    assert (await _reply(office)).disposition is Disposition.CONFIRMED
    await editor.get(WHERE)
    assert "Corrected: it was taken as cancelled." in editor.says


async def test_a_reply_is_given_to_somebody_and_is_then_theirs(office: Office, editor: Visitor) -> None:
    await editor.get("/inbox?show=mine")
    assert "Nothing of yours waits." in editor.says
    me = next(
        one for one in (await office.stores.users.page(OURS, limit=50)).items if one.role is Role.EDITOR
    )
    await editor.post(f"{WHERE}/assign", {"user_id": me.id}, seen=WHERE)
    await editor.get("/inbox?show=mine")
    assert "maybe" in editor.says
    for nobody in (f"user-{THEIRS}", f"user-{OURS}"):  # of another company; a viewer
        await editor.post(f"{WHERE}/assign", {"user_id": nobody}, seen=WHERE)
        assert (await _reply(office)).assigned_to == me.id
    await editor.post(f"{WHERE}/assign", {"user_id": ""}, seen=WHERE)
    assert (await _reply(office)).assigned_to is None


async def test_somebody_writes_back_in_the_thread(office: Office, editor: Visitor) -> None:
    await editor.get(WHERE)
    assert "maybe" in editor.says
    fields = {"text": "We open at nine.", "writing_id": "w-1", "settles": "on"}
    for _ in range(2):
        await editor.post(f"{WHERE}/write", fields, seen=WHERE)
        assert editor.page.status_code == 303
    await editor.get(WHERE)
    assert editor.page.text.count("We open at nine.") == 1
    [written] = [
        one for one in (await office.stores.messages.page(OURS, limit=50)).items
        if one.purpose is Purpose.WRITTEN
    ]  # fmt: skip
    assert (written.state, written.address) == (MessageState.QUEUED, "+12125550187")
    assert not (await _reply(office)).waits


async def test_what_cannot_be_sent_is_said_with_what_was_typed(office: Office, editor: Visitor) -> None:
    fields = {"text": "Dear {{ name }}", "writing_id": "w-1"}
    await editor.post(f"{WHERE}/write", fields, seen=WHERE)
    assert editor.page.status_code == 422
    assert "Dear {{ name }}" in editor.page.text
    await save_opt_out(office.runtime, OURS, (await _reply(office)).channel, "+12125550187")
    await editor.post(f"{WHERE}/write", {"text": "Hello", "writing_id": "w-2"}, seen=WHERE)
    await editor.get(WHERE)
    assert "has refused" in editor.says
    assert 'name="text"' not in editor.page.text


async def test_saved_replies_are_offered_where_one_writes(editor: Visitor) -> None:
    await editor.post(
        "/inbox/saved", {"id": "s-1", "name": "Hours", "text": "We open at nine."}, seen="/inbox/saved"
    )
    await editor.get(WHERE)
    assert 'data-insert="We open at nine."' in editor.page.text
    await editor.post("/inbox/saved", {"id": "s-2", "name": "", "text": "{{ x }}"}, seen="/inbox/saved")
    assert editor.page.status_code == 422
    await editor.post("/inbox/saved/s-1/delete", seen="/inbox/saved")
    await editor.get(WHERE)
    assert 'data-insert="We open at nine."' not in editor.page.text


async def test_a_viewer_sees_the_thread_and_no_button(signed_in: SignedIn) -> None:
    viewer = await signed_in(Role.VIEWER)
    await viewer.get(WHERE)
    assert viewer.page.status_code == 200
    assert f"{WHERE}/write" not in viewer.page.text
    assert f"{WHERE}/assign" not in viewer.page.text
