"""The kinds of step that the builder of automations has."""

from enum import StrEnum

from functions.portal.event_fields import Choice
from shared.domain.automations.steps import AutomationStep, WaitStep


class StepKind(StrEnum):
    """What a step does, as it is stored; of a wait, what ends it."""

    SEND = "send"
    FOR = "for"
    UNTIL_TIME = "until_time"
    UNTIL_DATE = "until_date"
    UNTIL_EVENT = "until_event"
    IF = "if"
    TAG = "tag"
    LIST = "list"
    FIELD = "field"
    WEBHOOK = "webhook"
    HAND_OVER = "hand_over"
    END = "end"


K = StepKind
WAITS = (K.FOR, K.UNTIL_TIME, K.UNTIL_DATE, K.UNTIL_EVENT)
# What people read of each, in the order in which they choose.
KINDS: dict[StepKind, Choice] = {
    K.SEND: ("Send a message", "By any sender that you have."),
    K.FOR: ("Wait for some time", "Minutes, hours or days."),
    K.UNTIL_TIME: ("Wait until a time of day", "Where the contact is; on some days of the week only."),
    K.UNTIL_DATE: (
        "Wait until a date of the contact",
        "A birthday, the end of a contract; days before or after.",
    ),
    K.UNTIL_EVENT: ("Wait until something happens", "With a limit: then the contact goes on anyway."),
    K.IF: ("If and otherwise", "Two branches, by what is known of the contact."),
    K.TAG: ("Attach or take off a tag", "It may start other automations."),
    K.LIST: ("Put on or take off a list", "One of your lists of contacts."),
    K.FIELD: ("Set a field", "One of your own fields of contacts, or empty it."),
    K.WEBHOOK: ("Tell your system", "By one of your webhook endpoints."),
    K.HAND_OVER: ("Hand over to a person", "Your colleagues get a notice with your words."),
    K.END: ("End here", "Their way through the automation ends."),
}
UNITS = (("60", "minutes"), ("3600", "hours"), ("86400", "days"), ("1", "seconds"))


def kind_of(step: AutomationStep) -> StepKind:
    """What the step does."""
    part = step.wait if isinstance(step, WaitStep) else step
    return StepKind(str(part.__struct_config__.tag))
