"""Members of lists that ask for double opt-in: an audience sees only those who have confirmed."""

from collections.abc import Collection, Mapping, Sequence

from shared.domain.channels.address_kinds import AddressKind
from shared.domain.companies.company import Company
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.double_opt_in import consent_ids, without_unconfirmed
from shared.runtime import Runtime
from shared.views.confirmed_lists import confirming_lists


class ConfirmedMembers:
    """Contacts as an audience sees them. Nothing is read where no list asks."""

    def __init__(
        self, runtime: Runtime, company_id: str, list_ids: Collection[str], kinds: Collection[AddressKind]
    ) -> None:
        self._runtime, self._company_id = runtime, company_id
        self._list_ids, self._kinds = list_ids, kinds

    async def seen(self, contacts: Sequence[Contact]) -> Mapping[str, Contact]:
        """Those who are on lists that ask, by id: without the lists that they have not confirmed."""
        members = [one for one in contacts if any(item in self._list_ids for item in one.list_ids)]
        if not members:
            return {}
        wanted = {item for one in members for item in consent_ids(one, self._list_ids, self._kinds)}
        stored = await self._runtime.stores.list_consents.find_many(self._company_id, wanted)
        given = {item for item, one in stored.items() if one.confirmed_at is not None}
        return {one.id: without_unconfirmed(one, self._list_ids, self._kinds, given) for one in members}


async def open_confirmed(
    runtime: Runtime, company: Company, kinds: Collection[AddressKind]
) -> ConfirmedMembers:
    """What knows the company's lists that ask. `kinds` are those of the addresses that are written to."""
    lists = await confirming_lists(runtime, company.id) if company.has_confirmed_lists else []
    return ConfirmedMembers(runtime, company.id, frozenset(one.id for one in lists), kinds)
