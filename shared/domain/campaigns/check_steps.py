"""What in a campaign's steps makes no sense: when they are, and for whom."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.step import AfterDelay, AtField, AtOnce, OnlyIf, Step, chain_of
from shared.domain.errors import Problem
from shared.domain.files.source import FieldType

LONGEST_DELAY = timedelta(days=90)
FURTHEST = timedelta(days=366)  # from the date in a field
_MOMENTS = (FieldType.DATE, FieldType.DATETIME)


def check_steps(campaign: Campaign, types: Mapping[str, FieldType]) -> Iterator[Problem]:
    """What is wrong with `when`, `only_if` and `answers`, for rows whose fields have these `types`."""
    for place, step in enumerate(campaign.steps):
        where = f"steps[{place}]"
        match step.when:
            case AfterDelay():
                yield from _check_delay(campaign.steps, place, step.when, f"{where}.when")
            case AtField():
                yield from _check_field(step.when, campaign.expires_field, types, f"{where}.when")
        yield from _check_only_if(campaign, place, step, where)
        yield from _check_invitation(campaign.steps, place, f"{where}.invites_to")
    yield from _check_together(campaign)


def _check_invitation(steps: Sequence[Step], place: int, where: str) -> Iterator[Problem]:
    """What a step cannot invite to: it must be planned by then, and people must be able to open it."""
    step, to = steps[place], steps[place].invites_to
    if to is None:
        return
    if not 0 <= to < place:
        yield Problem(field=where, reason="is the place of an earlier step, counted from 0")
        return
    channel = steps[to].channel.record
    if channel.deep_link is None or channel.conversation_hours is None:
        yield Problem(field=where, reason=f"nobody needs to be invited to get {channel.noun}")
    elif steps[to].invites_to is not None:
        yield Problem(field=where, reason="names a step that itself invites")
    elif chain_of(steps, steps[to].id)[0].waits_for_step:
        reason = (
            "names a step that is planned only when another has ended: let that one go out at once, or at a "
            "time that follows from a field"
        )
        yield Problem(field=where, reason=reason)
    elif step.channel == steps[to].channel:
        yield Problem(field=where, reason="names a step of the same channel: invite by text message or email")


def _check_together(campaign: Campaign) -> Iterator[Problem]:
    """One message asks for several rows: what becomes of later steps, or of keys in a call, would be open."""
    if not campaign.asks_together:
        return
    if len(campaign.steps) > 1:
        yield Problem(field="asks_together", reason="goes with one step: later ones would be for single rows")
    if any(step.channel.record.is_spoken for step in campaign.steps):
        yield Problem(field="asks_together", reason="goes not with calls: a key answers one question")
    if not campaign.reply_options:
        yield Problem(field="asks_together", reason="needs reply_options: answers that people can give")


def _check_delay(steps: Sequence[Step], place: int, when: AfterDelay, where: str) -> Iterator[Problem]:
    if place == 0:
        reason = (
            "the first step has no step before it: let it go out at_once, or at a time that follows from a "
            "field (at_field)"
        )
        yield Problem(field=f"{where}.kind", reason=reason)
        return
    if not 1 <= when.seconds <= LONGEST_DELAY.total_seconds():
        yield Problem(field=f"{where}.seconds", reason=f"is 1 to {LONGEST_DELAY.days} days, in seconds")
    before = chain_of(steps, steps[place - 1].id)[0]
    if steps[place].waits_for_step and isinstance(before.when, AtField):
        reason = (
            "the step before goes out to each recipient at a time of their own, so it has no common end: "
            "count from each recipient's own send (recipient)"
        )
        yield Problem(field=f"{where}.counted_from", reason=reason)


def _check_field(
    when: AtField, expires_field: str | None, types: Mapping[str, FieldType], where: str
) -> Iterator[Problem]:
    kind = types.get(when.field)
    if kind is None:
        reason = f"{when.field!r} is not a field of the source; it has: {', '.join(types)}"
        yield Problem(field=f"{where}.field", reason=reason)
    elif kind not in _MOMENTS:
        shown = kind.replace("_", " ")
        reason = f"{when.field!r} is a {shown} field, which says no moment; name a date, or a datetime"
        yield Problem(field=f"{where}.field", reason=reason)
    elif kind is FieldType.DATE and when.clock is None:
        reason = f"{when.field!r} is a day without a time: say at which time of day, such as 17:00"
        yield Problem(field=f"{where}.clock", reason=reason)
    if when.seconds and (when.days or when.clock is not None):
        reason = "give seconds from the field's time, or days and a clock time, not both"
        yield Problem(field=f"{where}.seconds", reason=reason)
    if abs(when.seconds) > FURTHEST.total_seconds() or abs(when.days) > FURTHEST.days:
        name = "seconds" if when.seconds else "days"
        reason = f"lies more than {FURTHEST.days} days from the field's date"
        yield Problem(field=f"{where}.{name}", reason=reason)
    if when.field == expires_field and (when.seconds > 0 or when.days > 0):
        reason = (
            f"lies after {when.field!r}, and expires_field says that nothing goes out after that: leave "
            "expires_field out, and send this step by a campaign of its own if others need it"
        )
        yield Problem(field=where, reason=reason)


def _check_only_if(campaign: Campaign, place: int, step: Step, where: str) -> Iterator[Problem]:
    if step.only_if is not OnlyIf.ANYBODY and place == 0:
        reason = f"nothing was sent before the first step, so it cannot be for {step.only_if}: say anybody"
        yield Problem(field=f"{where}.only_if", reason=reason)
    elif step.tells_cancelation:
        yield from _check_cancelation(campaign.steps, place, where)
    elif step.only_if is not OnlyIf.ANYBODY and isinstance(step.when, AtOnce):
        reason = (
            f"it goes out as the campaign fires, when nothing is known yet of {step.only_if}: give it a "
            "delay, or a time that follows from a field"
        )
        yield Problem(field=f"{where}.when", reason=reason)
    yield from _check_answers(campaign, step, where)


def _check_cancelation(steps: Sequence[Step], place: int, where: str) -> Iterator[Problem]:
    if not isinstance(steps[place].when, AtOnce):
        reason = "it goes out when the appointment is canceled, whenever that is: say at_once"
        yield Problem(field=f"{where}.when", reason=reason)
    if any(not step.tells_cancelation for step in steps[place:]):
        yield Problem(field=where, reason="comes after all other steps, as no step follows on it")


def _check_answers(campaign: Campaign, step: Step, where: str) -> Iterator[Problem]:
    is_asked = step.only_if is OnlyIf.ANSWERED_WITH
    if is_asked and not step.answers:
        yield Problem(field=f"{where}.answers", reason="say which answers it follows on, such as canceled")
    if step.answers and not is_asked:
        yield Problem(field=f"{where}.answers", reason="goes with only_if answered_with alone")
    offered = {option.disposition for option in campaign.reply_options}
    for answer in step.answers if is_asked else ():
        if answer not in offered:
            known = ", ".join(sorted(offered)) or "none"
            reason = f"nobody can answer {answer}: the campaign's reply_options offer {known}"
            yield Problem(field=f"{where}.answers", reason=reason)
