"""The audit log: what somebody changes is noted in the same commit, whichever way it is written."""

import pytest

from shared.acting import acting
from shared.domain.channels.channel import Channel
from shared.domain.companies.audit_record import Act, ActorKind, AuditAction, AuditRecord
from shared.domain.companies.user import Role
from shared.domain.errors import Conflict
from shared.domain.record import replace
from shared.firestore.kit.audited import AUDITED, NOT_AUDITED
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.stores import Stores
from shared.usecases.companies.require_approval import require_approval
from shared.usecases.contacts.save_opt_out import save_opt_out
from shared.usecases.users.create_user import create_user
from tests.kit.api.office import OURS, THEIRS, Office
from tests.kit.builders import NOON, a_template
from tests.kit.portal.visitor import Visitor
from tests.portal.conftest import PASSWORD, office

__all__ = ["office"]


def _act(act_id: str = "act1") -> Act:
    return Act(
        id=act_id,
        kind=ActorKind.USER,
        actor_id="u1",
        actor_name="Dana",
        came_from="203.0.113.7",
        operation="change_template",
        at=NOON,
    )


async def _log(office: Office, company_id: str = OURS) -> list[AuditRecord]:
    found = [one async for page in office.stores.audit_records.each_page(company_id) for one in page]
    return [one for one in found if one.id != f"audit-{company_id}"]


def test_every_collection_is_audited_or_says_why_not() -> None:
    names = {collection.name for collection in Stores(None).all()} | {"companies"}  # type: ignore[arg-type]
    assert AUDITED.keys() | NOT_AUDITED.keys() == names
    assert not AUDITED.keys() & NOT_AUDITED.keys()


async def test_each_way_to_write_is_noted_with_before_and_after(office: Office) -> None:
    templates, template = office.stores.templates, a_template(id="t1", name="Reminder")

    async def rename(transaction: Transaction) -> None:
        found = await templates.get(OURS, "t1", transaction)
        templates.put(transaction, OURS, "t1", replace(found, name="Notice"))

    with acting(_act()):
        assert await templates.add(OURS, "t1", template)
        await transact(office.stores.db, rename)
        await templates.save(OURS, "t1", replace(template, name="Bill"))
        await templates.remove(OURS, ["t1"])
        await require_approval(office.runtime, OURS, 50, by="u1")
    found = {(item.noun, item.action, item.name): item for one in await _log(office) for item in one.items}
    assert set(found) == {
        ("template", AuditAction.CREATED, "Reminder"),
        ("template", AuditAction.CHANGED, "Notice"),
        ("template", AuditAction.CHANGED, "Bill"),
        ("template", AuditAction.DELETED, "Bill"),
        ("company", AuditAction.CHANGED, "Acme"),
    }
    [renamed] = found["template", AuditAction.CHANGED, "Notice"].fields
    assert (renamed.name, renamed.before, renamed.after) == ("name", "Reminder", "Notice")
    [approval] = found["company", AuditAction.CHANGED, "Acme"].fields
    assert (approval.name, approval.before, approval.after) == ("approval_above", None, "50")
    for record in await _log(office):
        who = (record.by, record.by_id, record.by_name, record.came_from, record.operation, record.at)
        assert who == (ActorKind.USER, "u1", "Dana", "203.0.113.7", "change_template", NOON)
    assert await _log(office, THEIRS) == []


async def test_nothing_is_noted_of_what_nobody_did_or_what_did_not_change(office: Office) -> None:
    template = a_template(id="t1")
    await office.stores.templates.save(OURS, "t1", template)  # a worker's, say
    with acting(_act()):
        await office.stores.templates.save(OURS, "t1", template)
        with acting(None):  # a job that was done inline
            await office.stores.templates.save(OURS, "t1", replace(template, name="Other"))
    assert await _log(office) == []


async def test_what_is_not_committed_is_not_noted_and_what_is_tried_again_is_noted_once(
    office: Office,
) -> None:
    async def change(transaction: Transaction) -> None:
        office.stores.templates.put(transaction, OURS, "t1", a_template(id="t1"))
        raise Conflict("Another thought.")

    with acting(_act()), pytest.raises(Conflict):
        await transact(office.stores.db, change)
    assert await _log(office) == []
    with acting(_act()):
        for _ in range(2):  # as after a commit that was applied but reported an error
            await office.stores.templates.add(OURS, "t1", a_template(id="t1"))
    assert len(await _log(office)) == 1


async def test_secrets_and_what_belongs_to_people_leave_no_value(office: Office) -> None:
    with acting(_act()):
        await save_opt_out(office.runtime, OURS, Channel("sms"), "+12125550111", "by phone", by="u1")
    [record] = await _log(office)
    assert "2125550111" not in str(record)
    assert "by phone" not in str(record)
    assert {field.name for item in record.items for field in item.fields} > {"address", "is_active"}


async def test_the_api_and_the_portal_say_who_it_was(office: Office) -> None:
    made = (await office.post("/v1/api-keys", {"name": "night", "scopes": ["read"]})).json()
    listed = (await office.get("/v1/audit-records?noun=API key")).json()["items"]
    [ours] = [one for one in listed if one["operation"] == "create_key"]
    assert (ours["by"], ours["by_name"], ours["items"][0]["id"]) == ("api_key", "Test", made["id"])
    shown = {field["name"]: field["after"] for field in ours["items"][0]["fields"]}
    assert shown["scopes"] == "read"
    assert shown["digest"] is None
    assert made["key"].rpartition("_")[2] not in str(listed)
    await create_user(office.runtime, OURS, "ada@acme.example.org", "Ada", Role.ADMIN, PASSWORD)
    ada = Visitor(office.runtime)
    await ada.sign_in("ada@acme.example.org", PASSWORD)
    await ada.post("/settings/approval", {"approval_above": "7"}, seen="/settings/approval")
    await ada.get("/settings/audit?noun=company")
    assert "approval above: nothing → 7" in ada.says
    assert "Ada" in ada.says
    assert "from 203.0.113.7" in ada.says
    assert "create key" not in ada.says  # the operation that made the key
    file = await ada.get("/settings/audit/log.csv?noun=company")
    lines = file.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "203.0.113.7" in lines[1]
    assert "approval above: nothing → 7" in lines[1]
    await ada.close()
