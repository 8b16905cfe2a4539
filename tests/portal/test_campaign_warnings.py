"""What the portal says of words that carriers take for something else."""

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.companies.user import Role
from shared.domain.record import replace
from tests.kit.api.office import OURS, Office
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
