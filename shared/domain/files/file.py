"""A file: one uploaded packet of rows, and what became of it."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from shared.domain.errors import RollcallError
from shared.domain.files.finding import Finding

_FINDINGS_NAMED = 3  # where a file is said to be held


class FileState(StrEnum):
    """Where a file is on its way in."""

    AWAITING_UPLOAD = "awaiting_upload"
    LOADING = "loading"
    LOADED = "loaded"
    REFUSED = "refused"  # as a whole, with `refusal` saying why


class FileHold(StrEnum):
    """Whether a loaded file may be fired. A held one waits until somebody releases or rejects it."""

    NONE = "none"
    HELD = "held"
    RELEASED = "released"
    REJECTED = "rejected"  # for good: somebody said that the file is wrong


class FileRefused(RollcallError):
    """A file cannot be taken at all. `reason` is for people: what is wrong, where, and how to mend it.

    `findings` say what a change of the source's mapping would mend.
    """

    def __init__(self, reason: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.findings = findings


class File(Struct, frozen=True, kw_only=True):
    """One uploaded file. A file is taken once: by object generation and by content.

    `sheet` is the one asked for at upload, then the one read; `header_row` is where its columns' names stand.
    `notes` say, for people, what was chosen and left out. `hidden_count` rows were hidden and left out,
    `filtered_count` by the source's row filter; `canceled_count` records cancel appointments, and are no
    rows. `marked_count` rows are loaded and have an address that is none. `mend_count` counts changes of rows
    since they were loaded, `reload_count` how often the upload was read again. `decided_by`, `decided_at` and
    `decision_note` say who released or rejected it, `fired_at` when a campaign first fired for it.
    `missing_accepted` are columns that somebody said it may lack. `claimed_at` is when the first of `attempt`
    attempts to load it was made.
    """

    id: str
    source_id: str
    name: str
    object_name: str
    created_at: datetime
    state: FileState = FileState.AWAITING_UPLOAD
    accepts_repeat: bool = False
    generation: str | None = None
    content_hash: str | None = None
    size: int = 0
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    notes: tuple[str, ...] = ()
    percent: int = 0
    row_count: int = 0
    rejected_count: int = 0
    hidden_count: int = 0
    canceled_count: int = 0
    filtered_count: int = 0
    chunk_count: int = 0
    rejected_object_name: str | None = None
    refusal: str | None = None
    attempt: int = 0
    claimed_at: datetime | None = None
    lease_token: str | None = None
    lease_until: datetime | None = None
    loaded_at: datetime | None = None
    findings: tuple[Finding, ...] = ()
    hold: FileHold = FileHold.NONE
    decided_by: str = ""
    decided_at: datetime | None = None
    decision_note: str = ""
    marked_count: int = 0
    mend_count: int = 0
    reload_count: int = 0
    fired_at: datetime | None = None
    missing_accepted: tuple[str, ...] = ()

    @property
    def rows_hash(self) -> str | None:
        """The same as long as the rows are: what was uploaded, how often it was read and a row was mended."""
        if not self.mend_count and not self.reload_count:
            return self.content_hash
        return f"{self.content_hash} {self.reload_count} {self.mend_count}"


def fire_refusal(file: File) -> str | None:
    """Why no campaign may fire for the file, or None when it may: the one place that decides this."""
    if file.state is not FileState.LOADED:
        return f"The file {file.name!r} is {file.state}; only a loaded file can be fired for."
    return hold_refusal(file)


def hold_refusal(file: File) -> str | None:
    """Why people, or the lack of their word, keep the file from being fired, or None."""
    if file.hold is FileHold.REJECTED:
        return f"The file {file.name!r} was rejected as wrong: nothing is sent for it. Upload the right one."
    if file.hold is FileHold.HELD:
        found = " ".join(finding.what for finding in file.findings[:_FINDINGS_NAMED])
        why = found or "its source holds every file."
        return f"The file {file.name!r} is held: {why} Look at it, then release or reject it."
    return None


class Mending(Struct, frozen=True, kw_only=True):
    """Which fields of a row somebody changed after it was loaded, who and when last."""

    fields: tuple[str, ...]
    by: str
    at: datetime


class Row(Struct, frozen=True, kw_only=True):
    """One record of a file. `number` counts as a spreadsheet does: the header is row 1.

    Values are text as cleaned: ISO 8601 for dates and times, plain decimals for numbers.
    An empty cell is an absent field. `marks` say by field why its address is none. `time_zone` (IANA) is the
    one in which its times were read; empty for a row that was loaded before it was kept.
    """

    number: int
    values: dict[str, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    mended: Mending | None = None
    time_zone: str = ""


class RejectedRow(Struct, frozen=True, kw_only=True):
    """A record that could not be read, with the cell to mend. `cells` are the row as it stood."""

    number: int
    column: str
    value: str
    reason: str
    cells: tuple[str, ...] = ()


class FileContent(Struct, frozen=True, kw_only=True):
    """Which file of a source had a content first. The id is that of source and content."""

    id: str
    file_id: str
