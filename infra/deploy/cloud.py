"""Carries actions out: by the gcloud on the PATH, by REST with its token, and by Cloud Scheduler's client."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from infra.deploy.printing import shell
from infra.deploy.source import REPOSITORY
from infra.deploy.step import (
    RANDOM_SECRET,
    Action,
    DeployError,
    Gcloud,
    Request,
    SchedulerCall,
    UntilEmpty,
)

CALL_SECONDS = 60.0
NOT_FOUND = 404
READY_POLL_SECONDS = 10.0
READY_SECONDS = 3600.0  # an index over many documents takes its time


class ActionFailed(DeployError):
    """An action was refused; the text holds what the other side said."""


@dataclass(kw_only=True)
class Cloud:
    """One project's Google Cloud. The addresses are for stand-ins: empty for Google's own."""

    project: str
    scheduler_address: str = ""  # host:port that speaks Cloud Scheduler's gRPC without encryption
    rest_address: str = ""  # http://host:port that takes the REST calls, with the real host in its path
    sleep: Callable[[float], None] = time.sleep

    def do(self, action: Action) -> Any:
        """Do it; the answer is JSON, or text that is none. Raises ActionFailed."""
        match action:
            case Gcloud():
                return self._gcloud(action)
            case Request():
                return self._request(action)
            case SchedulerCall():
                return self._scheduler(action)
            case UntilEmpty():
                return self._wait(action)

    def _gcloud(self, action: Gcloud) -> Any:
        said = self._run(action)
        if "--format=json" not in action.words:
            return said.strip()
        return json.loads(said or "[]")

    def _run(self, action: Gcloud) -> str:
        gcloud = shutil.which("gcloud")
        if gcloud is None:
            raise DeployError("gcloud is missing: https://cloud.google.com/sdk/docs/install")
        secret = _random_secret() if action.makes_secret else None
        done = subprocess.run(  # noqa: S603  # found on PATH, and no shell reads the words
            [gcloud, *action.words],
            cwd=REPOSITORY,  # the plan's files are named from there
            input=secret,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise ActionFailed(done.stderr.strip() or f"gcloud ended with {done.returncode} and said nothing")
        return done.stdout

    def _wait(self, action: UntilEmpty) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while self._gcloud(action.look):
            if time.monotonic() > deadline:
                raise ActionFailed(
                    f"it still lists something after {READY_SECONDS:g} s: {shell(action.look)}"
                )
            self.sleep(READY_POLL_SECONDS)

    @cached_property
    def _credentials(self) -> Any:
        """gcloud's own login, so that there is one login only. Quotas count on the project."""
        from google.oauth2.credentials import Credentials

        token = self._run(Gcloud(words=("auth", "print-access-token"))).strip()
        return Credentials(token=token, quota_project_id=self.project)  # type: ignore[no-untyped-call]

    def _request(self, action: Request) -> Any:
        import requests
        from google.auth.exceptions import GoogleAuthError
        from google.auth.transport.requests import AuthorizedSession

        url = action.url.replace("https:/", self.rest_address, 1) if self.rest_address else action.url
        try:
            session: Any = AuthorizedSession(self._credentials)  # type: ignore[no-untyped-call]
            with session:
                answer = session.request(action.method, url, json=action.body, timeout=CALL_SECONDS)
        except (requests.RequestException, GoogleAuthError) as error:
            raise ActionFailed(f"{action.url} could not be called: {error}") from error
        if answer.status_code == NOT_FOUND and action.method == "GET":
            return None
        if not answer.ok:
            raise ActionFailed(
                f"{action.method} {action.url} answered {answer.status_code}: {answer.text[:500]}"
            )
        return answer.json()

    @cached_property
    def _scheduler_client(self) -> Any:
        from google.cloud.scheduler_v1 import CloudSchedulerClient
        from google.cloud.scheduler_v1.services.cloud_scheduler.transports import CloudSchedulerGrpcTransport

        if not self.scheduler_address:
            return CloudSchedulerClient(credentials=self._credentials)
        import grpc

        channel = grpc.insecure_channel(self.scheduler_address)
        return CloudSchedulerClient(transport=CloudSchedulerGrpcTransport(channel=channel))

    def _scheduler(self, action: SchedulerCall) -> Any:
        from google.api_core.exceptions import GoogleAPICallError, RetryError
        from google.cloud.scheduler_v1 import Job

        try:
            answer = self._call_scheduler(action)
        except (GoogleAPICallError, RetryError) as error:
            raise ActionFailed(f"Cloud Scheduler refused {action.method}: {error}") from error
        if answer is None:
            return None
        found = [json.loads(Job.to_json(job)) for job in answer]
        return found if action.method == "list_jobs" else found[0]

    def _call_scheduler(self, action: SchedulerCall) -> Any:
        from google.cloud.scheduler_v1 import Job

        client, job, timeout = self._scheduler_client, action.job or {}, CALL_SECONDS
        match action.method:
            case "list_jobs":
                return client.list_jobs(parent=action.parent, timeout=timeout)
            case "create_job":
                made = client.create_job(
                    parent=action.parent, job=Job.from_json(json.dumps(job)), timeout=timeout
                )
                return [made]
            case "update_job":
                return [client.update_job(job=Job.from_json(json.dumps(job)), timeout=timeout)]
        method = getattr(client, action.method)  # delete, pause and resume take the name alone
        answer = method(name=job["name"], timeout=timeout)
        return None if answer is None else [answer]


def _random_secret() -> str:
    return subprocess.run(RANDOM_SECRET, capture_output=True, text=True, check=True).stdout  # noqa: S603  # our own words


def answered_name(answer: Any) -> str:
    """The name of what an action made, when its answer says so."""
    return str(answer["name"]) if isinstance(answer, Mapping) and "name" in answer else ""
