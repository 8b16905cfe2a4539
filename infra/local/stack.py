"""The whole system on one machine: emulators, functions with their topics, scheduler, provider simulators."""

import asyncio
import json
import os
import secrets
import shlex
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType

from msgspec import Struct, field

from infra.local.emulators import Emulators, running_emulators
from infra.local.function_host import FunctionHost
from infra.local.mail_host.running import MailHost, running_mail_host
from infra.local.ports import HOST, free_ports
from infra.local.processes import REPOSITORY, Process, url_answers
from infra.local.pubsub_setup import set_up_pubsub
from infra.local.push_relay import PushRelay
from infra.local.scheduler import Scheduler, Tick
from infra.local.simulator.client import base_urls
from infra.local.simulator.faults import Delays
from infra.local.stack_clock import StackClock
from infra.local.state import state_directory
from infra.local.waiting import STILL_SECONDS
from infra.manifest import MANIFEST_PATH, Function, Trigger, read_manifest
from shared.storage.secrets_file import PRIVATE

PROJECT_ID = "rollcall-local"
UPLOAD_BUCKET = "rollcall-local-uploads"
FUNCTION_PORTS = {"api": 8000, "portal": 8001, "messages": 8002}
SIMULATOR_PORT = 8090
MAIL_HOST_PORTS = (8091, 8092)  # of its control interface, and SMTP


class StackOptions(Struct, frozen=True, kw_only=True):
    """What to run and how.

    `tick_seconds` replaces all schedules; 0 means that ticks run only when asked (`Stack.tick_now`).
    `instances` is how many processes serve a function, by its name. `settings` are settings of the
    functions (ROLLCALL_…) that go over the stack's own. With `usual_ports` those are tried first. With
    `begins_at` the stack has a clock that can be set, and that begins then (`Stack.clock`). `without_queue`:
    nothing is brought to workers, and each process does the jobs that it announces.
    """

    source: Path = REPOSITORY / "main.py"
    manifest: Path = MANIFEST_PATH
    root: Path = REPOSITORY / ".local"
    keep: bool = False
    usual_ports: bool = True
    tick_seconds: float | None = None
    instances: Mapping[str, int] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    simulator_delays: Delays = field(default_factory=Delays)
    begins_at: datetime | None = None
    without_queue: bool = False


class Addresses(Struct, frozen=True, kw_only=True):
    """Where everything answers.

    `functions` are base URLs by name; `simulator` is Twilio, SendGrid and the phone page in one; `mail_host`
    is where the mail server is driven.
    """

    functions: Mapping[str, str]
    simulator: str
    mail_host: str
    firestore: str
    pubsub: str
    storage: str


