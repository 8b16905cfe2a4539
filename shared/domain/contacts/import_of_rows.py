"""Contacts from the rows of a file: an import that reads rows in place of an upload."""

from datetime import datetime, timedelta

from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact_import import ContactImport, ImportMode, ImportState
from shared.domain.contacts.import_columns import ImportColumn, Target
from shared.domain.files.file import File
from shared.domain.files.source import RowsToContacts
from shared.domain.ids import computed_id


def columns_of(wish: RowsToContacts) -> tuple[ImportColumn, ...]:
    """Which field of the source is what of a contact. Raises ValueError for what is none."""
    return tuple(
        ImportColumn(
            column=one.column,
            to=Target(one.to),
            channel=Channel(one.channel) if one.channel else None,
            number=one.number,
            field=one.field,
            separator=one.separator,
        )
        for one in wish.columns
    )


def rows_import_id(file: File) -> str:
    """The id of the import of a file's rows; of a file that is loaded again it is another one."""
    return computed_id(file.id, "contacts", file.reload_count)


def import_of_rows(
    company_id: str, file: File, wish: RowsToContacts, now: datetime, tick_seconds: float
) -> ContactImport:
    """The import of a file's rows."""
    import_id = rows_import_id(file)
    return ContactImport(
        id=import_id,
        name=f"Rows of {file.name}",
        object_name=f"companies/{company_id}/contact_imports/{import_id}/upload",
        file_id=file.id,
        created_at=now,
        created_by=f"source {file.source_id}",
        match_by=wish.match_by,
        mode=ImportMode(wish.mode),
        columns=columns_of(wish),
        tags=wish.tags,
        list_ids=wish.list_ids,
        state=ImportState.LOADING,
        due_at=now + timedelta(seconds=tick_seconds),
    )
