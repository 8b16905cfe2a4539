"""One person's page: what is known, whether they may be written to, what happened, and why."""

import asyncio

from starlette.responses import Response

from functions.portal.contact_ways import automations_of, sequences_of
from functions.portal.kit.lists import Shown, every, shown
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from functions.portal.timeline_words import Told, told
from shared.domain.companies.api_key import Scope
from shared.domain.contacts.contact import Consent, ContactAddress
from shared.domain.contacts.contact_changes import ChangedBy
from shared.domain.contacts.contact_edit import AddressEdit, ContactEdit
from shared.domain.errors import InvalidInput, NotFound, RollcallError
from shared.usecases.contacts.save_contact import edit_contact
from shared.usecases.contacts.save_opt_out import end_opt_out, save_opt_out
from shared.usecases.fires.explain_person import WhyNot, explain_person
from shared.views.contact_changes import ChangeOfContact
from shared.views.contact_fields import list_contact_fields
from shared.views.contacts import KnownContact, get_contact
from shared.views.names import campaign_names, list_names, newest_campaigns, user_names
from shared.views.one_person import get_person
from shared.views.opt_outs import provider_note
from shared.views.timeline import get_timeline
from shared.views.timeline_entries import TimelineEntry, TimelineKind

pages = Pages()


@pages.get("/contacts/{contact_id}", Scope.READ)
async def show_contact(visit: Visit) -> Response:
    """All that is known of a person, newest first what happened to them."""
    contact_id = visit.path("contact_id")
    kind = next((one for one in TimelineKind if one == visit.query("kind")), None)
    (known, lists), (why, problem), happened, (fields, campaigns), ways = await asyncio.gather(
        _known(visit, contact_id),
        _why(visit, contact_id, visit.query("campaign_id")),
        _happened(visit, contact_id, kind),
        asyncio.gather(every(visit, list_contact_fields), newest_campaigns(visit.runtime, visit.company_id)),
        asyncio.gather(automations_of(visit, contact_id), sequences_of(visit, contact_id)),
    )
    entries, said = happened
    automations, sequences = ways
    return visit.page(
        "contacts/contact.html",
        code=422 if problem else 200,
        known=known,
        contact=known.contact,
        standings=list(zip(known.contact.addresses, known.standings, strict=True)),
        lists=lists,
        fields={one.id: one.name for one in fields},
        automations=automations,
        sequences=sequences,
        entries=entries,
        told=said,
        kind=kind,
        kinds=list(TimelineKind),
        campaigns=campaigns,
        campaign_id=visit.query("campaign_id"),
        why=why,
        problem=problem,
    )


async def _known(visit: Visit, contact_id: str) -> tuple[KnownContact, dict[str, str]]:
    """The contact, and the names of the lists they are on. Raises NotFound."""
    known = await get_contact(visit.runtime, visit.company_id, contact_id)
    return known, await list_names(visit.runtime, visit.company_id, known.contact.list_ids)


async def _happened(
    visit: Visit, contact_id: str, kind: TimelineKind | None
) -> tuple[Shown[TimelineEntry], list[Told]]:
    """Some of what happened to them, and that in words."""
    entries = await shown(visit, get_timeline, contact_id, kinds=(kind,) if kind else ())
    return entries, await _told(visit, entries.items)


@pages.post("/contacts/{contact_id}/tags", Scope.WRITE)
async def change_tags(visit: Visit) -> Response:
    """Give a person a tag, or take one."""
    contact_id, form = visit.path("contact_id"), visit.form
    add, remove = form.line("add", is_needed=False, most=60), form.line("remove", is_needed=False, most=60)
    form.check()
    edit = ContactEdit(add_tags=(add,) if add else (), remove_tags=(remove,) if remove else ())
    return await _edit(visit, contact_id, edit)


