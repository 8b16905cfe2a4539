"""A YES by which somebody confirms the lists that they joined (shared/domain/contacts/double_opt_in.py)."""

from collections.abc import Iterable

from shared.domain.messages.reply import Reply
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning

CONFIRMED = "The person confirmed to be on: {names}."


def may_confirm(reply: Reply, *, is_yes: bool) -> bool:
    """Whether the reply may confirm lists: a yes that answers nothing else."""
    answers_else = reply.meaning not in (ReplyMeaning.UNCLEAR, ReplyMeaning.OPT_IN)
    return is_yes and not answers_else and not reply.flags


def after_confirming(reply: Reply, names: Iterable[str]) -> Reply:
    """The reply, which confirmed the lists of these names."""
    note = CONFIRMED.format(names=", ".join(names))
    return replace(reply, meaning=ReplyMeaning.OPT_IN, waits=False, candidates=(), note=note)
