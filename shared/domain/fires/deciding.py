"""Who gets a planned message and who does not, decided once: preview and queueing both ask here.

The first message with a dedupe key, or with a text for an address, that goes out owns it; others with it are
duplicates. One that does not go out owns nothing: the next row with it may.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, MutableMapping
from types import MappingProxyType
from typing import NamedTuple

from msgspec import Struct

from shared.domain.campaigns.dedupe import TEXT_DECIDES
from shared.domain.companies.consent_rules import CHANNEL_WIDE, Narrowing
from shared.domain.contacts.opt_out import OptOut, forbidding_ids, holding
from shared.domain.contacts.verified import is_unverified
from shared.domain.files.withdrawal import WithdrawnBy
from shared.domain.fires.earlier import EarlierMessage
from shared.domain.fires.planned_before import PlannedBefore
from shared.domain.fires.planning import PlannedMessage
from shared.domain.ids import computed_id
from shared.domain.messages.earlier_steps import together
from shared.domain.messages.invite import Invite
from shared.domain.messages.skip_reason import REFUSED, SkipReason, skip_reason
from shared.domain.messages.skipping import withdrawal_words


class KeyedMessage(Struct, frozen=True, kw_only=True):
    """A planned message with the ids it could take.

    `key_id` is computed from its dedupe key, so that duplicates collide on it; `own_id` is what it has when
    it does not go out; `text_id` is that of its text and address, the last wall against the same text twice,
    and empty where the key is just that. `sends_again`: whatever other fires sent. `earlier` and `asked_with`
    are as of messages, `asked_by` is the message that asks for this one as well.
    """

    plan: PlannedMessage
    key_id: str
    own_id: str
    text_id: str
    opt_out_ids: tuple[str, ...]
    sends_again: bool = False
    earlier: str | None = None
    asked_with: str | None = None
    asked_by: str | None = None
    is_unverified: bool = False


class DecidedMessage(Struct, frozen=True, kw_only=True):
    """What becomes of a planned message: under which id, and why it is skipped, if it is.

    `duplicate_of` is the message it is the same as. `is_same_text`: for its text, else for its dedupe key.
    `earlier` is the same message in another fire, be it one that is queued there and does not forbid this
    one. `refusal` is the opt-out for which it is skipped.
    """

    keyed: KeyedMessage
    id: str
    skip: SkipReason | None = None
    refusal: OptOut | None = None
    duplicate_of: str | None = None
    withdrawn_by: str | None = None
    is_same_text: bool = False
    earlier: EarlierMessage | None = None

    @property
    def is_asked(self) -> bool:
        """Whether the person is asked, by this message or by the one that asks together."""
        return self.skip in (None, SkipReason.ASKED_TOGETHER)

    @property
    def invite(self) -> Invite | None:
        """By what who writes is known to be whom the message waits for; None where it waits for nobody."""
        plan = self.keyed.plan
        if self.skip is not None or plan.reference is None or plan.waits_until is None:
            return None
        return Invite(id=plan.reference, message_id=self.id, ends_at=plan.waits_until)

    def words(self, time_zone: str) -> str | None:
        """The sentence that says what it is the same as; None when it is the only one."""
        if self.skip is SkipReason.DUPLICATE:
            plan = self.keyed.plan
            if self.is_same_text:
                kind = plan.step.channel.record.address.name
                return f"Another row gives the same text to the same {kind}."
            return f"Another row has the same {_listed(plan.dedupe_key)}, as the dedupe key says."
        if self.withdrawn_by is not None:
            return withdrawal_words(is_change=self.skip is SkipReason.CHANGED)
        return self.earlier.words(time_zone) if self.earlier else None


class _Owner(NamedTuple):
    message_id: str
    is_same_text: bool


def keyed(
    fire_id: str, plan: PlannedMessage, *, sends_again: bool = False, narrowing: Narrowing = CHANNEL_WIDE
) -> KeyedMessage:
    """The message with its ids in the fire. `narrowing` says what else may have been refused."""
    step_id, address = plan.step.id, plan.step.channel.record.address.key(plan.address)
    is_the_text = frozenset(plan.dedupe_key) == frozenset(TEXT_DECIDES)
    text = (address, *plan.texts.said)
    return KeyedMessage(
        plan=plan,
        key_id=computed_id(fire_id, step_id, "key", *plan.dedupe),
        own_id=computed_id(fire_id, step_id, "recipient", plan.recipient.key),
        text_id="" if is_the_text else computed_id(fire_id, step_id, "text", *text),
        opt_out_ids=forbidding_ids(plan.step.channel, plan.address, plan.step.sender_id, narrowing),
        sends_again=sends_again,
        earlier=together([_id_before(fire_id, one) for one in plan.before]),
        asked_with=together([computed_id(fire_id, step_id, "recipient", key) for key in plan.together]),
        asked_by=computed_id(fire_id, step_id, "key", *plan.asked_by) if plan.asked_by else None,
        is_unverified=is_unverified(plan.step.channel, plan.address, narrowing),
    )


def _id_before(fire_id: str, before: PlannedBefore) -> str | None:
    """The id of an earlier step's message, if it went out: as that step computes it."""
    return None if before.dedupe is None else computed_id(fire_id, before.step_id, "key", *before.dedupe)