@pages.post("/contacts/{contact_id}/agreed", Scope.WRITE)
async def note_consent(visit: Visit) -> Response:
    """Note that the person agreed to be contacted at an address; a refusal of it ends by that."""
    contact_id, form = visit.path("contact_id"), visit.form
    known = await get_contact(visit.runtime, visit.company_id, contact_id)
    note = form.line("note", is_needed=False, most=200)
    place = _place(visit, known)
    if not note:
        return visit.go(f"/contacts/{contact_id}", refused="Say how they agreed: by phone, on a form.")
    stands = known.standings[place]
    since = stands.at.isoformat() if stands.at else ""
    if stands.consent is Consent.UNSUBSCRIBED and form.given("since") != since:  # not the one that was shown
        return visit.go(f"/contacts/{contact_id}", refused="They have refused meanwhile: see what they said.")
    done = "The change is stored."
    if stands.opt_out_id is not None:
        by = f"user {visit.user.id}"
        over = await end_opt_out(visit.runtime, visit.company_id, stands.opt_out_id, note, by=by)
        done = f"{done} {provider_note(over)}".strip()
    if stands.consent is Consent.UNSUBSCRIBED:  # a refusal that ends is the consent: it is told once
        return visit.go(f"/contacts/{contact_id}", done=done)
    edits = tuple(
        _kept(one, Consent.SUBSCRIBED if at == place else None, note)
        for at, one in enumerate(known.contact.addresses)
    )
    return await _edit(visit, contact_id, ContactEdit(addresses=edits, version=known.contact.version))


@pages.post("/contacts/{contact_id}/refused", Scope.WRITE)
async def note_refusal(visit: Visit) -> Response:
    """Note that an address has refused: from now on nothing goes to it."""
    contact_id, form = visit.path("contact_id"), visit.form
    known = await get_contact(visit.runtime, visit.company_id, contact_id)
    address = known.contact.addresses[_place(visit, known)]
    note, by = form.line("note", is_needed=False, most=1000), f"user {visit.user.id}"
    form.check()
    await save_opt_out(visit.runtime, visit.company_id, address.channel, address.address, note, by=by)
    return visit.go(f"/contacts/{contact_id}", done=f"Nothing goes to {address.address} from now on.")


def _kept(address: ContactAddress, consent: Consent | None, note: str) -> AddressEdit:
    return AddressEdit(
        channel=address.channel,
        address=address.address,
        is_preferred=address.is_preferred,
        consent=consent,
        consent_note=note if consent else "",
    )


def _place(visit: Visit, known: KnownContact) -> int:
    """Which of the contact's addresses the form is about. Raises InvalidInput for one it has no more."""
    text = visit.form.given("address")
    for place, one in enumerate(known.contact.addresses):
        if f"{one.channel} {one.address}" == text:
            return place
    raise InvalidInput.at("address", "is none that the person has any more; look at the page again")


async def _edit(visit: Visit, contact_id: str, edit: ContactEdit) -> Response:
    try:
        await edit_contact(visit.runtime, visit.company_id, contact_id, edit, visit.author)
    except InvalidInput as invalid:
        return visit.go(f"/contacts/{contact_id}", refused=f"This {invalid.problems[0].reason}.")
    except RollcallError as refused:
        return visit.go(f"/contacts/{contact_id}", refused=str(refused))
    return visit.go(f"/contacts/{contact_id}", done="The change is stored.")


async def _why(visit: Visit, contact_id: str, campaign_id: str) -> tuple[WhyNot | None, str]:
    """Why the person got nothing of the campaign that is asked about, or that they did."""
    if not campaign_id:
        return None, ""
    try:
        person = await get_person(visit.runtime, visit.company_id, contact_id)
        return await explain_person(visit.runtime, visit.company_id, person, campaign_id, None), ""
    except NotFound as missing:
        return None, str(missing)


async def _told(visit: Visit, entries: list[TimelineEntry]) -> list[Told]:
    """The entries in words, with the names of campaigns and users in one read each."""
    runtime, company_id = visit.runtime, visit.company_id
    ids = {getattr(one.record, "campaign_id", None) for one in entries}
    changes = [one.record for one in entries if isinstance(one.record, ChangeOfContact)]
    authors = {one.author.id for one in changes if one.author.kind is ChangedBy.USER}
    campaigns, users = await asyncio.gather(
        campaign_names(runtime, company_id, ids), user_names(runtime, company_id, authors)
    )
    return [told(one, campaigns, users) for one in entries]
