"""Of a person who is forgotten nothing is left in what imports of contacts keep: at once, not at its end."""

from shared.domain.contacts.contact_import import ImportState
from shared.domain.contacts.segment import Activity, HasActivity
from shared.domain.deletion import DeletionState
from shared.domain.record import replace
from shared.views.segments import count_segment
from tests.kit.clinic import Clinic
from tests.kit.traces import traces
from tests.usecases.contact_imports.office import load
from tests.usecases.contacts.test_forget_person import ANA, HERS, forget

HEADER = "Key;Name;Phone\n"
THEIRS = "1;Anastasia;(212) 555-0187\n"
OTHERS = "2;Ben;(212) 555-0188\n"
REJECTED = '3;"Carla ""C"", and";+1\n4;Anastasia;+1 212 555 0187, +1\n'


async def test_uploads_that_hold_them_go_and_others_stay(clinic: Clinic) -> None:
    theirs = await load(clinic, HEADER + THEIRS + OTHERS + REJECTED)
    others = await load(clinic, HEADER + OTHERS)
    unread = await load(clinic, b"PK\x03\x04 no workbook")
    assert (theirs.counts.created, theirs.counts.rejected) == (2, 2)
    assert unread.state is ImportState.REFUSED
    deletion = await forget(clinic)
    assert deletion.state is DeletionState.DONE
    assert (deletion.removed["uploads"], deletion.removed["rejected_rows"]) == (2, 1)
    assert await clinic.runtime.files.find(others.object_name)
    assert await traces(clinic, HERS) == []
    [rest] = [
        b"".join([piece async for piece in clinic.runtime.files.read(name)]).decode()
        for name in await clinic.runtime.files.list_names(f"{theirs.folder}/rejected")
    ]
    assert rest.count("\r\n") == 2
    assert '3;"Carla ""C"", and";' in rest


async def test_an_import_at_work_is_left_for_another_run(clinic: Clinic) -> None:
    item = await load(clinic, HEADER + THEIRS)
    stores = clinic.stores.contact_imports
    await stores.save("acme", item.id, replace(item, state=ImportState.UNDOING))
    assert (await forget(clinic)).left == {"imports": 1}
    await stores.save("acme", item.id, item)
    assert (await forget(clinic)).state is DeletionState.DONE
    assert await clinic.runtime.files.find(item.object_name) is None


async def test_what_became_of_their_messages_is_forgotten_too(clinic: Clinic) -> None:
    await clinic.fire_for(ANA)
    await forget(clinic)
    await load(clinic, HEADER + THEIRS)
    sent = HasActivity(activity=Activity.SENT, days=7)
    assert (await count_segment(clinic.runtime, "acme", sent)).count == 0
