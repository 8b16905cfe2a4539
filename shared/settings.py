"""The only reader of the environment. Everything is read and checked at once, and all faults are named."""

import os
import re
from collections.abc import Mapping

from msgspec import field

from shared.domain.record import Confidential

PREFIX = "ROLLCALL_"
LEAST_RETENTION_DAYS = 7  # a fire must come to its end within them
MOST_FALLBACK_JOBS = 100  # the work of a call without a queue stays small
SECRET_MANAGER = "secret-manager"  # noqa: S105 - the name of a place
TRACE_EXPORTERS = ("none", "otlp", "google", "console")
_BASE_URL = re.compile(rf"{PREFIX}([A-Z0-9]+)_BASE_URL")
_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)


class SettingsError(Exception):
    """The environment does not hold a working configuration; the text lists everything wrong."""


class Settings(Confidential, frozen=True, kw_only=True):
    """All of Rollcall's settings. The environment names are ROLLCALL_ and the field in capitals, but for
    `provider_base_urls`: ROLLCALL_TWILIO_BASE_URL and so on.

    Times are in seconds. The time-outs must nest: twice the provider's < function < lease, and
    function <= ack deadline; otherwise a slow worker could still be calling after its work was given
    to another.
    """

    project_id: str
    upload_bucket: str
    public_url: str  # where providers reach the `messages` function; signatures are checked against it
    signing_key: str  # signs page cursors and links; after it former ones (`link_keys`)
    secrets: str  # where provider credentials are: SECRET_MANAGER, or the absolute path of a JSON file
    provider_base_urls: Mapping[str, str] = field(default_factory=dict)  # by provider, where not its own
    extra_providers: tuple[str, ...] = ()  # modules that export a PROVIDER, beside those of shared/providers
    forwarded_hops: int = (
        1  # fronts of ours that add to X-Forwarded-For: Cloud Run's alone; 2 with a balancer
    )
    portal_url: str = ""  # where people reach the portal; invitations' links begin with it
    storage_public_url: str = "https://storage.googleapis.com"
    caller_token: str = ""  # local stack only: what ticks and pushes carry instead
    caller_audience: str = ""  # OIDC: the audience ticks and pushes are signed for
    caller_service_account: str = ""  # OIDC: the one account that signs them
    bus: str = "pubsub"  # or "inline": jobs run in this process
    inline_seconds: float = 20.0  # how long a request that somebody waits for begins jobs in this process
    fallback_jobs: int = 10  # while publishing fails, so many jobs of a call run in this process; 0: none
    log_level: str = "INFO"
    trace_exporter: str = "none"  # or "otlp", "google", "console": where spans go
    trace_share: float = 1.0  # of the traces that begin here, how many are recorded
    provider_timeout_seconds: float = 20.0
    function_timeout_seconds: float = 540.0
    lease_seconds: float = 570.0
    ack_deadline_seconds: float = 600.0
    tick_interval_seconds: float = 300.0
    dispatch_seconds: float = 60.0  # how often batches are dispatched; no earlier is one announced
    quiet_period_seconds: float = (
        4 * 3600.0
    )  # before it, a provider's history that lacks a message proves nothing
    max_upload_bytes: int = 100 * 1024 * 1024
    retention_days: float = 730.0  # of messages, failures and replies; `ops apply-retention` after a change
    rows_retention_days: float = 180.0  # of files' rows; infra/storage.lifecycle.json holds for the files
    listeners_remembered_seconds: float = 15.0  # how long a process remembers what a company's listeners hear
    clock_file: str = ""  # local stack only: by how many seconds its clock is ahead of the machine's
    webhook_targets: str = "public"  # or "local": what companies name may be this very machine, by http
    pubsub_emulator_host: str = ""  # these two as the emulators' own tools name them, without our prefix
    storage_emulator_host: str = ""

    @property
    def dispatch_ahead_seconds(self) -> float:
        """How long before its start a batch is announced: what waits in a worker takes a place."""
        return min(self.dispatch_seconds, self.tick_interval_seconds)

    @property
    def longest_call_seconds(self) -> float:
        """How long a call to a provider may take: what is refused as a whole is sent once more in parts."""
        return 2 * self.provider_timeout_seconds

    @property
    def allows_local_targets(self) -> bool:
        """Whether addresses that companies give may be on this very machine."""
        return self.webhook_targets == "local"

    @property
    def link_keys(self) -> tuple[str, ...]:
        """The keys of links in messages: the first makes them, former ones (after commas) still open them."""
        return tuple(part.strip() for part in self.signing_key.split(",") if part.strip())

    @classmethod
    def from_process(cls) -> "Settings":
        """The settings of this process. Raises SettingsError."""
        return cls.from_env(os.environ)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Read the settings from `env`. Raises SettingsError naming every fault."""
        values: dict[str, object] = {"provider_base_urls": _provider_base_urls(env)}
        faults: list[str] = []
        for name, annotation in cls.__annotations__.items():
            text = env.get(name.upper() if name.endswith("_emulator_host") else PREFIX + name.upper())
            if text is None or name in values:
                continue
            try:
                values[name] = _listed(text) if annotation == tuple[str, ...] else annotation(text)
            except ValueError:
                faults.append(f"{PREFIX}{name.upper()} must be a {annotation.__name__}, not {text!r}")
        required = ("project_id", "upload_bucket", "public_url", "signing_key", "secrets")
        faults += [f"{PREFIX}{name.upper()} is missing" for name in required if not values.get(name)]
        if faults:
            raise SettingsError("; ".join(faults))
        settings = cls(**values)  # type: ignore[arg-type]  # names and types were checked above
        settings.check()
        return settings

    def check(self) -> None:
        """Raise SettingsError when the settings contradict each other."""
        faults = []
        if not self.longest_call_seconds < self.function_timeout_seconds < self.lease_seconds:
            faults.append("time-outs must nest: twice the provider's < function < lease")
        if self.ack_deadline_seconds < self.function_timeout_seconds:
            faults.append("the ack deadline must not be shorter than the function time-out")
        if self.secrets != SECRET_MANAGER and not self.secrets.startswith("/"):
            faults.append(f"{PREFIX}SECRETS must be {SECRET_MANAGER}, or the absolute path of a file")
        if self.caller_token and (self.caller_audience or self.caller_service_account):
            faults.append(
                f"{PREFIX}CALLER_TOKEN is for the local stack only and would open a function that "
                f"{PREFIX}CALLER_AUDIENCE and {PREFIX}CALLER_SERVICE_ACCOUNT protect: unset it, or those two"
            )
        if not (self.caller_token or (self.caller_audience and self.caller_service_account)):
            faults.append(
                f"{PREFIX}CALLER_AUDIENCE and {PREFIX}CALLER_SERVICE_ACCOUNT are missing: "
                "ticks and workers would have no way to know their caller"
            )
        if min(self.retention_days, self.rows_retention_days) < LEAST_RETENTION_DAYS:
            faults.append(f"{PREFIX}RETENTION_DAYS and {PREFIX}ROWS_RETENTION_DAYS must be at least 7")
        if self.webhook_targets not in ("public", "local"):
            faults.append(f"{PREFIX}WEBHOOK_TARGETS must be public or local")
        if self.webhook_targets == "local" and not self.caller_token:
            faults.append(f"{PREFIX}WEBHOOK_TARGETS may be local on the local stack only")
        if self.clock_file and not self.caller_token:
            faults.append(f"{PREFIX}CLOCK_FILE may be set on the local stack only")
        faults += _faults_of_bus(self)
        if self.trace_exporter not in TRACE_EXPORTERS:
            faults.append(f"{PREFIX}TRACE_EXPORTER must be one of {', '.join(TRACE_EXPORTERS)}")
        if not 0 <= self.trace_share <= 1:
            faults.append(f"{PREFIX}TRACE_SHARE must be between 0 and 1")
        if self.forwarded_hops < 0:
            faults.append(f"{PREFIX}FORWARDED_HOPS must be 0 (no front of ours) or more")
        if not all(_MODULE.fullmatch(module) for module in self.extra_providers):
            faults.append(f"{PREFIX}EXTRA_PROVIDERS must be names of modules, with commas between")
        if faults:
            raise SettingsError("; ".join(faults))


def _faults_of_bus(settings: Settings) -> list[str]:
    faults = []
    if settings.bus not in ("pubsub", "inline"):
        faults.append(f"{PREFIX}BUS must be pubsub or inline")
    if settings.inline_seconds <= 0:
        faults.append(f"{PREFIX}INLINE_SECONDS must be more than 0")
    if not 0 <= settings.fallback_jobs <= MOST_FALLBACK_JOBS:
        faults.append(f"{PREFIX}FALLBACK_JOBS must be between 0 and {MOST_FALLBACK_JOBS}")
    return faults


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _provider_base_urls(env: Mapping[str, str]) -> dict[str, str]:
    found = ((_BASE_URL.fullmatch(name), text) for name, text in env.items())
    return {match[1].lower(): text for match, text in found if match}
