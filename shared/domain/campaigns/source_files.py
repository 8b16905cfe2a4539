"""Which files of a source a campaign fires, and which it leaves out and says so.

A recurring campaign fires every file once, in order of arrival. Others fire the newest one when they are told
to, as a file that was corrected is uploaded again.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from shared.domain.campaigns.audience import MOST_LEFT_OUT, DueAudience, FilePart, FoundAudience, LeftOut
from shared.domain.campaigns.campaign import Campaign
from shared.domain.files.file import File, FileHold, FileState, fire_refusal
from shared.domain.files.firing import has_nobody
from shared.domain.record import replace

WhyNot = Callable[[File], str | None]  # why a file may not be fired now: shared/domain/files/firing.py
BEFORE = timedelta(days=1)  # files are often uploaded first, and the campaign is made for them
OLDER = "it was loaded before the campaign was made"
NOT_NEWEST = "a newer file was loaded, and this campaign takes the newest only"
# Told when they happened, and not again each time until there is another file.
_TOLD_ONCE = frozenset({FileState.AWAITING_UPLOAD, FileState.REFUSED})


def files_since(campaign: Campaign) -> datetime:
    """From when on files are this campaign's to fire."""
    return campaign.created_at - BEFORE


def due_files(
    recent: Iterable[File],
    older: Sequence[File],
    fired: Collection[str],
    last_fired_at: datetime | None,
    why_not: WhyNot,
) -> DueAudience:
    """What a recurring campaign fires next. `recent` files came since `files_since`, `older` ones before.

    `fired` are ids of files it has fired. Of the older ones it takes the newest, and only if there is nothing
    else and it has not fired yet.
    """
    waiting = [file for file in recent if file.id not in fired and not has_nobody(file)]
    due = sorted((file for file in waiting if why_not(file) is None), key=_arrived)
    coming = [file for file in waiting if file.hold is FileHold.HELD or file.state is FileState.LOADING]
    left_out = [*_unfit(waiting, last_fired_at, why_not)]
    if not fired:
        fit = [file for file in older if not has_nobody(file) and why_not(file) is None]
        due = due if due or coming else sorted(fit, key=_arrived)[-1:]
        left_out += [_left_out(file, OLDER) for file in fit if file not in due]
    if due:
        return found(due, left_out)
    return replace(found((), left_out), waits_for=next(map(fire_refusal, coming), None))


def newest_file(
    recent: Iterable[File],
    newest: Sequence[File],
    fired: Collection[str],
    last_fired_at: datetime | None,
    why_not: WhyNot,
    is_readable: Callable[[File], bool],
) -> DueAudience:
    """The newest file that brings somebody, be it held. `newest` are loaded ones, the newest first."""
    chosen = next((file for file in newest if not has_nobody(file)), None)
    others = [file for file in recent if file.id not in fired and file != chosen and not has_nobody(file)]
    left_out = [*_unfit(others, last_fired_at, why_not)]
    left_out += [_left_out(file, NOT_NEWEST) for file in others if why_not(file) is None]
    return found([chosen] if chosen and is_readable(chosen) else [], left_out)


def found(files: Iterable[File], left_out: Sequence[LeftOut] = ()) -> DueAudience:
    """The rows of these files, one file after the other."""
    parts = tuple(
        FilePart(file_id=file.id, recipient_count=file.row_count, chunk_count=file.chunk_count)
        for file in files
    )
    return DueAudience(audience=FoundAudience(parts=parts), left_out=tuple(left_out[:MOST_LEFT_OUT]))


def _unfit(files: Iterable[File], last_fired_at: datetime | None, why_not: WhyNot) -> Iterator[LeftOut]:
    for file in files:
        reason = why_not(file)
        is_told = last_fired_at is not None and file.created_at <= last_fired_at
        if reason is not None and not (is_told and file.state in _TOLD_ONCE):
            yield _left_out(file, reason)


def _left_out(file: File, reason: str) -> LeftOut:
    return LeftOut(file_id=file.id, name=file.name, reason=reason)


def arrived(file: File) -> datetime:
    """When the file was there."""
    return file.loaded_at or file.created_at


def _arrived(file: File) -> tuple[datetime, str]:
    return arrived(file), file.id
