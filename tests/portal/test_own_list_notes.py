"""What staff are told of the list that a provider keeps besides, when they end a refusal."""

import re

import pytest
import pytest_asyncio

from shared.domain.channels.channel import Channel
from shared.domain.companies.user import Role
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.contacts.contact_edit import AddressEdit, ContactEdit
from shared.domain.contacts.opt_out import Clearing, OptOut, OptOutSource
from shared.domain.record import replace
from shared.usecases.contacts.save_contact import create_contact
from tests.kit.api.office import OURS, Office
from tests.kit.builders import an_opt_out
from tests.kit.portal.visitor import Visitor
from tests.portal.conftest import SignedIn

GUS, MAIL = "gus@patients.example", Channel("email")


@pytest_asyncio.fixture
async def editor(signed_in: SignedIn) -> Visitor:
    return await signed_in(Role.EDITOR)


@pytest_asyncio.fixture
async def refusal(office: Office) -> OptOut:
    """Of somebody who unsubscribed with SendGrid."""
    found = an_opt_out(GUS, channel=MAIL, source=OptOutSource.PROVIDER)
    await office.stores.opt_outs.save(OURS, found.id, found)
    return found


async def test_who_is_still_on_the_providers_list_is_seen(
    office: Office, editor: Visitor, refusal: OptOut
) -> None:
    since = refusal.changed_at.isoformat()
    await editor.post(f"/opt-outs/{refusal.id}/end", {"text": "By phone", "since": since}, seen="/opt-outs")
    await editor.get("/opt-outs?ended=1")
    assert "may be written to again. SendGrid is being asked to take the address off" in editor.says
    over = await office.stores.opt_outs.get(OURS, refusal.id)
    assert over.clearing is not Clearing.REFUSED
    assert "SendGrid keeps a list" not in (await editor.get("/opt-outs?ended=1")).text
    await office.stores.opt_outs.save(OURS, over.id, replace(over, clearing=Clearing.REFUSED))
    await editor.get("/opt-outs?ended=1")
    assert "By phone SendGrid keeps a list of its own" in editor.says
    assert "Suppressions > Global Unsubscribes" in editor.says


@pytest.mark.usefixtures("refusal")
async def test_at_a_persons_page_too(office: Office, editor: Visitor) -> None:
    edit = ContactEdit(name="Gus", addresses=(AddressEdit(channel=MAIL, address=GUS),))
    await create_contact(office.runtime, OURS, "gus", edit, Author(ChangedBy.SYSTEM, "a test"))
    shown = re.search('name="since" value="(.+)"', (await editor.get("/contacts/gus")).text)
    assert shown is not None
    told = {"address": f"email {GUS}", "note": "By phone", "since": shown[1]}
    await editor.post("/contacts/gus/agreed", told, seen="/contacts/gus")
    await editor.get("/contacts/gus")
    assert "The change is stored. SendGrid is being asked to take the address off" in editor.says
