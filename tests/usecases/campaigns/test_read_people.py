"""How many people an audience is for, and how many only its exclusions keep out: as many as a fire plans."""

from shared.domain.campaigns.audience import (
    ListMembers,
    PastedAddresses,
    PeopleAudience,
    PickedContacts,
    SegmentMembers,
)
from shared.domain.contacts.segment import HasTag
from shared.usecases.campaigns.read_people import PeopleCount, read_people
from tests.kit.clinic import Clinic
from tests.usecases.conftest import clinic
from tests.usecases.fires.test_people import ANA, BEN, CLEO, DAN, SMS, a_person, know, ready, segment

__all__ = ["clinic"]
STRANGER, OTHER = "+12125550193", "+12125550194"


async def test_each_person_is_counted_once_whether_in_or_left_out(clinic: Clinic) -> None:
    await know(
        clinic,
        a_person("ana", ANA, "vip", list_ids=("spring",)),
        a_person("ben", BEN, "vip"),
        a_person("cleo", CLEO, list_ids=("staff",)),
        a_person("dan", DAN, "vip", list_ids=("staff",)),
        a_person("eve", "+12125550191"),
    )
    vips: SegmentMembers = await segment(clinic, HasTag(value="vip"))
    pasted = PastedAddresses(channel=SMS, addresses=(ANA, CLEO, DAN, STRANGER, OTHER))
    include = (vips, ListMembers(list_id="spring"), pasted)
    no = PastedAddresses(channel=SMS, addresses=(OTHER,))
    # Cleo and Dan are staff, the other is refused by address; Eve is nowhere, and so left out by nothing.
    exclude = (PickedContacts(contact_ids=("cleo", "eve")), no)
    told = PeopleAudience(include=include, exclude=(*exclude, PickedContacts(contact_ids=("dan",))))
    counted = await read_people(
        clinic.runtime, clinic.company_id, told, {SMS.record.address}, clinic.runtime.now()
    )
    assert counted == PeopleCount(count=3, left_out=3)
    everybody = PeopleAudience(include=include)
    counted = await read_people(
        clinic.runtime, clinic.company_id, everybody, {SMS.record.address}, clinic.runtime.now()
    )
    assert counted == PeopleCount(count=6, left_out=0)


async def test_a_fire_plans_as_many_as_were_counted(clinic: Clinic) -> None:
    await know(clinic, a_person("ana", ANA, "vip"), a_person("ben", BEN, "vip"))
    vips = await segment(clinic, HasTag(value="vip"))
    pasted = PastedAddresses(channel=SMS, addresses=(BEN, STRANGER))
    audience = PeopleAudience(include=(vips, pasted), exclude=(PickedContacts(contact_ids=("ben",)),))
    counted = await read_people(
        clinic.runtime, clinic.company_id, audience, {SMS.record.address}, clinic.runtime.now()
    )
    await ready(clinic, *audience.include, exclude=audience.exclude)
    report = await clinic.report(await clinic.fire())
    assert counted == PeopleCount(count=2, left_out=1)
    assert report.ledger.planned == counted.count
