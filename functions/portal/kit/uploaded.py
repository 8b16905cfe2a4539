"""A file that came with a form."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.datastructures import UploadFile

PIECE_BYTES = 1024 * 1024


@asynccontextmanager
async def on_disk(file: UploadFile) -> AsyncIterator[str]:
    """The upload as a file of this machine, while it is looked at."""
    handle, path = tempfile.mkstemp(prefix="upload-")
    try:
        with os.fdopen(handle, "wb") as written:
            while piece := await file.read(PIECE_BYTES):
                await asyncio.to_thread(written.write, piece)
        yield path
    finally:
        os.unlink(path)
