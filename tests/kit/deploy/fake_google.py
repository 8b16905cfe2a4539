"""Stand-ins for what gcloud is not asked for: Cloud Scheduler by gRPC, rules and Firestore's fields by REST.

They keep what they are given and answer as Google's do, on the loopback address.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import grpc
from google.cloud.scheduler_v1 import types
from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped]

from tests.kit.deploy.fake_gcloud import FakeCloud
from tests.kit.deploy.running_gcloud import POLL_SECONDS

SERVICE = "google.cloud.scheduler.v1.CloudScheduler"


class FakeScheduler:
    """Cloud Scheduler's jobs by name."""

    def __init__(self) -> None:
        self.jobs: dict[str, types.Job] = {}
        self.calls: list[str] = []
        self.authorizations: set[str] = set()

    def list_jobs(
        self, request: types.ListJobsRequest, context: grpc.ServicerContext
    ) -> types.ListJobsResponse:
        return types.ListJobsResponse(
            jobs=[job for name, job in self.jobs.items() if name.startswith(request.parent)]
        )

    def create_job(self, request: types.CreateJobRequest, context: grpc.ServicerContext) -> Any:
        if request.job.name in self.jobs:
            context.abort(grpc.StatusCode.ALREADY_EXISTS, f"{request.job.name} is there")
        job: Any = types.Job(request.job)
        job.state = types.Job.State.ENABLED
        self.jobs[job.name] = job
        return job

    def update_job(self, request: types.UpdateJobRequest, context: grpc.ServicerContext) -> Any:
        job: Any = types.Job(request.job)
        job.state = self._find(job.name, context).state
        self.jobs[job.name] = job
        return job

    def delete_job(self, request: types.DeleteJobRequest, context: grpc.ServicerContext) -> Empty:
        self._find(request.name, context)
        del self.jobs[request.name]
        return Empty()

    def pause_job(self, request: types.PauseJobRequest, context: grpc.ServicerContext) -> Any:
        job: Any = self._find(request.name, context)
        job.state = types.Job.State.PAUSED
        return job

    def resume_job(self, request: types.ResumeJobRequest, context: grpc.ServicerContext) -> Any:
        job: Any = self._find(request.name, context)
        job.state = types.Job.State.ENABLED
        return job

    def _find(self, name: str, context: grpc.ServicerContext) -> types.Job:
        if name not in self.jobs:
            context.abort(grpc.StatusCode.NOT_FOUND, f"{name} is not there")
        return self.jobs[name]

    def handlers(self) -> dict[str, Any]:
        """As gRPC takes them. Only what changes something is remembered as a call."""
        requests: dict[str, tuple[Any, Any, Any]] = {
            "ListJobs": (self.list_jobs, types.ListJobsRequest, types.ListJobsResponse.serialize),
            "CreateJob": (self.create_job, types.CreateJobRequest, types.Job.serialize),
            "UpdateJob": (self.update_job, types.UpdateJobRequest, types.Job.serialize),
            "DeleteJob": (self.delete_job, types.DeleteJobRequest, Empty.SerializeToString),
            "PauseJob": (self.pause_job, types.PauseJobRequest, types.Job.serialize),
            "ResumeJob": (self.resume_job, types.ResumeJobRequest, types.Job.serialize),
        }

        def recorded(name: str, run: Any) -> Any:
            def handle(request: Any, context: grpc.ServicerContext) -> Any:
                if name != "ListJobs":
                    self.calls.append(name)
                return run(request, context)

            return handle

        return {
            name: grpc.unary_unary_rpc_method_handler(
                recorded(name, run), request_deserializer=kind.deserialize, response_serializer=serialize
            )
            for name, (run, kind, serialize) in requests.items()
        }


@contextmanager
def running_scheduler() -> Iterator[tuple[FakeScheduler, str]]:
    """The scheduler and its host:port, while it serves."""
    scheduler = FakeScheduler()
    server = grpc.server(ThreadPoolExecutor(max_workers=2))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, scheduler.handlers()),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield scheduler, f"127.0.0.1:{port}"
    finally:
        server.stop(grace=None).wait()


class FakeRest:
    """Rulesets, the release that points to one, and single fields (kept in the fake gcloud's state)."""

    def __init__(self, cloud: FakeCloud) -> None:
        self.rulesets: dict[str, Any] = {}
        self.release: dict[str, Any] | None = None
        self.calls: list[str] = []
        self.tokens: set[str] = set()
        self._cloud = cloud

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Status and content for one call."""
        if method != "GET":
            self.calls.append(f"{method} {path}")
        resource = path.partition("/v1/")[2].partition("?")[0]
        match method, resource.split("/")[2]:
            case "GET", "releases":
                return (200, self.release) if self.release else (404, {"error": "NOT_FOUND"})
            case "POST", "releases":
                self.release = body
                return 200, body
            case "PATCH", "releases":
                self.release = body["release"]
                return 200, self.release
            case "GET", "rulesets":
                return 200, self.rulesets[resource]
            case "POST", "rulesets":
                name = f"{resource}/{len(self.rulesets) + 1}"
                self.rulesets[name] = {"name": name, **body}
                return 200, self.rulesets[name]
            case "PATCH", "databases":
                return 200, self._keep_field(resource, body)
        return 400, {"error": f"{method} {path} is not known here"}

    def _keep_field(self, resource: str, body: Any) -> Any:
        name = resource.partition("/databases/(default)/")[2]
        self._cloud.things("fields")[name] = {"name": resource, "indexConfig": body["indexConfig"]}
        return {"name": f"{resource}/operations/1"}


@contextmanager
def running_rest(cloud: FakeCloud) -> Iterator[tuple[FakeRest, str]]:
    """The REST interfaces and their base address, while they serve."""
    rest = FakeRest(cloud)

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            rest.tokens.add(self.headers["Authorization"] or "")
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            status, content = rest.answer(self.command, self.path, body)
            data = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = _serve  # noqa: N815  # the names that http.server calls

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(POLL_SECONDS,))
    thread.start()
    try:
        yield rest, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
