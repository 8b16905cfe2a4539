"""Serves the Cloud Storage emulator with what production has and it lacks: upload notices and CORS.

Run as `python -m infra.local.storage_server --port=9023 --directory=/tmp/storage --bucket=uploads
--pubsub=127.0.0.1:8085 --topic=projects/local/topics/ingest-file`.
"""

import argparse
import base64
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from functools import partial
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from gcp_storage_emulator import server as emulator_server
from gcp_storage_emulator.exceptions import NotFound
from gcp_storage_emulator.handlers.buckets import create_bucket
from gcp_storage_emulator.server import RequestHandler
from gcp_storage_emulator.storage import Storage

from infra.local.ports import HOST

PUBLISH_SECONDS = 10
API_PATHS = ("/storage/", "/upload/", "/b/")
emulator_read_data = emulator_server._read_data


class AnnouncingStorage(Storage):  # type: ignore[misc]  # the emulator has no types
    """The emulator's storage, publishing each finalised object as Cloud Storage's own notifications do."""

    def __init__(self, directory: str, *, publish_url: str) -> None:
        super().__init__(data_dir=directory)
        self._publish_url = publish_url

    def create_file(
        self,
        bucket_name: str,
        file_name: str,
        content: bytes,
        file_obj: dict[str, Any],
        file_id: str | None = None,
    ) -> None:
        """Every way of uploading ends here, once per object."""
        super().create_file(bucket_name, file_name, content, file_obj, file_id)
        if self._publish_url:
            # After the answer and on its own, as in production: an upload never fails for its notice.
            threading.Thread(target=publish, args=(self._publish_url, notification(file_obj))).start()


class BrowserRequestHandler(RequestHandler):  # type: ignore[misc]  # the emulator has no types
    """The emulator's handler for pages of another origin, one request at a time.

    Connections are served by threads, as browsers open some they do not use yet; the emulator's state
    is not made for threads, so its work is done under a lock.
    """

    lock = threading.Lock()

    def handle_one_request(self) -> None:
        """Serve one request; do not hold the lock while only waiting for one."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline:
            self.close_connection = True
            return
        if self.parse_request():
            with self.lock:
                if self._is_there_already():
                    self._refuse_another()
                else:
                    getattr(self, f"do_{self.command}", self.do_OPTIONS)()
            self.wfile.flush()

    def _is_there_already(self) -> bool:
        """Whether an upload that must be the object's first is not."""
        if self.command != "PUT" or self.headers.get("x-goog-if-generation-match") != "0":
            return False
        bucket, _, name = unquote(urlsplit(self.path).path).lstrip("/").partition("/")
        try:
            self.storage.get_file_obj(bucket, name)
        except NotFound:
            return False
        return True

    def _refuse_another(self) -> None:
        """As Cloud Storage does: 412, with the body read first."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(412)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_OPTIONS(self) -> None:  # noqa: N802  # the name http.server calls
        """A browser asking whether it may upload from the portal's page."""
        self.send_response(204)
        self.end_headers()

    def end_headers(self) -> None:
        """Allow what the production bucket's CORS configuration allows, to every local page."""
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Methods", "GET, PUT, POST, OPTIONS")
        self.send_header("Access-Control-Allow-Headers", "*")
        super().end_headers()


def read_data(handler: RequestHandler, query: Mapping[str, list[str]]) -> object:
    """A request's body. What is uploaded to a signed URL is bytes, whatever it says it is.

    The emulator would take JSON and form files for requests of its own, and cannot take empty ones.
    """
    if handler.command == "PUT" and not handler.path.startswith(API_PATHS):
        return emulator_server._read_raw_data(handler) or b""
    return emulator_read_data(handler, query)


def notification(resource: Mapping[str, Any]) -> dict[str, Any]:
    """The Pub/Sub message for a new object.

    https://cloud.google.com/storage/docs/pubsub-notifications#format
    """
    attributes = {
        "eventType": "OBJECT_FINALIZE",
        "payloadFormat": "JSON_API_V1",
        "bucketId": resource["bucket"],
        "objectId": resource["name"],
        "objectGeneration": resource["generation"],
        "eventTime": resource["timeCreated"],
    }
    data = base64.b64encode(json.dumps(resource).encode()).decode()
    return {"data": data, "attributes": attributes}


def publish(url: str, message: Mapping[str, Any]) -> None:
    """Publish one message at `url`; a lost one is said and forgotten, the sweep finds its file."""
    body = json.dumps({"messages": [message]}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=PUBLISH_SECONDS):  # noqa: S310
            return
    except (urllib.error.URLError, OSError) as error:
        print(f"notice of {message['attributes']['objectId']} is lost: {error}", flush=True)


def serve(*, port: int, directory: str, bucket: str, publish_url: str) -> None:
    """Serve until stopped. The bucket is made if it is not there yet."""
    emulator_server._read_data = read_data
    storage = AnnouncingStorage(directory, publish_url=publish_url)
    if storage.get_bucket(bucket) is None:
        create_bucket(bucket, storage)
    with ThreadingHTTPServer((HOST, port), partial(BrowserRequestHandler, storage)) as server:
        server.daemon_threads = True
        server.serve_forever()


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--directory", required=True, help="absolute path")
    parser.add_argument("--bucket", required=True)
    parser.add_argument("--pubsub", required=True, help="host:port of the Pub/Sub emulator")
    parser.add_argument("--topic", default="", help="projects/…/topics/…; without it nothing is announced")
    options = parser.parse_args()
    publish_url = f"http://{options.pubsub}/v1/{options.topic}:publish" if options.topic else ""
    serve(port=options.port, directory=options.directory, bucket=options.bucket, publish_url=publish_url)


if __name__ == "__main__":
    main()
