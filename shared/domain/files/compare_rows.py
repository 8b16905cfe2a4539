"""What the number of a file's rows, and the rows themselves, say beside those of the source's last files."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from shared.domain.files.file import File
from shared.domain.files.finding import Finding, FindingCode, Severity
from shared.domain.files.profile import Profile
from shared.domain.files.row_sketch import KnownRows

_FEW = 5  # a difference of less says nothing
_SMALL = 10  # files of fewer rows say little of what is usual
_MUCH_OF = 0.5
_MORE_SENT = 0.2  # than usual


class EarlierFile(Struct, frozen=True, kw_only=True):
    """A file of the source that was loaded before, and its profile."""

    file: File
    profile: Profile


def compare_rows(
    file: File, profile: Profile, sent: KnownRows, earlier: Sequence[EarlierFile]
) -> Iterator[Finding]:
    """Findings of rows: how many, which were there before, and how many cannot be used as they are."""
    yield from _count_findings(profile, earlier)
    yield from _repeat_findings(file, profile, earlier)
    yield from _sent_findings(file, profile, sent, earlier)
    yield from _unusable_findings(profile, earlier)


def _total(profile: Profile) -> int:
    return profile.row_count + profile.rejected_count


def _count_findings(profile: Profile, earlier: Sequence[EarlierFile]) -> Iterator[Finding]:
    count = _total(profile)
    usual = sorted(_total(one.profile) for one in earlier if not one.profile.comes_back)
    if not usual or not count or profile.comes_back:
        return
    least, most = usual[0], usual[-1]
    before = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    files = "the file before" if len(usual) == 1 else f"the last {len(usual)} files"
    what = f"The file has {_rows(count)}; {files} of its source had {before}."
    if count <= least / 2 and least - count >= _FEW:
        is_serious = count <= least / 4 and least >= _SMALL
        yield Finding(
            code=FindingCode.FEWER_ROWS,
            severity=Severity.SERIOUS if is_serious else Severity.WARNING,
            what=what,
            to_do="Check that the export was whole: its filter, its dates, and whether it was cut off. If so "
            "few rows are meant, release the file.",
        )
    if count >= most * 2 and count - most >= _FEW:
        is_serious = count >= most * 4 and most >= _SMALL
        yield Finding(
            code=FindingCode.MORE_ROWS,
            severity=Severity.SERIOUS if is_serious else Severity.WARNING,
            what=what,
            to_do="Check the export's filter and dates: it may hold a month in place of a day. If so many "
            "rows are meant, release the file.",
        )


def _repeat_findings(file: File, profile: Profile, earlier: Sequence[EarlierFile]) -> Iterator[Finding]:
    rows = profile.rows
    same = [
        one for one in earlier if (one.profile.rows.sum, one.profile.rows.count) == (rows.sum, rows.count)
    ]
    if not same or not rows.count:
        return
    in_order = [one for one in same if one.profile.rows.order == rows.order]
    other = (in_order or same)[0].file
    order = "" if in_order else ", in another order"
    yield Finding(
        code=FindingCode.SAME_FILE if in_order else FindingCode.SAME_ROWS,
        severity=Severity.WARNING if file.accepts_repeat else Severity.SERIOUS,
        what=f"Its rows are those of the file {named(other)}{order}.",
        to_do="Reject it if it was exported or uploaded by mistake. If the same people are meant to be "
        "written to again, release it.",
        file_id=other.id,
    )


def _sent_findings(
    file: File, profile: Profile, sent: KnownRows, earlier: Sequence[EarlierFile]
) -> Iterator[Finding]:
    if not sent.rows:
        return
    share = sent.share
    # A source whose files overlap, such as three days every day, has rows that were sent in each of them.
    usual = max((one.profile.sent_share for one in earlier), default=0.0)
    is_serious = share >= _MUCH_OF and share > usual + _MORE_SENT and not file.accepts_repeat
    file_id = max(sent.file_ids, key=lambda one: sent.file_ids[one])
    other = next(one.file for one in earlier if one.file.id == file_id)
    many = max(1, round(share * profile.row_count))
    yield Finding(
        code=FindingCode.ROWS_SENT_BEFORE,
        severity=Severity.SERIOUS if is_serious else Severity.WARNING,
        what=f"{many:,} of {_rows(profile.row_count)} ({share:.0%}) stood just so in a file that a campaign "
        f"was fired for; most of them in {named(other)}.",
        to_do="Reject the file if it is an old one, or upload only the rows that are new. If those rows are "
        "meant to be sent again, release it.",
        rows=tuple(sent.rows),
        file_id=file_id,
    )


def _unusable_findings(profile: Profile, earlier: Sequence[EarlierFile]) -> Iterator[Finding]:
    total, rejected, marked = _total(profile), profile.rejected_count, profile.marked_count
    if _is_much(rejected, total, [(one.profile.rejected_count, _total(one.profile)) for one in earlier]):
        yield Finding(
            code=FindingCode.MANY_REJECTED,
            severity=Severity.SERIOUS if total >= _SMALL else Severity.WARNING,
            what=f"{rejected:,} of {_rows(total)} were rejected.",
            to_do="See the reasons in the rejected-rows file. If the export has changed, change the source "
            "and load the file again.",
        )
    counts = [(one.profile.marked_count, one.profile.row_count) for one in earlier]
    if _is_much(marked, profile.row_count, counts):
        yield Finding(
            code=FindingCode.MANY_MARKED,
            severity=Severity.SERIOUS if profile.row_count >= _SMALL else Severity.WARNING,
            what=f"{marked:,} of {_rows(profile.row_count)} have a bad address, or none.",
            to_do="See the marked rows. If the column holds something else, change the source and load the "
            "file again.",
        )


def _is_much(count: int, total: int, before: Sequence[tuple[int, int]]) -> bool:
    usual = max((part / whole for part, whole in before if whole), default=0.0)
    return total >= 3 and count >= total * max(_MUCH_OF, min(usual + _MORE_SENT, 1.0))


def named(file: File) -> str:
    """An earlier file, as findings name it."""
    return f"{file.name!r} of {file.created_at:%Y-%m-%d %H:%M} UTC"


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"
