"""An import of contacts: what was asked for, how far it is, and what became of its rows."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from shared.domain.contacts.import_columns import ImportColumn
from shared.domain.errors import Conflict
from shared.domain.job import ImportContacts
from shared.domain.record import replace
from shared.domain.repeats import NO_REPEATS, Repeats

SHOWN_ERRORS = 100
BY_ID, BY_KEY = "id", "key"
REJECTED_PIECE, LEFT_PIECE = "rejected", "left"


class ImportMode(StrEnum):
    """What is done with a row whose contact exists, and with one whose contact does not."""

    CREATE_AND_UPDATE = "create_and_update"
    CREATE_ONLY = "create_only"
    UPDATE_ONLY = "update_only"


class ImportState(StrEnum):
    """How far an import is. A dry run ends CHECKED, and may be run from there."""

    AWAITING_UPLOAD = "awaiting_upload"
    CHECKING = "checking"
    CHECKED = "checked"
    LOADING = "loading"
    LOADED = "loaded"
    REFUSED = "refused"
    UNDOING = "undoing"
    UNDONE = "undone"


AT_WORK = frozenset({ImportState.CHECKING, ImportState.LOADING, ImportState.UNDOING})


class ImportCounts(Struct, frozen=True, kw_only=True):
    """What became of the rows, or would: each is in one of the first five, and in `rows`.

    `kept_refusals` are addresses that a row calls subscribed and that have refused: that stays.
    `noted_refusals` are addresses that refuse since a row says so.
    """

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    rejected: int = 0
    kept_refusals: int = 0
    noted_refusals: int = 0

    def plus(self, other: "ImportCounts") -> "ImportCounts":
        """Both added up."""
        return ImportCounts(
            **{name: getattr(self, name) + getattr(other, name) for name in ImportCounts.__struct_fields__}
        )


class RowFault(Struct, frozen=True, kw_only=True):
    """Why a row was rejected: its number as a spreadsheet counts, the column, and how to mend it."""

    row: int
    column: str
    reason: str


class LeftContact(Struct, frozen=True, kw_only=True):
    """A contact that an undo left as it is, and why."""

    contact_id: str
    name: str
    reason: str


class ContactImport(Struct, frozen=True, kw_only=True):
    """One import. `match_by` is `id`, `key` or a channel: what a row's contact is found by.

    With `replaces`, what a row says takes the place of all: an empty cell empties, and tags, lists and
    addresses that it does not name go. Without, empty cells say nothing, and what is named is added. `tags`
    and `list_ids` are given to everybody. `columns` are what was asked for (none: guessed), `used` what was
    read.

    `blocks` are done, of so many rows each; `undone_blocks` are taken back. `errors` are the first hundred of
    the rejected rows; all are in the files of the `rejected_blocks`. `left` counts contacts that an undo left
    alone, `restored` those it put back. `file_id` is the file whose rows are read in place of an upload.
    `due_at` is when its job is announced once more.
    `attempt` counts the attempts that got nothing done, the first of them at `claimed_at`.
    """

    id: str
    name: str
    object_name: str
    created_at: datetime
    created_by: str
    match_by: str
    is_dry_run: bool = False
    mode: ImportMode = ImportMode.CREATE_AND_UPDATE
    replaces: bool = False
    columns: tuple[ImportColumn, ...] = ()
    tags: tuple[str, ...] = ()
    list_ids: tuple[str, ...] = ()
    sheet: str | None = None
    state: ImportState = ImportState.AWAITING_UPLOAD
    percent: int = 0
    used: tuple[ImportColumn, ...] = ()
    counts: ImportCounts = field(default_factory=ImportCounts)
    errors: tuple[RowFault, ...] = ()
    notes: tuple[str, ...] = ()
    refusal: str | None = None
    generation: str | None = None
    run: int = 0
    blocks: int = 0
    rejected_blocks: tuple[int, ...] = ()
    undone_blocks: int = 0
    restored: int = 0
    left: int = 0
    left_blocks: tuple[int, ...] = ()
    ended_at: datetime | None = None
    due_at: datetime | None = None
    repeats: Repeats = NO_REPEATS
    file_id: str | None = None
    lease_token: str | None = None
    lease_until: datetime | None = None
    attempt: int = 0
    claimed_at: datetime | None = None

    @property
    def skips_repeated(self) -> bool:
        """Whether a contact's second row is skipped: rows of a file are appointments, say."""
        return self.file_id is not None

    @property
    def folder(self) -> str:
        """Where its files are kept."""
        return self.object_name.rpartition("/")[0]

    def block_id(self, number: int) -> str:
        """What the changes of one of its blocks share."""
        return f"{self.id}.{number}"

    def piece_name(self, kind: str, number: int) -> str:
        """Where a file about a block is kept; a run after a dry run has files of its own."""
        return f"{self.folder}/{kind}-{self.run}-{number:05}"


def import_job(company_id: str, import_id: str) -> ImportContacts:
    """The job that goes on with an import."""
    return ImportContacts(company_id=company_id, import_id=import_id)


def to_be_run(item: ContactImport, now: datetime) -> ContactImport:
    """The checked import, to be done in earnest. Raises Conflict."""
    if item.state is not ImportState.CHECKED:
        raise Conflict(f"The import is {item.state}: only one that was checked in a dry run can be run.")
    return replace(
        item,
        state=ImportState.LOADING,
        is_dry_run=False,
        run=item.run + 1,
        percent=0,
        counts=ImportCounts(),
        errors=(),
        blocks=0,
        rejected_blocks=(),
        ended_at=None,
        due_at=now,
        repeats=NO_REPEATS,
    )


def to_be_undone(item: ContactImport, now: datetime) -> ContactImport:
    """The import, to be taken back: one that ended, or that was refused on its way. Raises Conflict."""
    is_over = item.state in (ImportState.LOADED, ImportState.REFUSED)
    if not is_over or not item.used or item.is_dry_run:
        raise Conflict(f"The import is {item.state}: there is nothing to undo, or not yet.")
    return replace(item, state=ImportState.UNDOING, percent=0, ended_at=None, due_at=now, repeats=NO_REPEATS)
