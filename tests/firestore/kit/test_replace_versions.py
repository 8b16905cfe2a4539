"""Records changed each for itself: what another wrote in between stays, and the others are written."""

from shared.domain.fires.fire_cost import Unit
from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import Delivery
from shared.domain.record import replace
from shared.firestore.kit.documents import Change
from shared.metering import NO_FIRE, metered
from tests.kit.builders import NOON, a_message
from tests.kit.clinic import Clinic

COMPANY = "acme"


async def test_only_what_another_wrote_in_between_is_refused(clinic: Clinic) -> None:
    stores = clinic.stores
    ids = ["m1", "m2", "gone", "m3"]
    for item_id in ids:
        await stores.messages.save(COMPANY, item_id, a_message(id=item_id, state=MessageState.SENDING))
    found = await stores.messages.find_versions(COMPANY, [*ids, "never"])
    assert sorted(found) == sorted(ids)
    answered = replace(found["m2"].record, state=MessageState.SENT, provider_id="SM2")
    await stores.messages.save(COMPANY, "m2", answered)
    await stores.messages.remove(COMPANY, ["gone"])
    changes = {
        item_id: Change(one.record, replace(one.record, delivery=Delivery.DELIVERED), one.written_at)
        for item_id, one in found.items()
    }
    with metered() as meter:
        refused = await stores.messages.replace_versions(COMPANY, changes)
    assert refused == {"m2", "gone"}
    assert meter[NO_FIRE] == {Unit.WRITES: 2}
    assert await stores.messages.get(COMPANY, "m2") == answered
    assert await stores.messages.find(COMPANY, "gone") is None
    for item_id in ("m1", "m3"):
        assert (await stores.messages.get(COMPANY, item_id)).delivery is Delivery.DELIVERED


async def test_only_what_differs_is_written(clinic: Clinic) -> None:
    """What a newer version has added stays, what is None now goes, and the end of keeping is set."""
    stores = clinic.stores
    message = a_message(state=MessageState.UNKNOWN, reason="Nobody knows.", sending_at=NOON)
    await stores.messages.save(COMPANY, "m1", message)
    await stores.messages.ref(COMPANY, "m1").update({"of_a_newer_version": 7, "body": "changed by hand"})
    found = await stores.messages.find_versions(COMPANY, ["m1"])
    sent = replace(found["m1"].record, state=MessageState.SENT, reason=None, sent_at=NOON)
    change = Change(found["m1"].record, sent, found["m1"].written_at)
    assert await stores.messages.replace_versions(COMPANY, {"m1": change}) == set()
    assert await stores.messages.get(COMPANY, "m1") == sent
    document = (await stores.messages.ref(COMPANY, "m1").get()).to_dict() or {}
    assert document["of_a_newer_version"] == 7
    assert "reason" not in document
    assert document["expires_at"] > NOON
