"""Define a field of a company's own, or name it anew."""

from shared.domain.contacts.contact_field import MOST_FIELDS, ContactField, check_field
from shared.domain.errors import Conflict
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime


async def create_contact_field(runtime: Runtime, company_id: str, field: ContactField) -> ContactField:
    """Store a new field; the same again changes nothing.

    Raises InvalidInput for a name that is taken, and Conflict when there is another of that id or too many.
    """
    check_field(field)
    fields = runtime.stores.contact_fields
    there = (await fields.page(company_id, limit=MOST_FIELDS)).items
    if len(there) >= MOST_FIELDS and field.id not in {one.id for one in there}:
        raise Conflict(f"There are {MOST_FIELDS} fields, which is as many as there can be: delete one.")
    if await fields.add(company_id, field.id, field):
        return field
    current = await fields.get(company_id, field.id)
    if (current.name, current.kind) != (field.name, field.kind):
        raise Conflict(f"There is a field {field.id!r} already, of the kind {current.kind}.")
    return current


async def edit_contact_field(runtime: Runtime, company_id: str, field_id: str, name: str) -> ContactField:
    """Change what people read. Raises NotFound."""
    fields = runtime.stores.contact_fields

    async def rename(transaction: Transaction) -> ContactField:
        current = await fields.get(company_id, field_id, transaction)
        named = replace(current, name=name)
        fields.put(transaction, company_id, field_id, named)
        return named

    return await transact(runtime.stores.db, rename)
