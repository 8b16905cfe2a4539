"""Several appointments of one address in one message: "1: 10:30 dentist, 2: 11:00 hygienist".

Each row is planned by itself first. Of those that would go out to one address, the first one's message asks
for all; the others are skipped as `asked_together`, so that each row keeps its place in the ledger and its
own answer. Where the text of all is too long, each is asked by itself.
"""

from collections.abc import Container, Iterable, Sequence

from shared.domain.fires.planning import Plan, PlannedMessage, Planner
from shared.domain.fires.texts import NotPlanned
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.record import replace

MOST_TOGETHER = 20


def ask_together(
    planner: Planner,
    plans: Sequence[Plan],
    withdrawn: Container[str] = frozenset(),
    known: Container[str] = frozenset(),
) -> list[Plan]:
    """The plans, in their order, with those of one address put together.

    `withdrawn` are the keys of recipients whose appointment a file took back: they are asked by nobody.
    `known` are the identities that another fire has already: each of these stands alone, so that it is not
    asked again with the others.
    """
    free = [plan for plan in plans if isinstance(plan, PlannedMessage) and plan.skip is None]
    groups = _by_address(
        plan for plan in free if plan.recipient.key not in withdrawn and plan.identity not in known
    )
    changed: dict[str, PlannedMessage] = {}
    for group in groups.values():
        for first in range(0, len(group), MOST_TOGETHER):
            together = _together(planner, group[first : first + MOST_TOGETHER])
            changed |= {plan.recipient.key: plan for plan in together}
    return [
        changed.get(plan.recipient.key, plan) if isinstance(plan, PlannedMessage) else plan for plan in plans
    ]


def asked_beside_others(plans: Iterable[Plan]) -> set[str]:
    """The identities of those that would be asked in one message with others."""
    free = (plan for plan in plans if isinstance(plan, PlannedMessage) and plan.skip is None)
    return {plan.identity for group in _by_address(free).values() if len(group) > 1 for plan in group}


def _by_address(plans: Iterable[PlannedMessage]) -> dict[str, list[PlannedMessage]]:
    groups: dict[str, list[PlannedMessage]] = {}
    for plan in plans:
        groups.setdefault(plan.step.channel.record.address.key(plan.address), []).append(plan)
    return groups


def _together(planner: Planner, rows: Sequence[PlannedMessage]) -> list[PlannedMessage]:
    """The rows of one address; those that say the same as another are duplicates of the message of all."""
    first_ones: dict[tuple[str, ...], PlannedMessage] = {}
    for plan in rows:
        first_ones.setdefault(plan.dedupe, plan)
    group = list(first_ones.values())
    if len(group) < 2:
        return list(rows)
    try:
        texts = planner.told_together([plan.recipient for plan in group])
    except NotPlanned:  # too long, or the like
        return list(rows)
    apart = told_apart([plan.texts.body for plan in group])
    first, *others = (replace(plan, told_apart=words) for plan, words in zip(group, apart, strict=True))
    ends = [plan.not_after for plan in group if plan.not_after is not None]
    lead = replace(
        first,
        texts=texts,
        rendering_hash=planner.sealed(first.address, texts),
        not_after=min(ends, default=None),
        together=tuple(plan.recipient.key for plan in others),
    )
    same = [plan for plan in rows if not any(plan is one for one in group)]
    return [
        lead,
        *(replace(plan, skip=SkipReason.ASKED_TOGETHER, asked_by=lead.dedupe) for plan in others),
        *(replace(plan, skip=SkipReason.DUPLICATE, asked_by=lead.dedupe) for plan in same),
    ]


def told_apart(bodies: Sequence[str]) -> list[str]:
    """Of each text the words that none of the others has, in its order."""
    words = [[word.strip(".,:;!?()").casefold() for word in body.split()] for body in bodies]
    found = []
    for index, own in enumerate(words):
        others = {word for place, one in enumerate(words) if place != index for word in one}
        found.append(" ".join(dict.fromkeys(word for word in own if word and word not in others)))
    return found
