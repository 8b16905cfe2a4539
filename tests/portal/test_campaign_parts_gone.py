"""A draft of which something is gone says what to do, where it is edited."""

from shared.domain.campaigns.audience import FileAudience
from shared.domain.campaigns.campaign import Campaign
from shared.domain.companies.user import Role
from shared.domain.record import replace
from tests.kit.api.office import OURS, Office
from tests.portal.conftest import SignedIn

HERE = f"/campaigns/campaign-{OURS}/edit"


async def test_a_draft_whose_text_is_gone_has_it_written_again(office: Office, signed_in: SignedIn) -> None:
    person, stores = await signed_in(Role.EDITOR), office.stores
    known = await _draft(office)
    page = await person.get(HERE)
    assert page.status_code == 200
    assert "text that this draft had is gone" in person.says

    typed = {
        "id": known.id,
        "name": "Reminders",
        "sender_id": f"sender-{OURS}",
        "template_id": "gone",
        "body": "See you tomorrow.",
    }
    hours = {"days": ["1", "2"], "opens": "09:00", "closes": "19:00"}
    answer = await person.post(f"/campaigns/{known.id}", typed | hours)
    assert answer.status_code == 303, person.says
    changed = await stores.campaigns.get(OURS, known.id)
    text = await stores.templates.get(OURS, changed.steps[0].template_id)
    assert text.body == "See you tomorrow."
    assert "is gone" not in (await person.get(HERE)).text


async def test_a_draft_whose_file_is_gone_says_to_make_another(office: Office, signed_in: SignedIn) -> None:
    person, stores = await signed_in(Role.EDITOR), office.stores
    await _draft(office)
    await stores.files.remove(OURS, [f"file-{OURS}"])
    page = await person.get(HERE)
    assert page.status_code == 409
    assert "Make a new campaign for another file" in person.says


async def _draft(office: Office) -> Campaign:
    """For the office's one file, with a text that is not there."""
    known = await office.stores.campaigns.get(OURS, f"campaign-{OURS}")
    step = replace(known.steps[0], template_id="gone", sender_id=f"sender-{OURS}")
    audience = FileAudience(source_id=f"source-{OURS}", file_id=f"file-{OURS}")
    draft = replace(known, steps=(step,), audience=audience)
    await office.stores.campaigns.save(OURS, known.id, draft)
    return draft
