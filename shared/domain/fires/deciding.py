"""Who gets a planned message and who does not, decided once: preview and queueing both ask here.

The first message with a dedupe key, or with a text for an address, owns it; others with it are duplicates.
"""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from types import MappingProxyType

from shared.domain.contacts.opt_out import OptOut, holding, opt_out_ids
from shared.domain.fires.planning import PlannedMessage
from shared.domain.ids import computed_id
from shared.domain.messages.message import REFUSED, SkipReason, skip_reason


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyedMessage:
    """A planned message with the ids it could take.

    `key_id` is computed from its dedupe key, so that duplicates collide on it; `own_id` is what it has as a
    duplicate; `text_id` is that of its text and address, the last wall against the same text twice.
    """

    plan: PlannedMessage
    key_id: str
    own_id: str
    text_id: str
    opt_out_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DecidedMessage:
    """What becomes of a planned message: under which id, and why it is skipped, if it is.

    `refusal` is the opt-out for which it is.
    """

    keyed: KeyedMessage
    id: str
    skip: SkipReason | None = None
    refusal: OptOut | None = None
    duplicate_of: str | None = None
    withdrawn_by: str | None = None


def keyed(fire_id: str, plan: PlannedMessage) -> KeyedMessage:
    """The message with its ids in the fire."""
    step_id, address = plan.step.id, plan.step.channel.record.address.key(plan.address)
    return KeyedMessage(
        plan=plan,
        key_id=computed_id(fire_id, step_id, "key", *plan.dedupe),
        own_id=computed_id(fire_id, step_id, "recipient", plan.recipient.key),
        text_id=computed_id(fire_id, step_id, "text", address, plan.subject, plan.body),
        opt_out_ids=opt_out_ids(plan.step.channel, plan.address),
    )


def decide(
    messages: Iterable[KeyedMessage],
    owners: MutableMapping[str, str],
    opt_outs: Mapping[str, OptOut],
    *,
    is_canceled: bool = False,
    withdrawn: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[DecidedMessage]:
    """Decide in order. `owners` are message ids by `key_id` and `text_id`; first ones are entered.

    `opt_outs` are those that hold, by id. `withdrawn` are the keys of recipients whose appointment a file
    canceled or moved, each with that file: such a message takes no other's place.
    """
    for one in messages:
        if (file_id := withdrawn.get(one.plan.recipient.key)) is not None:
            yield DecidedMessage(keyed=one, id=one.own_id, skip=SkipReason.CANCELED, withdrawn_by=file_id)
            continue
        owner = owners.get(one.key_id) or owners.get(one.text_id)
        if owner is not None:
            yield DecidedMessage(keyed=one, id=one.own_id, skip=SkipReason.DUPLICATE, duplicate_of=owner)
            continue
        owners[one.key_id] = owners[one.text_id] = one.key_id
        refusal = holding(one.opt_out_ids, opt_outs)
        skip = one.plan.skip or (skip_reason(refusal) if refusal else None)
        skip = SkipReason.CANCELED if is_canceled else skip
        yield DecidedMessage(
            keyed=one, id=one.key_id, skip=skip, refusal=refusal if skip in REFUSED else None
        )
