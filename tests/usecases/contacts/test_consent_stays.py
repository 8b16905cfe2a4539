"""Whatever is done to contacts, who said STOP is not written to: the refusal is of the address."""

from collections.abc import Awaitable, Callable

import pytest

from shared.domain.campaigns.audience import Everybody
from shared.domain.contacts.contact import Consent, ContactAddress
from shared.domain.messages.message import MessageState
from shared.domain.record import replace
from shared.usecases.contact_imports.start_import import begin_undo
from shared.usecases.contacts.delete_contact import delete_contact
from shared.usecases.contacts.merge_contacts import MergeWish, merge_contacts, undo_merge
from tests.kit.clinic import Clinic
from tests.usecases.contact_imports.office import done, load
from tests.usecases.fires.test_people import ANA, BEN, SMS, STAFF, a_person, know, ready

SUBSCRIBED = ContactAddress(channel=SMS, address=ANA, consent=Consent.SUBSCRIBED, is_preferred=True)


async def imported(clinic: Clinic) -> None:
    """A file says that they agreed, in another spelling of the number."""
    item = await load(clinic, "Key,Phone,Phone consent\nP1,(212) 555-0187,subscribed\nP2,212.555.0187,yes\n")
    assert item.counts.kept_refusals == 2


async def undone(clinic: Clinic) -> None:
    """A file that told the refusal once more is taken back."""
    item = await load(clinic, "Key,Phone,Phone consent\nP1,2125550187,unsubscribed\n")
    await begin_undo(clinic.runtime, "acme", item.id)
    await done(clinic, item.id)


async def merged(clinic: Clinic) -> None:
    """Two contacts become one; the other says that its address agreed."""
    await know(clinic, a_person("anna", BEN, addresses=(replace(SUBSCRIBED, is_preferred=False),)))
    wish = MergeWish(survivor_id="anna", other_id="ana")
    await merge_contacts(clinic.runtime, "acme", "m1", wish, STAFF)


async def parted(clinic: Clinic) -> None:
    """And are two again."""
    await merged(clinic)
    await undo_merge(clinic.runtime, "acme", "m1", STAFF)


async def made_again(clinic: Clinic) -> None:
    """The contact is deleted and comes again, as one who agreed."""
    await delete_contact(clinic.runtime, "acme", "ana", STAFF)
    await know(clinic, a_person("ana2", ANA, addresses=(SUBSCRIBED,)))


@pytest.mark.parametrize("change", [imported, undone, merged, parted, made_again])
async def test_nothing_done_to_contacts_raises_consent(
    clinic: Clinic, change: Callable[[Clinic], Awaitable[None]]
) -> None:
    await know(clinic, a_person("ana", ANA))
    await clinic.write(ANA, "STOP")
    await change(clinic)
    await ready(clinic, Everybody())
    await clinic.fire()
    told = [one for one in await clinic.messages() if one.address == ANA]
    assert {one.state for one in told} <= {MessageState.SKIPPED}
    assert await clinic.accepted(ANA) == []
