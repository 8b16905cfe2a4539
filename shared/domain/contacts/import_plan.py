"""What becomes of the rows of an import: decided before anything is written, and kept until it is."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from msgspec import Struct, field

from shared.domain.contacts.check_contact import check_contact
from shared.domain.contacts.contact import Consent, Contact, ContactAddress
from shared.domain.contacts.contact_edit import AddressEdit
from shared.domain.contacts.contact_import import ContactImport, ImportCounts, ImportMode, RowFault
from shared.domain.contacts.contact_keys import external_key
from shared.domain.contacts.import_row import ImportRow, RowRejected, imported, with_consents
from shared.domain.contacts.opt_out import OptOut
from shared.domain.contacts.standing import standing_of
from shared.domain.errors import InvalidInput
from shared.domain.ids import computed_id


class Effect(StrEnum):
    """What a row does to its contact."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"


class PlannedRow(Struct, frozen=True, kw_only=True):
    """The contact of a row. `consents` are what is said of its addresses, where anything is."""

    contact_id: str
    effect: Effect
    consents: tuple[Consent | None, ...] = ()
    kept_refusals: int = 0


class BlockPlan(Struct, kw_only=True):
    """The rows of a block that are taken, by their numbers; `counts` and `errors` are of all of them."""

    rows: dict[int, PlannedRow] = field(default_factory=dict)
    counts: ImportCounts = field(default_factory=ImportCounts)
    errors: tuple[RowFault, ...] = ()


class Found(Struct, frozen=True, kw_only=True):
    """What is stored that concerns a block: contacts by id and by key, and opt-outs by id."""

    by_id: Mapping[str, Contact]
    by_key: Mapping[str, Sequence[Contact]]
    opt_outs: Mapping[str, OptOut]


def planned(row: ImportRow, item: ContactImport, found: Found) -> PlannedRow:
    """What becomes of a row. Raises RowRejected."""
    current = _current(row, found)
    _check_key(row, current, found)
    new_id = row.contact_id or computed_id("import", item.id, row.number)
    contact_id = current.id if current else new_id
    wanted = ImportMode.UPDATE_ONLY if current is None else ImportMode.CREATE_ONLY
    if item.mode is wanted:
        return PlannedRow(contact_id=contact_id, effect=Effect.SKIPPED)
    consents, kept = _consents(row, current, found.opt_outs)
    after = imported(current, contact_id, with_consents(row, consents) if consents else row, item)
    try:
        check_contact(after)
    except InvalidInput as invalid:
        problem = invalid.problems[0]
        raise RowRejected(problem.field, "", f"would not be taken: {problem.reason}") from invalid
    effect = Effect.CREATED if current is None else Effect.UNCHANGED if after == current else Effect.UPDATED
    return PlannedRow(contact_id=contact_id, effect=effect, consents=consents, kept_refusals=kept)


def _current(row: ImportRow, found: Found) -> Contact | None:
    if not row.match:
        return found.by_id.get(row.contact_id)
    theirs = found.by_key.get(row.match, ())
    if len(theirs) > 1:
        ids = ", ".join(one.id for one in theirs[:3])
        reason = f"is found with {len(theirs)} contacts ({ids}); match by what one of them alone has"
        raise RowRejected("", "", reason)
    return theirs[0] if theirs else None


def _check_key(row: ImportRow, current: Contact | None, found: Found) -> None:
    """A key of the company's own is one contact's."""
    if not row.key:
        return
    theirs = found.by_key.get(external_key(row.key), ())
    if others := [one.id for one in theirs if current is None or one.id != current.id]:
        raise RowRejected("", row.key, f"has a key that the contact {others[0]} has already")


def _consents(
    row: ImportRow, current: Contact | None, opt_outs: Mapping[str, OptOut]
) -> tuple[tuple[Consent | None, ...], int]:
    """What each address is to be told of its consent, and how many refusals stay against the row."""
    if not any(one.consent for one in row.addresses):
        return (), 0
    stored = {one.key: one for one in current.addresses} if current else {}
    found, kept = [], 0
    for one in row.addresses:
        new = ContactAddress(channel=one.channel, address=one.address)
        holds = standing_of(stored.get(new.key, new), opt_outs).consent
        says_more = one.consent not in (None, Consent.UNKNOWN, holds)
        is_refused = says_more and holds is Consent.UNSUBSCRIBED
        kept += is_refused
        found.append(one.consent if says_more and not is_refused else None)
    return tuple(found), kept


def refusals(row: ImportRow) -> list[AddressEdit]:
    """The addresses that the row says have refused, and that had not."""
    return [one for one in row.addresses if one.consent is Consent.UNSUBSCRIBED]
