"""Uploaded files and rejected-rows files in Cloud Storage. The library is synchronous: threads carry it."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

from google.api_core.exceptions import GoogleAPIError
from google.api_core.exceptions import NotFound as ObjectNotFound
from google.auth.exceptions import GoogleAuthError
from google.cloud import storage  # type: ignore[attr-defined]
from msgspec import Struct

from shared.domain.errors import Unavailable

UPLOAD_LINK_LIFETIME = dt.timedelta(minutes=30)
READ_SIZE = 1024 * 1024


class StoredObject(Struct, frozen=True, kw_only=True):
    """One generation of one object. `size` is in bytes."""

    name: str
    generation: str
    size: int


class Files:
    """The upload bucket."""

    def __init__(self, bucket: str, public_url: str, *, is_emulated: bool) -> None:
        self._bucket_name = bucket
        self._public_url = public_url
        self._is_emulated = is_emulated
        self._client: Any = None

    def _bucket(self) -> Any:
        if self._client is None:
            if self._is_emulated:
                self._client = storage.Client.create_anonymous_client()
            else:
                self._client = storage.Client()
        return self._client.bucket(self._bucket_name)

    async def upload_link(self, object_name: str, max_bytes: int) -> tuple[str, dict[str, str]]:
        """An address one may PUT the file to for 30 minutes, and the headers the PUT must carry.

        It takes one upload: once that is there, another is refused with 412 and changes nothing.
        https://cloud.google.com/storage/docs/xml-api/reference-headers#xgoogifgenerationmatch
        """
        return await asyncio.to_thread(self._upload_link, object_name, max_bytes)

    def _upload_link(self, object_name: str, max_bytes: int) -> tuple[str, dict[str, str]]:
        headers = {"x-goog-if-generation-match": "0"}
        if self._is_emulated:  # the emulator checks no signature, and there is no key to sign with
            return f"{self._public_url}/{self._bucket_name}/{object_name}", headers
        headers |= {"x-goog-content-length-range": f"1,{max_bytes}"}
        credentials = self._bucket().client._credentials
        if not credentials.valid:
            import google.auth.transport.requests

            credentials.refresh(google.auth.transport.requests.Request())
        link = (
            self._bucket()
            .blob(object_name)
            .generate_signed_url(
                version="v4",
                method="PUT",
                expiration=UPLOAD_LINK_LIFETIME,
                headers=headers,
                service_account_email=credentials.service_account_email,
                access_token=credentials.token,  # signed by the IAM API: there is no key file
            )
        )
        return str(link), headers

    async def upload(self, object_name: str, path: str, content_type: str) -> None:
        """Store the local file `path`."""
        blob = self._bucket().blob(object_name)
        await asyncio.to_thread(blob.upload_from_filename, path, content_type=content_type)

    async def save_text(self, object_name: str, text: str) -> None:
        """Store a short text."""
        await asyncio.to_thread(self._bucket().blob(object_name).upload_from_string, text)

    async def save_bytes(self, object_name: str, content: bytes, content_type: str) -> None:
        """Store what is in memory."""
        blob = self._bucket().blob(object_name)
        await asyncio.to_thread(blob.upload_from_string, content, content_type=content_type)

    async def find(self, object_name: str) -> StoredObject | None:
        """The object's newest generation, or None."""
        blob = await asyncio.to_thread(self._bucket().get_blob, object_name)
        if blob is None:
            return None
        return StoredObject(name=object_name, generation=str(blob.generation), size=int(blob.size or 0))

    async def list_names(self, prefix: str) -> list[str]:
        """The names of all objects that begin with `prefix`."""
        return await asyncio.to_thread(
            lambda: [blob.name for blob in self._bucket().list_blobs(prefix=prefix)]
        )

    async def remove(self, object_name: str) -> bool:
        """Delete the object; False when it is gone already."""
        try:
            await asyncio.to_thread(self._bucket().blob(object_name).delete)
        except ObjectNotFound:
            return False
        return True

    async def download(self, object_name: str, generation: str, path: str) -> bool:
        """Write this generation of the object to the local file `path`; False when it is gone."""
        blob = self._bucket().blob(object_name, generation=int(generation))
        try:
            await asyncio.to_thread(blob.download_to_filename, path)
        except ObjectNotFound:
            return False
        return True

    async def read_whole(self, object_name: str) -> bytes | None:
        """The object's bytes; None when it is gone. Raises Unavailable."""
        try:
            content: bytes = await asyncio.to_thread(self._bucket().blob(object_name).download_as_bytes)
        except ObjectNotFound:
            return None
        except (GoogleAPIError, GoogleAuthError, OSError) as error:  # those of requests are OSErrors
            raise Unavailable(f"An object could not be read ({type(error).__name__}).") from error
        return content

    async def read(self, object_name: str) -> AsyncIterator[bytes]:
        """The object's bytes, piece by piece."""
        reader = await asyncio.to_thread(self._bucket().blob(object_name).open, "rb", chunk_size=READ_SIZE)
        while piece := await asyncio.to_thread(reader.read, READ_SIZE):
            yield piece
