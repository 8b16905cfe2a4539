"""Criteria in words: what a segment wants, and which part of it a contact does not meet."""

from collections.abc import Callable, Mapping

from msgspec import Struct, field

from shared.domain.contacts.contact import Contact
from shared.domain.contacts.judge_contact import condition_of, value_text
from shared.domain.contacts.segment import (
    Activity,
    AllOf,
    AnyOf,
    CanBeReached,
    Criterion,
    FieldIs,
    HasActivity,
    HasConsent,
    HasTag,
    Not,
    OnList,
    RowIs,
)
from shared.domain.record import replace


class Names(Struct, frozen=True, kw_only=True):
    """What people call lists, fields and segments, by their ids; one without a name is called by its id."""

    lists: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    segments: Mapping[str, str] = field(default_factory=dict)


def criterion_words(criterion: Criterion, names: Names) -> str:
    """What meets the criterion, as the end of the sentence "It wants whoever …"."""
    match criterion:
        case AllOf(criteria=()):
            return "is a contact"
        case AnyOf(criteria=()):
            return "is nobody"
        case AllOf(criteria=criteria):
            return " and ".join(_inner(one, names) for one in criteria)
        case AnyOf(criteria=criteria):
            return " or ".join(_inner(one, names) for one in criteria)
        case Not(criterion=inner):
            return f"not ({criterion_words(inner, names)})"
        case HasTag(value=tag):
            return f"has the tag {tag!r}"
        case OnList(list_id=list_id):
            return f"is on the list {names.lists.get(list_id, list_id)!r}"
        case HasConsent(channel=channel, consent=consent):
            return f"has the consent {str(consent)!r} on {channel}"
        case CanBeReached(channel=channel):
            return f"can be reached on {channel}"
        case HasActivity():
            return _activity_words(criterion)
        case RowIs():
            return f"came in by a row whose {condition_of(criterion)}"
        case FieldIs():
            called = names.fields.get(criterion.field, criterion.field)
            return str(replace(condition_of(criterion), field=called))


def unmet_words(
    criterion: Criterion, contact: Contact, meets: Callable[[Criterion], bool], names: Names
) -> str:
    """The part of a criterion that the contact does not meet, in words. `meets` judges a part of it."""
    match criterion:
        case AllOf(criteria=criteria):
            unmet = next((one for one in criteria if not meets(one)), None)
            return (
                criterion_words(criterion, names)
                if unmet is None
                else unmet_words(unmet, contact, meets, names)
            )
        case AnyOf(criteria=(only,)):
            return unmet_words(only, contact, meets, names)
        case FieldIs():
            value = value_text(contact, criterion.field)
            return f"{criterion_words(criterion, names)} (it is {repr(value) if value else 'empty'})"
    return criterion_words(criterion, names)


_ACTIVITY_WORDS = {
    Activity.SENT: "was sent {}",
    Activity.DELIVERED: "got {}",
    Activity.READ: "read {}",
    Activity.NOT_DELIVERED: "did not get {} that were sent",
    Activity.ANSWERED: "answered {}",
    Activity.NOT_ANSWERED: "did not answer {}",
}


def _activity_words(criterion: HasActivity) -> str:
    channel = f" on {criterion.channel}" if criterion.channel else ""
    count = "a message" if criterion.times == 1 else f"at least {criterion.times} messages"
    words = _ACTIVITY_WORDS[criterion.activity].format(f"{count}{channel}")
    words = words.replace("that were", "that was") if criterion.times == 1 else words
    days = "day" if criterion.days == 1 else f"{criterion.days} days"
    return f"{words} in the last {days}"


def _inner(criterion: Criterion, names: Names) -> str:
    words = criterion_words(criterion, names)
    return f"({words})" if isinstance(criterion, AllOf | AnyOf) and len(criterion.criteria) > 1 else words
