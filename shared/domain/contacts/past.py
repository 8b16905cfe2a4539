"""What held at a time that is past, as far as it is kept."""

from collections.abc import Iterable
from datetime import datetime

from shared.domain.contacts.opt_out import OptOut, OptOutChange
from shared.domain.record import replace


def opt_outs_at(opt_outs: Iterable[OptOut], at: datetime) -> dict[str, OptOut]:
    """The opt-outs as they were at that time, by id; those that there were not yet are left out."""
    return {one.id: was for one in opt_outs if (was := _at(one, at)) is not None}


def changes_of(opt_out: OptOut) -> list[OptOutChange]:
    """All that is known of it, the newest first: what it is and what it was before."""
    now = OptOutChange(
        is_active=opt_out.is_active,
        source=opt_out.source,
        changed_at=opt_out.changed_at,
        text=opt_out.text,
        code=opt_out.code,
        message_id=opt_out.message_id,
        changed_by=opt_out.changed_by,
    )
    return [now, *reversed(opt_out.earlier)]


def _at(opt_out: OptOut, at: datetime) -> OptOut | None:
    for place, change in enumerate(changes_of(opt_out)):
        if change.changed_at <= at:
            return replace(
                opt_out,
                is_active=change.is_active,
                source=change.source,
                changed_at=change.changed_at,
                text=change.text,
                code=change.code,
                message_id=change.message_id,
                changed_by=change.changed_by,
                earlier=opt_out.earlier[: max(0, len(opt_out.earlier) - place)],
            )
    return None
