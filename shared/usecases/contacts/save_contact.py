"""Make a contact, or change it."""

from collections.abc import Mapping

from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.channels.addresses import normalize
from shared.domain.contacts.check_contact import check_contact
from shared.domain.contacts.contact import Consent, Contact
from shared.domain.contacts.contact_changes import Author
from shared.domain.contacts.contact_edit import AddressEdit, ContactEdit, edited
from shared.domain.contacts.contact_field import check_values
from shared.domain.contacts.opt_out import OptOut, active, opt_out_ids
from shared.domain.errors import Conflict, InvalidInput, NotFound, Problem
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.usecases.contacts.change_one import change_one
from shared.usecases.contacts.save_opt_out import save_opt_out


async def create_contact(
    runtime: Runtime, company_id: str, contact_id: str, edit: ContactEdit, author: Author
) -> Contact:
    """A new contact; with the same id again, nothing changes.

    Raises InvalidInput, and Conflict when another one has its key.
    """
    edit = await _read(runtime, company_id, edit)
    now = runtime.now()
    contact = edited(Contact(id=contact_id, created_at=now, changed_at=now), edit, author.kind, now)
    check_contact(contact)
    await _note_refusals(runtime, company_id, edit, author)
    made = await change_one(runtime, company_id, contact_id, lambda current: current or contact, author)
    return made or contact


async def edit_contact(
    runtime: Runtime, company_id: str, contact_id: str, edit: ContactEdit, author: Author
) -> Contact:
    """Change what the edit names; others' changes of other things stay.

    Raises NotFound, InvalidInput, and Conflict when the contact has another version than the edit names, or
    another contact has its key.
    """
    edit = await _read(runtime, company_id, edit)
    now = runtime.now()

    def change(current: Contact | None) -> Contact:
        if current is None:
            raise NotFound("contact", contact_id)
        if edit.version not in (None, current.version):
            raise Conflict(f"The contact has version {current.version}, not {edit.version}: read it again.")
        after = edited(current, edit, author.kind, now)
        check_contact(after)
        return after

    change((await runtime.stores.contact_shards.contacts(company_id, [contact_id])).get(contact_id))
    await _note_refusals(runtime, company_id, edit, author)
    changed = await change_one(runtime, company_id, contact_id, change, author)
    if changed is None:
        raise NotFound("contact", contact_id)
    return changed


async def _read(runtime: Runtime, company_id: str, edit: ContactEdit) -> ContactEdit:
    """The edit with everything in its one form. Raises InvalidInput."""
    stores, problems = runtime.stores, list[Problem]()
    definitions = await stores.contact_fields.find_many(company_id, edit.fields)
    values, wrong = check_values(edit.fields, definitions)
    problems += wrong
    lists = {*(edit.list_ids or ()), *edit.add_list_ids}
    known = await stores.contact_lists.find_many(company_id, lists)
    problems += [
        Problem(field="list_ids", reason=f"there is no list {one!r}") for one in sorted(lists - known.keys())
    ]
    if edit.addresses is not None:
        addresses = await _addresses(runtime, company_id, edit.addresses, problems)
        edit = replace(edit, addresses=addresses)
    if problems:
        raise InvalidInput(*problems)
    return replace(edit, fields=dict.fromkeys(edit.fields) | values)


async def _addresses(
    runtime: Runtime, company_id: str, edits: tuple[AddressEdit, ...], problems: list[Problem]
) -> tuple[AddressEdit, ...]:
    """The addresses in their one form, and what is wrong with others."""
    company, found = await runtime.stores.companies.get(company_id), list[AddressEdit]()
    for place, one in enumerate(edits):
        try:
            address = normalize(one.channel, one.address, company.default_region, allows_possible=True)
            found.append(replace(one, address=address))
        except AddressInvalid as invalid:
            problems.append(Problem(field=f"addresses[{place}].address", reason=invalid.reason))
    if not problems:
        problems += _refused(found, await _refusals(runtime, company_id, found))
    return tuple(found)


async def _refusals(runtime: Runtime, company_id: str, edits: list[AddressEdit]) -> Mapping[str, OptOut]:
    ids = {
        item_id
        for one in edits
        if one.consent is Consent.SUBSCRIBED
        for item_id in opt_out_ids(one.channel, one.address)
    }
    stored = active((await runtime.stores.opt_outs.find_many(company_id, ids)).values())
    return {item_id: one for item_id, one in stored.items() if not one.is_bounce}


def _refused(edits: list[AddressEdit], refusals: Mapping[str, OptOut]) -> list[Problem]:
    """Those that are to be subscribed and have refused."""
    problems = []
    for place, one in enumerate(edits):
        held = [item_id for item_id in opt_out_ids(one.channel, one.address) if item_id in refusals]
        if one.consent is Consent.SUBSCRIBED and held:
            reason = f"has refused; if they agreed again, end that first: POST /v1/opt-outs/{held[0]}/end"
            problems.append(Problem(field=f"addresses[{place}].consent", reason=reason))
    return problems


async def _note_refusals(runtime: Runtime, company_id: str, edit: ContactEdit, author: Author) -> None:
    """Refusals are opt-outs: they hold for the address, whoever else has it."""
    by = f"{author.kind.replace('_', ' ')} {author.id}"
    for one in edit.addresses or ():
        if one.consent is Consent.UNSUBSCRIBED:
            await save_opt_out(runtime, company_id, one.channel, one.address, one.consent_note, by=by)
