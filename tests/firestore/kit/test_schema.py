"""Documents of older and newer versions of the code: upgraded when read, and never half-read or cut down."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec import Struct

from shared.domain.errors import NewerDocument
from shared.domain.job import SendBatch
from shared.domain.messages.message import Message, MessageState
from shared.domain.record import replace
from shared.domain.templates.template import Template
from shared.firestore.kit import codec, schema
from shared.firestore.kit.codec import from_document, overwriting, to_document
from shared.firestore.kit.collection import Collection
from shared.firestore.kit.schema import Upgrade
from shared.firestore.kit.transactions import transact
from shared.usecases.run_job import run_job
from tests.kit.builders import NOON, a_message, a_template
from tests.kit.clinic import Clinic


class Label(Struct, frozen=True, kw_only=True):
    """A record of the tests."""

    id: str
    text: str
    color: str = "none"


UPGRADES = (
    Upgrade(change=lambda fields: {**fields, "text": fields["name"]}, removes=("name",)),
    Upgrade(change=lambda fields: {**fields, "text": fields["text"].upper()}),
)


@pytest.fixture
def versions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Labels are in their third version."""
    monkeypatch.setitem(schema.UPGRADES, Label, UPGRADES)
    codec._known_fields.cache_clear()


def test_a_document_without_a_version_is_of_the_first() -> None:
    written = to_document(a_template())
    assert written.pop("schema") == 1
    assert from_document(Template, "reminder", written) == a_template()


@pytest.mark.usefixtures("versions")
@pytest.mark.parametrize(
    "stored", [{"name": "urgent"}, {"schema": 1, "name": "urgent"}, {"schema": 2, "text": "urgent"}]
)
def test_an_older_document_is_upgraded_step_by_step(stored: dict[str, Any]) -> None:
    assert from_document(Label, "a", stored) == Label(id="a", text="URGENT")
    assert from_document(Label, "a", {"schema": 3, "text": "urgent"}) == Label(id="a", text="urgent")


@pytest.mark.usefixtures("versions")
def test_a_newer_document_is_refused() -> None:
    with pytest.raises(NewerDocument, match="Label has version 4; this code knows versions up to 3"):
        from_document(Label, "a", {"schema": 4, "text": "urgent"})


@pytest.mark.usefixtures("versions")
async def test_what_is_written_over_an_older_document_leaves_nothing_of_its_shape(clinic: Clinic) -> None:
    labels = Collection(clinic.stores.db, "labels", Label, "label")
    await labels.ref("acme", "a").set({"name": "urgent", "color": "red"})
    read = await labels.get("acme", "a")
    await labels.save("acme", "a", read)
    stored = (await labels.ref("acme", "a").get()).to_dict()
    assert stored == {"schema": 3, "text": "URGENT", "color": "red"}


async def test_a_field_that_a_newer_worker_added_outlives_an_older_one(clinic: Clinic) -> None:
    """A deploy in midstream: what is not known is neither read nor dropped, however the record is written."""
    messages = clinic.stores.messages
    message = a_message(reason="to be forgotten")
    document, _ = overwriting(message)
    new_fields = {"mood": "cheerful", "marks": {"deep": [1, 2]}}
    await messages.ref("acme", "m1").set(to_document(message) | new_fields)

    async def change(transaction: Any) -> None:
        found = await messages.get("acme", "m1", transaction)
        messages.put(transaction, "acme", "m1", replace(found, state=MessageState.SENT, reason=None))

    await transact(clinic.stores.db, change)
    batch = clinic.stores.db.batch()
    messages.put(batch, "acme", "m1", replace(await messages.get("acme", "m1"), code="c"))
    await batch.commit()
    await messages.save("acme", "m1", replace(await messages.get("acme", "m1"), sent_at=NOON))
    stored = (await messages.ref("acme", "m1").get()).to_dict() or {}
    assert {name: stored[name] for name in new_fields} == new_fields
    assert (stored["state"], stored["code"], stored["schema"]) == ("sent", "c", 1)
    assert "reason" not in stored  # what became None is deleted
    assert {*document, "expires_at", "address_key", "about_day"} >= set(stored) - set(new_fields)


async def test_a_job_on_a_newer_document_changes_nothing(clinic: Clinic) -> None:
    """The worker asks for another delivery, which a newer worker will get (see test_triggers)."""
    clinic.runs_jobs = False
    await clinic.load({})
    await clinic.ready()
    await clinic.fire()
    await clinic.run_published()
    [job] = [job for job in clinic.published if isinstance(job, SendBatch)]
    [message] = await clinic.messages()
    newer = {"schema": 99, "state": {"of": "another shape"}}
    await clinic.stores.messages.ref("acme", message.id).set(newer, merge=True)
    with pytest.raises(NewerDocument):
        await run_job(clinic.runtime, job)
    stored = (await clinic.stores.messages.ref("acme", message.id).get()).to_dict() or {}
    assert (stored["schema"], stored["state"]) == (99, {"of": "another shape"})
    assert await clinic.accepted() == []
    # The newer version takes it up when the lease is over.
    await clinic.stores.messages.save("acme", message.id, message)
    clock = clinic.stop_clock(clinic.runtime.now())
    clock.at += timedelta(seconds=clinic.runtime.settings.lease_seconds + 1)
    await run_job(clinic.runtime, job)
    assert len(await clinic.accepted()) == 1


def test_absent_optional_fields_take_their_defaults() -> None:
    written = to_document(a_message())
    needed = {name: value for name, value in written.items() if name not in ("attempt", "state", "schema")}
    assert from_document(Message, "m1", needed) == a_message()
