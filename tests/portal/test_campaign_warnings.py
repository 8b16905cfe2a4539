"""What the portal says of words that carriers take for something else."""

from shared.domain.automations.automation import Definition
from shared.domain.automations.steps import SendStep
from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.channels.channel import Channel
from shared.domain.companies.user import Role
from shared.domain.record import replace
from shared.usecases.automations.save_automation import create_automation
from shared.usecases.companies.change_company import change_company
from tests.kit.api.office import OURS, Office
from tests.kit.builders import a_template
from tests.kit.portal.visitor import text_of
from tests.portal.conftest import SignedIn


async def test_a_saved_campaign_tells_of_yes_and_of_cancel_in_its_text(
    office: Office, signed_in: SignedIn
) -> None:
    stores, campaign_id, template_id = office.stores, f"campaign-{OURS}", f"template-{OURS}"
    known = await stores.campaigns.get(OURS, campaign_id)
    campaign = replace(known, steps=(replace(known.steps[0], template_id=template_id),))
    person = await signed_in(Role.EDITOR)
    before = text_of((await person.get(f"/campaigns/{campaign_id}")).text)
    assert "Carriers take" not in before

    yes = ReplyOption(words=("yes",), disposition=Disposition.CONFIRMED)
    await stores.campaigns.save(OURS, campaign_id, replace(campaign, reply_options=(yes,)))
    template = await stores.templates.get(OURS, template_id)
    asking = replace(template, body="See you. Reply YES to come, CANCEL to stay away.")
    await stores.templates.save(OURS, template_id, asking)
    told = text_of((await person.get(f"/campaigns/{campaign_id}")).text)
    assert "Carriers take the answer 'yes' as a permission" in told
    assert "The text asks people to answer CANCEL" in told
    assert told.count("coded words") == 3


ASKS = "See you. Reply CANCEL to stay away."
TOLD = "The text asks people to answer CANCEL"


async def test_broadcasts_and_automations_tell_of_their_texts(office: Office, signed_in: SignedIn) -> None:
    stores, person = office.stores, await signed_in(Role.EDITOR)
    await stores.templates.save(OURS, "asks", a_template(id="asks", body=ASKS))
    broadcast = await stores.broadcasts.get(OURS, f"broadcast-{OURS}")
    page = f"/broadcasts/{broadcast.id}"
    assert TOLD not in text_of((await person.get(page)).text)
    first = replace(broadcast.first, template_id="asks")
    await stores.broadcasts.save(OURS, broadcast.id, replace(broadcast, first=first))
    assert TOLD in text_of((await person.get(page)).text)

    step = SendStep(
        id="send",
        channel=Channel("sms"),
        template_id="asks",
        sender_id=f"sender-{OURS}",
        address_field="phone",
    )
    await create_automation(office.runtime, OURS, "asking", "Asking", Definition(triggers=(), steps=(step,)))
    for page in ("/automations/asking", "/automations/asking/draft"):
        assert TOLD in text_of((await person.get(page)).text), page


async def test_a_sequence_tells_of_its_texts_while_they_are_written_and_then(
    office: Office, signed_in: SignedIn
) -> None:
    person = await signed_in(Role.APPROVER)
    where = f"/sequences/sequence-{OURS}"
    form = {
        "id": "one",
        "wait_days": "2",
        "subject": "Hello",
        "content": ASKS,
        "position": "1",
        "contact": "",
    }
    seen = f"{where}/steps/new"
    assert TOLD in text_of((await person.post(f"{where}/steps/preview", form, seen=seen)).text)
    own = form | {"content": "Reply ADIOS to cancel your appointment"}
    await change_company(office.runtime, OURS, consent={"opt_out_words": ("adiós",)})
    assert "answer ADIOS" in text_of((await person.post(f"{where}/steps/preview", own, seen=seen)).text)
    sequence = await office.stores.sequences.get(OURS, f"sequence-{OURS}")
    steps = (replace(sequence.steps[0], content=ASKS), *sequence.steps[1:])
    await office.stores.sequences.save(OURS, sequence.id, replace(sequence, steps=steps))
    assert TOLD in text_of((await person.get(where)).text)
