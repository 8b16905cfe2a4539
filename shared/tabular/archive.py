"""The archives that XLSX and ODS files are, checked before anything else opens them."""

import zipfile
import zlib
from pathlib import Path

from shared.domain.files.file import FileRefused
from shared.tabular.caps import MIB, Caps
from shared.tabular.kind import Kind

_BLOCK = 256 * 1024
_ENDLESS = 1 << 62
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, ValueError)


def check_archive(path: Path, caps: Caps) -> Kind:
    """What kind of spreadsheet the archive is.

    Raises FileRefused when it is none, is damaged, or inflates beyond the caps. Sizes are
    counted while inflating; what the archive declares about itself may be a lie.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > caps.entries:
                raise FileRefused(
                    f"The spreadsheet consists of {len(entries):,} parts; {caps.entries:,} are taken. "
                    "Copy the rows into a new workbook, or save the sheet as CSV."
                )
            _check_inflated(archive, entries, caps)
            return _kind(archive)
    except RuntimeError:  # zipfile's word for an encrypted entry
        raise FileRefused("The file is protected by a password. Save it without one.") from None
    except _DAMAGED as error:
        raise FileRefused(
            f"The spreadsheet is damaged and cannot be opened ({error}). Open it in a spreadsheet program "
            "and save it again, or save the sheet as CSV."
        ) from None


def _check_inflated(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], caps: Caps) -> None:
    left = caps.inflated_bytes
    for entry in entries:
        # zipfile stops at the declared size, other readers do not: raise it beyond any cap.
        entry.file_size = _ENDLESS
        with archive.open(entry) as stream:
            while block := stream.read(_BLOCK):
                left -= len(block)
                if left < 0:
                    raise FileRefused(
                        f"The spreadsheet unpacks to more than {caps.inflated_bytes // MIB:,} MiB. Remove "
                        "what is not needed, split it, or save the sheet as CSV."
                    )


def _kind(archive: zipfile.ZipFile) -> Kind:
    names = set(archive.namelist())
    if "xl/workbook.xml" in names:
        return Kind.XLSX
    if "mimetype" in names:
        with archive.open("mimetype") as stream:
            if stream.read(len(_ODS) + 1).strip() == _ODS:
                return Kind.ODS
    if "xl/workbook.bin" in names:
        raise FileRefused("Binary workbooks (XLSB) are not read. Save the file as XLSX.")
    raise FileRefused(
        "The file is a ZIP archive but no spreadsheet. Unpack it and upload the CSV, XLSX, XLS or ODS file "
        "in it."
    )
