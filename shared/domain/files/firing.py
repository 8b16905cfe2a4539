"""Whether a file's rows may be read and fired now. Whether people let it be fired, `fire_refusal` decides."""

from datetime import datetime, timedelta

from shared.domain.files.file import File, FileHold, FileState, fire_refusal

ENDS_EARLY = timedelta(days=2)  # a fire that begins now must find all rows

_NOT_LOADED = {
    FileState.AWAITING_UPLOAD: "it is not uploaded yet",
    FileState.LOADING: "it is still loading",
    FileState.REFUSED: "it was refused",
}


def why_not_read(file: File, now: datetime, rows_retention_days: float) -> str | None:
    """Why the file's rows cannot be read now, as the end of a sentence; None when they can.

    Rows are kept for `rows_retention_days` after they were loaded.
    """
    if file.state is not FileState.LOADED:
        refusal = f": {file.refusal}" if file.refusal else ""
        return _NOT_LOADED[file.state] + refusal
    kept_for = timedelta(days=rows_retention_days) - ENDS_EARLY
    if file.loaded_at is None or now >= file.loaded_at + kept_for:
        return "its rows are deleted by now, as their time is over. Upload the file again"
    return None


def why_not_fired(file: File, now: datetime, rows_retention_days: float) -> str | None:
    """Why the file cannot be fired now, as the end of a sentence; None when it can."""
    reason = why_not_read(file, now, rows_retention_days)
    if reason is None and fire_refusal(file) is not None:
        is_held = file.hold is FileHold.HELD
        return "it is held; look at it, then release or reject it" if is_held else "it was rejected as wrong"
    return reason


def has_nobody(file: File) -> bool:
    """Whether the file is loaded and brings nobody to send to: it only cancels, or was rejected as wrong."""
    return file.state is FileState.LOADED and (not file.row_count or file.hold is FileHold.REJECTED)
