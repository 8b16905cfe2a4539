"""Gives commands to the real gcloud, in one process, up to the request that it would change something with.

gcloud's own Python runs this file: `python -S parse_with_gcloud.py SDK_ROOT`. Standard input is JSON:
"commands" are lists of words, without `gcloud`; "definitions" are [API, version, type, content], for what
gcloud passes on unread. It prints "verdicts", {"refusal": …, "requests": [[method, url, body], …]} per
command, and "unknown", per definition the places with a field or value that the API has not.

No request leaves: reading ones are answered as by an empty project, the first writing one ends the command.
"""

import contextlib
import io
import json
import os
import re
import shutil
import sys
import tempfile
from typing import Any

SDK_ROOT = sys.argv[1]
sys.path[:0] = [os.path.join(SDK_ROOT, "lib"), os.path.join(SDK_ROOT, "lib", "third_party")]

import requests  # noqa: E402  # gcloud's own copy
from apitools.base.py import encoding  # noqa: E402
from googlecloudsdk import gcloud_main  # noqa: E402
from googlecloudsdk.api_lib.util import apis  # noqa: E402
from googlecloudsdk.calliope import backend  # noqa: E402
from googlecloudsdk.core import log, properties  # noqa: E402
from googlecloudsdk.core.util import archive  # noqa: E402  # gcloud's, found by the line above

SERVICE = {
    "apiVersion": "serving.knative.dev/v1",
    "kind": "Service",
    "metadata": {"name": "service", "namespace": "acme", "generation": 1, "labels": {}, "annotations": {}},
    "spec": {
        "template": {"metadata": {}, "spec": {"containers": [{"image": "image"}]}},
        "traffic": [{"latestRevision": True, "percent": 100}],
    },
    "status": {"observedGeneration": 1, "conditions": [{"type": "Ready", "status": "True"}], "traffic": []},
}
# https://cloud.google.com/functions/docs/runtime-support
RUNTIMES = [{"name": f"python31{n}", "stage": "GA", "environment": "GEN_2"} for n in (1, 2, 3)]
# What these do, they do on this machine: they are only parsed.
LOCAL_GROUPS = {"auth", "components", "config", "emulators", "init"}
UPLOAD = {"uploadUrl": "https://upload.invalid/source", "storageSource": {"bucket": "b", "object": "o"}}
# Reading requests and the like, by method and address, with status and answer.
ANSWERS: tuple[tuple[str, int, Any], ...] = (
    (
        r"GET .*/functions/[^/?]+\?",
        404,
        {"error": {"code": 404, "message": "not found", "status": "NOT_FOUND"}},
    ),
    (r"POST .*/functions:generateUploadUrl", 200, UPLOAD),
    (
        r"GET .*/defaultServiceAccount",
        200,
        {"serviceAccountEmail": "projects/acme/serviceAccounts/default@acme"},
    ),
    (r"PUT https://upload\.invalid/", 200, {}),
    (r"GET .*/namespaces/[^/]+/services/", 200, SERVICE),
    (r"GET .*/runtimes\?", 200, {"runtimes": RUNTIMES}),
    (r"GET .*/namespaces/[^/]+/revisions\?", 200, {"metadata": {}, "items": []}),
    (r"POST .*:(queryTestablePermissions|testIamPermissions)", 200, {}),
    (r"GET .*/storage/v1/b/[^/?]+\?", 200, {"kind": "storage#bucket", "name": "bucket"}),
    (r"GET .*/roles/", 200, {"name": "role", "includedPermissions": []}),
    (r"GET ", 200, {}),
)


class ReachedWriting(BaseException):
    """gcloud was satisfied with the command, and would now change something."""


RUN = backend.Command.Run
ZIP = archive.MakeZipFromDir
ZIPPED: dict[str, str] = {}  # by folder, what it was zipped to
SESSION: Any = requests.Session


