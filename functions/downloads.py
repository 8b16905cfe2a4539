"""Files that are sent to be saved, never to be shown: what stands in them is other people's."""

from collections.abc import AsyncIterator

from starlette.responses import StreamingResponse

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def csv_response(pieces: AsyncIterator[bytes], name: str) -> StreamingResponse:
    """A CSV file."""
    return _saved(pieces, name, "text/csv; charset=utf-8")


def xlsx_response(pieces: AsyncIterator[bytes], name: str) -> StreamingResponse:
    """A spreadsheet."""
    return _saved(pieces, name, XLSX)


def _saved(pieces: AsyncIterator[bytes], name: str, media_type: str) -> StreamingResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(pieces, media_type=media_type, headers=headers)
