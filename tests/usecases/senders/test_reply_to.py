"""Where answers to a mailbox's mails go: checked when set, frozen with a campaign, sent with each mail."""

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.errors import InvalidInput, NotFound
from shared.usecases.senders.change_sender import change_sender
from shared.usecases.senders.save_sender import save_sender
from tests.kit.builders import a_step, an_email_sender, an_sms_sender
from tests.kit.clinic import Clinic

BY_MAIL = (
    a_step(id="mail", channel=Channel("email"), template_id="mail", sender_id="mails", address_field="email"),
)


async def test_it_goes_out_with_each_mail(clinic: Clinic) -> None:
    changed = await change_sender(clinic.runtime, "acme", "mails", {"reply_to": "Desk@Acme-Clinics.COM"})
    assert changed.reply_to == "Desk@acme-clinics.com"
    await clinic.load({"Email": "ana@example.com"}, {"Email": "ben@example.com"})
    await clinic.ready(steps=BY_MAIL)
    await change_sender(clinic.runtime, "acme", "mails", {"reply_to": None})  # too late: it was frozen
    await clinic.fire()
    sent = await clinic.accepted()
    assert {(mail["handset"], mail["reply_to"]) for mail in sent} == {
        ("ana@example.com", "Desk@acme-clinics.com"),
        ("ben@example.com", "Desk@acme-clinics.com"),
    }


async def test_a_mailbox_without_one_says_nothing(clinic: Clinic) -> None:
    await clinic.load({"Email": "ana@example.com"})
    await clinic.ready(steps=BY_MAIL)
    await clinic.fire()
    assert [mail["reply_to"] for mail in await clinic.accepted()] == [""]


@pytest.mark.parametrize(
    ("sender_id", "reply_to", "reason"),
    [
        ("mails", "not a mailbox", "not an email address"),
        ("mails", "+12125550187", "not an email address"),
        ("texts", "desk@acme-clinics.com", "go to the sender itself"),
        ("texts", "+12125550187", "go to the sender itself"),
    ],
)
async def test_what_cannot_be_is_refused(clinic: Clinic, sender_id: str, reply_to: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason) as found:
        await change_sender(clinic.runtime, "acme", sender_id, {"reply_to": reply_to})
    assert [problem.field for problem in found.value.problems] == ["reply_to"]
    assert (await clinic.stores.senders.get("acme", sender_id)).reply_to is None
    make = an_sms_sender if sender_id == "texts" else an_email_sender
    with pytest.raises(InvalidInput) as found:
        await save_sender(
            clinic.runtime, "acme", make(reply_to=reply_to), await clinic.credentials(sender_id)
        )
    assert [problem.field for problem in found.value.problems] == ["reply_to"]


async def test_another_companys_sender_is_not_there(clinic: Clinic) -> None:
    with pytest.raises(NotFound):
        await change_sender(clinic.runtime, "globex", "mails", {"reply_to": "desk@acme-clinics.com"})