class Stack:
    """The running system: `async with Stack(StackOptions()) as stack`.

    Entering starts everything and raises ProcessFailed when a part does not start; leaving stops all.
    """

    directory: Path  # state and logs
    addresses: Addresses
    settings_env: dict[str, str]  # what the functions were given: settings and emulator hosts
    emulator_env: dict[str, str]  # what makes Google's client libraries talk to the emulators
    hosts: dict[str, FunctionHost]  # by function name
    relay: PushRelay
    clock: StackClock | None = None

    def __init__(self, options: StackOptions, *, say: Callable[[str], None] = print) -> None:
        self._options = options
        self._say = say
        self._manifest = read_manifest(options.manifest)
        self._started = AsyncExitStack()

    async def __aenter__(self) -> "Stack":
        try:
            await self._start()
        except BaseException:  # also when cancelled by Ctrl-C: what was started is stopped
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def tick_now(self, name: str) -> int:
        """Call one tick at once and wait for it; the status it answered, 0 when it did not answer."""
        return await self._scheduler.tick_now(name)

    def push_to(self, subscription: str, host: FunctionHost) -> None:
        """Bring the subscription's jobs to this host."""
        self.relay.subscribe(subscription, host.function, self._called_url(host), instances=host.instances)

    async def _stop(self) -> None:
        self._say("Stopping")
        await self._started.aclose()

    async def _start(self) -> None:
        options, started = self._options, self._started
        self.directory = started.enter_context(state_directory(options.root, keep=options.keep))
        self._say(f"State and logs are in {self.directory}")
        if options.begins_at is not None:
            self.clock = StackClock(self.directory / "clock", options.begins_at)
        emulators = await started.enter_async_context(self._running_emulators())
        self.emulator_env = emulators.env
        simulator = await started.enter_async_context(self._running_simulator())
        mail_host = await started.enter_async_context(self._running_mail_host())
        ports = self._function_ports()
        urls = {**base_urls(simulator), "smtp": mail_host.base_url}
        self.settings_env = self._settings(emulators, urls, ports)
        self._keep_settings(self.directory / "settings.sh")
        self.hosts = {name: self._host(name, port) for name, port in ports.items()}
        self.addresses = Addresses(
            functions={name: host.address for name, host in self.hosts.items()},
            simulator=simulator,
            mail_host=mail_host.address,
            firestore=emulators.firestore,
            pubsub=emulators.pubsub,
            storage=emulators.storage,
        )
        workers = self._manifest.with_trigger(Trigger.WORKER)
        await set_up_pubsub(emulators.pubsub, emulators.project_id, workers)
        await started.enter_async_context(self._running_functions())
        relay = PushRelay(emulators.pubsub, emulators.project_id)
        self.relay = await started.enter_async_context(relay.started())
        if not options.without_queue:
            for worker in workers:
                self.push_to(worker.subscription, self.hosts[worker.name])
        self._scheduler = Scheduler(self._ticks(), tick_seconds=options.tick_seconds, say=self._say)
        if options.tick_seconds != 0:
            await started.enter_async_context(_running(self._scheduler))

    def _running_emulators(self) -> AbstractAsyncContextManager[Emulators]:
        upload_worker = self._manifest.upload_worker
        return running_emulators(
            self.directory,
            project_id=PROJECT_ID,
            bucket=UPLOAD_BUCKET,
            upload_topic=upload_worker.topic if upload_worker else "",
            keep=self._options.keep,
            usual_ports=self._options.usual_ports,
            say=self._say,
        )

    def _running_mail_host(self) -> AbstractAsyncContextManager[MailHost]:
        self._say("Starting the mail host")
        preferred = MAIL_HOST_PORTS if self._options.usual_ports else (0, 0)
        clock_path = self.clock.path if self.clock else None
        return running_mail_host(self.directory, preferred=preferred, clock_path=clock_path)

    @asynccontextmanager
    async def _running_simulator(self) -> AsyncIterator[str]:
        """The simulators' address, while they run."""
        [port] = free_ports([SIMULATOR_PORT if self._options.usual_ports else 0])
        address = f"http://{HOST}:{port}"
        self._say(f"Starting the provider simulators: {address}")
        command = [sys.executable, "-m", "infra.local.simulator", f"--port={port}"]
        delays = self._options.simulator_delays
        command += [
            f"--{name}-seconds={getattr(delays, name)}"
            for name in ("receipt", "slow", "timeout", "ring", "speech")
        ]
        command += [f"--clock-file={self.clock.path}"] if self.clock else []
        process = await Process.start(
            "simulator",
            [*command, f"--state={self.directory / 'simulator.sqlite'}"],
            log_path=self.directory / "logs" / "simulator.log",
        )
        try:
            await process.wait_until(lambda: url_answers(address), still_seconds=STILL_SECONDS)
            yield address
        finally:
            await process.stop()

    def _function_ports(self) -> dict[str, int]:
        names = [function.name for function in self._manifest.functions if self._is_run(function)]
        preferred = [FUNCTION_PORTS.get(name, 0) if self._options.usual_ports else 0 for name in names]
        return dict(zip(names, free_ports(preferred), strict=True))

    def _is_run(self, function: Function) -> bool:
        return not (self._options.without_queue and function.trigger is Trigger.WORKER)

    def _settings(
        self, emulators: Emulators, provider_urls: Mapping[str, str], ports: Mapping[str, int]
    ) -> dict[str, str]:
        secrets_path = self.directory / "secrets.json"
        if secrets_path.exists():  # one that an older version made was readable by others
            secrets_path.chmod(PRIVATE)
        return {
            **emulators.env,
            **_kept_keys(self.directory / "keys.json"),
            "ROLLCALL_PROJECT_ID": emulators.project_id,
            "ROLLCALL_UPLOAD_BUCKET": UPLOAD_BUCKET,
            "ROLLCALL_PUBLIC_URL": f"http://{HOST}:{ports['messages']}",
            "ROLLCALL_SECRETS": str(secrets_path),
            **_provider_urls(provider_urls),
            "ROLLCALL_STORAGE_PUBLIC_URL": emulators.storage,
            "ROLLCALL_WEBHOOK_TARGETS": "local",
            "ROLLCALL_LISTENERS_REMEMBERED_SECONDS": "0",  # who begins to listen hears at once
            "ROLLCALL_PORTAL_URL": f"http://{HOST}:{ports['portal']}" if "portal" in ports else "",
            **({"ROLLCALL_BUS": "inline"} if self._options.without_queue else {}),
            **({"ROLLCALL_CLOCK_FILE": str(self.clock.path)} if self.clock else {}),
            **self._options.settings,
        }

    def _keep_settings(self, path: Path) -> None:
        """Write the functions' settings down, for a shell: what works with this stack by hand takes them."""
        path.touch(mode=PRIVATE)
        lines = [f"export {name}={shlex.quote(value)}" for name, value in sorted(self.settings_env.items())]
        path.write_text("\n".join([*lines, ""]), encoding="utf-8")
        self._say(f"Settings for python -m infra.ops: . {path}")

    def _host(self, name: str, port: int) -> FunctionHost:
        return FunctionHost(
            self._manifest.get(name),
            source=self._options.source,
            port=port,
            env=self.settings_env,
            log_directory=self.directory / "logs",
            instances=self._options.instances.get(name, 1),
            say=self._say,
        )

    def _called_url(self, host: FunctionHost) -> str:
        """Where ticks and jobs go: emulators sign no OIDC tokens, a secret in the URL stands in for one."""
        return f"{host.address}/?token={self.settings_env['ROLLCALL_CALLER_TOKEN']}"

    @asynccontextmanager
    async def _running_functions(self) -> AsyncIterator[None]:
        self._say(f"Starting {len(self.hosts)} functions: {', '.join(self.hosts)}")
        try:
            async with asyncio.TaskGroup() as starting:
                for host in self.hosts.values():
                    starting.create_task(host.start())
            yield
        finally:
            await asyncio.gather(*(host.stop() for host in self.hosts.values()))

    def _ticks(self) -> dict[str, Tick]:
        ticks = self._manifest.with_trigger(Trigger.TICK)
        return {tick.name: Tick(function=tick, url=self._called_url(self.hosts[tick.name])) for tick in ticks}


@asynccontextmanager
async def _running(scheduler: Scheduler) -> AsyncIterator[None]:
    task = asyncio.create_task(scheduler.run(), name="scheduler")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _provider_urls(ours: Mapping[str, str]) -> dict[str, str]:
    """Where the providers are: at ours, unless the environment of the stack names another server."""
    names = {f"ROLLCALL_{name.upper()}_BASE_URL": url for name, url in ours.items()}
    return {name: os.environ.get(name, url) for name, url in names.items()}


def _kept_keys(path: Path) -> dict[str, str]:
    """The keys of this state directory: a kept stack honours the cursors and tokens it gave out."""
    if not path.exists():
        names = ("ROLLCALL_SIGNING_KEY", "ROLLCALL_CALLER_TOKEN")
        path.touch(mode=PRIVATE)
        path.write_text(json.dumps({name: secrets.token_urlsafe(32) for name in names}), encoding="utf-8")
    keys: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return keys