def zip_once(destination: str, folder: str, predicate: Any = None) -> None:
    """Each function is deployed from the same folder, which does not change meanwhile."""
    if folder not in ZIPPED:
        ZIPPED[folder] = os.path.join(tempfile.mkdtemp(), "source.zip")
        ZIP(ZIPPED[folder], folder, predicate)
    shutil.copyfile(ZIPPED[folder], destination)


def parse_only(command: Any, cli: Any, args: Any) -> None:
    """In the place of running a command."""


class Network:
    """Stands in for all of Google, and remembers what it was asked."""

    def __init__(self, words: list[str]) -> None:
        self.requests: list[list[str | None]] = []
        self.was_written_to = False
        self._policy = policy_for(words)

    def send(self, session: Any, request: Any, **options: Any) -> Any:
        """What requests.Session.send does."""
        body = None if request.url.startswith(UPLOAD["uploadUrl"]) else request.body
        text = body.decode(errors="replace") if isinstance(body, bytes) else body
        self.requests.append([request.method, request.url, text if isinstance(text, str) else None])
        for pattern, status, content in ((r"\w+ .*[:/](getIamPolicy|iam)\?", 200, self._policy), *ANSWERS):
            if re.match(pattern, f"{request.method} {request.url}"):
                answer: Any = requests.Response()
                answer.status_code = status
                answer.raw = io.BytesIO(json.dumps(content).encode())
                answer.headers["content-type"] = "application/json"
                answer.url, answer.request = request.url, request
                return answer
        self.was_written_to = True
        raise ReachedWriting


def policy_for(words: list[str]) -> dict[str, Any]:
    """A policy with the binding that the command takes away."""
    flags = dict(word[2:].split("=", 1) for word in words if word.startswith("--") and "=" in word)
    if "remove-iam-policy-binding" not in words or not {"role", "member"} <= set(flags):
        return {}
    binding: dict[str, Any] = {"role": flags["role"], "members": [flags["member"]]}
    if flags.get("condition", "None") != "None":
        binding["condition"] = dict(part.split("=", 1) for part in flags["condition"].split(","))
    return {"bindings": [binding], "version": 3}


def run(cli: Any, words: list[str]) -> dict[str, Any]:
    """What became of one command."""
    network = Network(words)
    backend.Command.Run = parse_only if LOCAL_GROUPS & set(words[:2]) else RUN
    SESSION.send = lambda session, request, **options: network.send(session, request, **options)
    said = io.StringIO()
    refusal = None
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        log.Reset(sys.stdout, sys.stderr)
        try:
            cli.Execute(list(words), call_arg_complete=False)
        except ReachedWriting:
            pass
        except SystemExit as ended:
            refusal = said.getvalue() if ended.code else None
        except Exception as error:  # noqa: BLE001  # whatever a command ends with is its verdict
            refusal = f"{type(error).__name__}: {error}"
    # Some commands write in a thread, and report its end as a failure.
    return {"refusal": None if network.was_written_to else refusal, "requests": network.requests}


def unknown_in(api: str, version: str, kind: str, content: Any) -> list[str]:
    """Where the content has what the API's messages have not."""
    kind_of_message = apis.GetMessagesModule(api, version)
    for name in kind.split("."):
        kind_of_message = getattr(kind_of_message, name)
    try:
        message = encoding.DictToMessage(content, kind_of_message)
    except Exception as error:  # noqa: BLE001  # the same for a definition
        return [f"{type(error).__name__}: {error}"]
    return [
        ".".join(str(getattr(edge, "field", edge)) for edge in edges) + f": {', '.join(map(str, names))}"
        for edges, names in encoding.UnrecognizedFieldIter(message)
    ]


def main() -> None:
    """Run all commands and check all definitions."""
    properties.VALUES.core.disable_prompts.Set(True)
    archive.MakeZipFromDir = zip_once
    out, asked = sys.stdout, json.load(sys.stdin)
    cli = gcloud_main.CreateCLI([])
    verdicts = [run(cli, words) for words in asked["commands"]]
    unknown = [unknown_in(*definition) for definition in asked["definitions"]]
    json.dump({"verdicts": verdicts, "unknown": unknown}, out)


if __name__ == "__main__":
    main()
