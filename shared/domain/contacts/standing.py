"""What holds for a contact's address: what was said of it, and what its opt-out says."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from shared.domain.contacts.contact import Consent, ContactAddress
from shared.domain.contacts.opt_out import OptOut, active, holding, opt_out_ids
from shared.domain.record import replace


class AddressState(StrEnum):
    """Whether messages reach an address, as far as is known."""

    OK = "ok"
    BOUNCED = "bounced"


class Standing(Struct, frozen=True, kw_only=True):
    """Whether an address may be written to and is reached; `opt_out_id` is what keeps messages from it."""

    consent: Consent
    source: str = ""
    note: str = ""
    at: datetime | None = None
    state: AddressState = AddressState.OK
    opt_out_id: str | None = None


def standing_of(address: ContactAddress, opt_outs: Mapping[str, OptOut]) -> Standing:
    """What holds for the address. `opt_outs` are those of the address by id, ended ones too.

    A refusal holds whatever else was said. One that ended is a new consent, unless another came later.
    """
    said = Standing(
        consent=address.consent,
        source=address.consent_source,
        note=address.consent_note,
        at=address.consent_at,
    )
    if not opt_outs:
        return said
    ids = opt_out_ids(address.channel, address.address)
    theirs = [opt_outs[item_id] for item_id in ids if item_id in opt_outs]
    current = holding(ids, active(theirs))
    if current is None:
        return _after(said, theirs)
    if current.is_bounce:
        return replace(_after(said, theirs), state=AddressState.BOUNCED, opt_out_id=current.id)
    return replace(_told(current, Consent.UNSUBSCRIBED), opt_out_id=current.id)


def _after(said: Standing, opt_outs: Iterable[OptOut]) -> Standing:
    """What was said of the address, or the end of a refusal when that came later."""
    over = [one for one in opt_outs if not one.is_active and not one.ended_bounce]
    last = max(over, key=lambda one: one.changed_at, default=None)
    if last is None or (said.at is not None and said.at > last.changed_at):
        return said
    return _told(last, Consent.SUBSCRIBED)


def _told(opt_out: OptOut, consent: Consent) -> Standing:
    return Standing(consent=consent, source=opt_out.source, note=opt_out.text, at=opt_out.changed_at)
