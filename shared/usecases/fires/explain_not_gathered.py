"""Why somebody has no message of a campaign for people: each part of its audience is asked again."""

from collections.abc import Iterable

from shared.domain.campaigns.audience import Chosen, PeopleAudience
from shared.domain.campaigns.content import CampaignContent
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_source import values_of
from shared.domain.contacts.past import opt_outs_at
from shared.domain.errors import Conflict
from shared.domain.fires.explain_absence import (
    brings_addresses,
    changed_words,
    excluded_words,
    is_named,
    not_named_words,
)
from shared.domain.fires.explanation import Absence, Explanation, absent
from shared.domain.fires.fire import Fire
from shared.domain.fires.gathering import contact_meant, values_of_brought
from shared.domain.fires.recipient import Recipient
from shared.domain.local_time import clock_words
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.usecases.campaigns.find_source import sources_of_rows
from shared.usecases.campaigns.read_brought import Brought, read_brought
from shared.usecases.fires.explain_planned import Missing, explain_planned
from shared.usecases.fires.read_audience_facts import read_audience_facts
from shared.views.one_person import ContactThen, OnePerson, contact_at, read_opt_outs

MOST_NAMED = 5  # parts of an audience in one explanation
MOST_BROUGHT = 300_000  # rows of a file that are looked through for an address


async def explain_not_gathered(
    runtime: Runtime, company_id: str, person: OnePerson, fire: Fire, content: CampaignContent
) -> Missing:
    """Which part of the audience did not take the person, or kept them out."""
    audience = content.campaign.audience
    if not isinstance(audience, PeopleAudience):
        raise TypeError(f"the campaign {fire.campaign_id} is for files")
    asking = _Asking(runtime, company_id, person, fire, content, audience)
    await asking.open()
    found = await asking.explain()
    return replace(found, notes=(*found.notes, *asking.notes()))


class _Asking:
    """One person, and the parts of one audience."""

    def __init__(
        self,
        runtime: Runtime,
        company_id: str,
        person: OnePerson,
        fire: Fire,
        content: CampaignContent,
        audience: PeopleAudience,
    ) -> None:
        self._runtime, self._company_id, self._person = runtime, company_id, person
        self._fire, self._content, self._audience = fire, content, audience
        self._unread: list[str] = []

    async def open(self) -> None:
        """Read what the audience names, and what the contact was when it fired."""
        runtime, company_id, at = self._runtime, self._company_id, self._fire.fired_at
        self._company = await runtime.stores.companies.get(company_id)
        contact = self._person.contact
        self._then = await contact_at(runtime, company_id, contact, at) if contact else ContactThen(None)
        self._opt_outs = opt_outs_at((await read_opt_outs(runtime, company_id, self._person)).values(), at)
        self._sources = await sources_of_rows(runtime, company_id, self._audience)
        self._facts = await read_audience_facts(runtime, company_id, self._audience, self._then.contact, at)

    async def explain(self) -> Missing:
        """Where the person dropped out."""
        facts, include = self._facts, self._audience.include
        gone = facts.gone(self._audience.chosen())
        if gone is not None and gone in self._fire.note:
            return Missing([absent(Absence.SEGMENT_GONE, self._fire.note)])
        brought = await self._included()
        if brought is None:
            return Missing([self._not_included(include)])
        excluding = await self._excluding()
        if excluding is not None:
            return Missing([absent(Absence.EXCLUDED, excluded_words(excluding, facts))])
        planned = self._fire, self._content, self._recipient(brought)
        return Missing(await explain_planned(self._runtime, self._company_id, *planned))

    def notes(self) -> list[str]:
        """What was assumed, and what has changed since."""
        chosen = self._audience.chosen()
        notes = changed_words(chosen, self._facts) + self._unread
        if self._then.has_changed:
            at = clock_words(self._fire.fired_at, self._company.time_zone)
            notes.append(f"The contact was changed after the fire. It is judged as it was then, on {at}.")
        if (gone := self._facts.gone(chosen)) is not None:
            notes.append(f"The segment {gone} was deleted: who was in it is not known any more.")
        return notes

    async def _included(self) -> Brought | Contact | None:
        """How the person came into the audience: as a contact, or by an address."""
        contact = self._then.contact
        for one in self._audience.include:
            if contact is not None and is_named(one, contact, self._opt_outs, self._facts):
                return contact
        for one in filter(brings_addresses, self._audience.include):
            if (brought := await self._brought(one)) is not None:
                return brought
        return None

    async def _excluding(self) -> Chosen | None:
        """The part that keeps the person out."""
        contact = self._then.contact
        for one in self._audience.exclude:
            if contact is not None and is_named(one, contact, self._opt_outs, self._facts):
                return one
        for one in filter(brings_addresses, self._audience.exclude):
            if await self._brought(one, is_anybodys=True) is not None:
                return one
        return None

    async def _brought(self, chosen: Chosen, *, is_anybodys: bool = False) -> Brought | None:
        """The first row or text with an address of the person that means nobody else of the same address."""
        kinds = {step.channel.record.address for step in self._content.campaign.steps}
        at, keys = self._fire.fired_at, self._person.keys
        company = self._company
        read = read_brought(self._runtime, company.id, company, chosen, self._sources, kinds, at)
        seen = 0
        try:
            async for one in read:
                if keys.intersection(one.keys) and (is_anybodys or self._is_meant(one)):
                    return one
                seen += 1
                if seen == MOST_BROUGHT:
                    called = self._facts.called(chosen)
                    self._unread.append(f"Only the first {MOST_BROUGHT:,} of {called} were looked through.")
                    return None
        except Conflict as gone:
            self._unread.append(str(gone))
        return None

    def _is_meant(self, brought: Brought) -> bool:
        contact = self._then.contact
        if not self._person.others or contact is None:
            return True
        meant = contact_meant(brought.name, (contact, *self._person.others))
        return meant is None or meant.id == contact.id

    def _not_included(self, include: Iterable[Chosen]) -> Explanation:
        contact = self._then.contact
        if contact is None and self._person.contact is not None:
            words = "The person was no contact yet when the campaign fired."
            if not any(map(brings_addresses, include)):
                return absent(Absence.NO_CONTACT_THEN, words)
        said = [not_named_words(one, contact, self._opt_outs, self._facts) for one in include][:MOST_NAMED]
        return absent(Absence.NOT_INCLUDED, " ".join(said))

    def _recipient(self, came: Brought | Contact) -> Recipient:
        """The recipient that the person was."""
        fields, contact = self._facts.gathering.kinds, self._then.contact
        if isinstance(came, Contact):
            values, zone = values_of(came, fields), came.time_zone
        else:
            values = values_of_brought(came.keys[0], came.name, came.values, contact, fields)
            zone = came.time_zone
        return Recipient(key="", values=values, time_zone=zone)