def identities_of(messages: Iterable[KeyedMessage]) -> set[str]:
    """The identities of those that do not go out again whatever other fires sent."""
    return {one.plan.identity for one in messages if not one.sends_again}


def decide(
    messages: Iterable[KeyedMessage],
    owners: MutableMapping[str, str],
    opt_outs: Mapping[str, OptOut],
    earlier: Mapping[str, EarlierMessage],
    *,
    is_canceled: bool = False,
    withdrawn: Mapping[str, WithdrawnBy] = MappingProxyType({}),
    closed: Container[str] = frozenset(),
    unmet: Mapping[str, SkipReason] = MappingProxyType({}),
) -> Iterator[DecidedMessage]:
    """Decide in order. `owners` are message ids by `key_id` and `text_id`; first ones are entered.

    `opt_outs` are those that hold, by id, `earlier` the same messages of other fires by identity.
    `withdrawn` are the keys of recipients whose appointment a file canceled or moved, each with that file.
    `closed` are the `own_id`s of messages that their channel would refuse: the person has not written lately.
    `unmet` are those for whom the step is not, by what became of the steps before, each with the reason.
    """
    for one in messages:
        if (left_out := _left_out(one, withdrawn, unmet, owners)) is not None:
            yield left_out
            continue
        before = None if one.sends_again else earlier.get(one.plan.identity)
        refusal = holding(one.opt_out_ids, opt_outs)
        skip = SkipReason.CANCELED if is_canceled else _skip(one, refusal, before, closed)
        if skip is None:
            owners[one.key_id] = owners[one.text_id or one.key_id] = one.key_id
        is_told = skip in (None, SkipReason.ALREADY_SENT)
        yield DecidedMessage(
            keyed=one,
            id=one.own_id if skip else one.key_id,
            skip=skip,
            refusal=refusal if skip in REFUSED else None,
            duplicate_of=before.message_id if before and skip is SkipReason.ALREADY_SENT else one.asked_by,
            earlier=before if is_told else None,
        )


def _left_out(
    one: KeyedMessage,
    withdrawn: Mapping[str, WithdrawnBy],
    unmet: Mapping[str, SkipReason],
    owners: Mapping[str, str],
) -> DecidedMessage | None:
    """What is not for the recipient any more, or is another row's message already."""
    key = one.plan.recipient.key
    if (by := withdrawn.get(key)) is not None:
        skip = SkipReason.CHANGED if by.is_change else SkipReason.WITHDRAWN
        return DecidedMessage(keyed=one, id=one.own_id, skip=skip, withdrawn_by=by.file_id)
    if (reason := unmet.get(key)) is not None:
        return DecidedMessage(keyed=one, id=one.own_id, skip=reason)
    owner = _owner(one, owners)
    return None if owner is None else _duplicate(one, owner)


def _duplicate(one: KeyedMessage, owner: _Owner) -> DecidedMessage:
    return DecidedMessage(
        keyed=one,
        id=one.own_id,
        skip=SkipReason.DUPLICATE,
        duplicate_of=owner.message_id,
        is_same_text=owner.is_same_text,
    )


def _owner(one: KeyedMessage, owners: Mapping[str, str]) -> _Owner | None:
    is_the_text = not one.text_id
    if (by_key := owners.get(one.key_id)) is not None:
        return _Owner(by_key, is_the_text or owners.get(one.text_id) == by_key)
    by_text = owners.get(one.text_id)
    return None if by_text is None else _Owner(by_text, is_same_text=True)


def _skip(
    one: KeyedMessage, refusal: OptOut | None, before: EarlierMessage | None, closed: Container[str]
) -> SkipReason | None:
    if one.plan.skip is not None:
        return one.plan.skip
    if refusal is not None:
        return skip_reason(refusal)
    if one.is_unverified:
        return SkipReason.NOT_VERIFIED
    if before is not None and before.forbids:
        return SkipReason.ALREADY_SENT
    return SkipReason.CONVERSATION_CLOSED if one.own_id in closed else None


def _listed(words: tuple[str, ...]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
