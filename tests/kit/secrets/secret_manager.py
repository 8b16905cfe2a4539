"""Secret Manager's gRPC interface on this machine, with its rules: no emulator of it exists."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
from google.auth.credentials import AnonymousCredentials
from google.cloud.secretmanager import SecretManagerServiceAsyncClient
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
    SecretManagerServiceGrpcAsyncIOTransport,
)
from google.cloud.secretmanager_v1.types import resources, service
from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped]
from msgspec import Struct, field

SERVICE = "google.cloud.secretmanager.v1.SecretManagerService"
STARTED_AT = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
PAGE = 2
ENABLED, DESTROYED = resources.SecretVersion.State.ENABLED, resources.SecretVersion.State.DESTROYED


class Version(Struct):
    """One version of a secret."""

    number: int
    data: bytes
    created_at: datetime
    state: int = ENABLED


class SecretManager(Struct):
    """The secrets by name, what was called how often, and what goes wrong."""

    secrets: dict[str, list[Version]] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    failing: grpc.StatusCode | None = None
    hangs: bool = False
    lists_late: bool = False  # destroyed versions are listed as enabled, as they may be for minutes

    def handlers(self) -> grpc.GenericRpcHandler:
        """Every method, with the types of its request."""
        methods: dict[str, tuple[Any, Callable[[Any, Any], Awaitable[Any]]]] = {
            "CreateSecret": (service.CreateSecretRequest, self.create_secret),
            "DeleteSecret": (service.DeleteSecretRequest, self.delete_secret),
            "AddSecretVersion": (service.AddSecretVersionRequest, self.add_version),
            "ListSecretVersions": (service.ListSecretVersionsRequest, self.list_versions),
            "AccessSecretVersion": (service.AccessSecretVersionRequest, self.access_version),
            "DestroySecretVersion": (service.DestroySecretVersionRequest, self.destroy_version),
        }
        return grpc.method_handlers_generic_handler(
            SERVICE,
            {
                name: grpc.unary_unary_rpc_method_handler(
                    self._counted(name, method),
                    request_deserializer=request.deserialize,
                    response_serializer=_serialize,
                )
                for name, (request, method) in methods.items()
            },
        )

    def _counted(
        self, name: str, method: Callable[[Any, Any], Awaitable[Any]]
    ) -> Callable[[Any, Any], Awaitable[Any]]:
        async def call(request: Any, context: Any) -> Any:
            self.calls[name] += 1
            if self.failing is not None:
                await context.abort(self.failing, "asked for by the test")
            if self.hangs:
                await asyncio.Event().wait()
            return await method(request, context)

        return call

    async def create_secret(self, request: service.CreateSecretRequest, context: Any) -> resources.Secret:
        """Make a secret without a version."""
        name = f"{request.parent}/secrets/{request.secret_id}"
        labels = dict(request.secret.labels)
        is_good = re.fullmatch(r"[A-Za-z0-9_-]{1,255}", request.secret_id) and all(
            re.fullmatch(r"[a-z0-9_-]{0,63}", value) for value in labels.values()
        )
        if not is_good or "automatic" not in request.secret.replication:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "id, labels or replication")
        if name in self.secrets:
            await context.abort(grpc.StatusCode.ALREADY_EXISTS, name)
        self.secrets[name], self.labels[name] = [], labels
        return resources.Secret(name=name)

    async def delete_secret(self, request: service.DeleteSecretRequest, context: Any) -> Empty:
        """Delete a secret with its versions."""
        await self._versions(request.name, context)
        del self.secrets[request.name]
        return Empty()

    async def add_version(
        self, request: service.AddSecretVersionRequest, context: Any
    ) -> resources.SecretVersion:
        """Add an enabled version."""
        versions = await self._versions(request.parent, context)
        number = len(versions) + 1
        version = Version(number, request.payload.data, STARTED_AT + timedelta(minutes=number))
        versions.append(version)
        return self._shown(request.parent, version)

    async def list_versions(
        self, request: service.ListSecretVersionsRequest, context: Any
    ) -> service.ListSecretVersionsResponse:
        """A page of versions, the newest first."""
        versions = await self._versions(request.parent, context)
        shown = [self._shown(request.parent, version) for version in reversed(versions)]
        if request.filter == "state:ENABLED":
            shown = [version for version in shown if version.state == ENABLED]
        first = int(request.page_token or 0)
        following = str(first + PAGE) if first + PAGE < len(shown) else ""
        return service.ListSecretVersionsResponse(
            versions=shown[first : first + PAGE], next_page_token=following, total_size=len(shown)
        )

    async def access_version(
        self, request: service.AccessSecretVersionRequest, context: Any
    ) -> service.AccessSecretVersionResponse:
        """A version's payload, while it is enabled."""
        version = await self._version(request.name, context)
        if version.state != ENABLED:
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"{request.name} is not enabled")
        return service.AccessSecretVersionResponse(
            name=request.name, payload=resources.SecretPayload(data=version.data)
        )

    async def destroy_version(
        self, request: service.DestroySecretVersionRequest, context: Any
    ) -> resources.SecretVersion:
        """Destroy a version's payload for good."""
        version = await self._version(request.name, context)
        if version.state == DESTROYED:
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, "destroyed already")
        version.state, version.data = DESTROYED, b""
        return self._shown(request.name.partition("/versions/")[0], version)

    async def _versions(self, name: str, context: Any) -> list[Version]:
        if name not in self.secrets:
            await context.abort(grpc.StatusCode.NOT_FOUND, name)
        return self.secrets[name]

    async def _version(self, name: str, context: Any) -> Version:
        secret, _, number = name.partition("/versions/")
        found = [one for one in await self._versions(secret, context) if str(one.number) == number]
        if not found:
            await context.abort(grpc.StatusCode.NOT_FOUND, name)
        return found[0]

    def _shown(self, name: str, version: Version) -> resources.SecretVersion:
        return resources.SecretVersion(
            name=f"{name}/versions/{version.number}",
            create_time=version.created_at,
            state=ENABLED if self.lists_late else version.state,
        )


def _serialize(answer: Any) -> bytes:
    if isinstance(answer, Empty):
        return b""
    content: bytes = type(answer).serialize(answer)
    return content


@asynccontextmanager
async def running_secret_manager() -> AsyncIterator[tuple[SecretManager, SecretManagerServiceAsyncClient]]:
    """The server, and the real client that talks to it."""
    manager = SecretManager()
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((manager.handlers(),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}")
    transport = SecretManagerServiceGrpcAsyncIOTransport(
        channel=channel,
        credentials=AnonymousCredentials(),  # type: ignore[no-untyped-call]  # it has no types
    )
    try:
        yield manager, SecretManagerServiceAsyncClient(transport=transport)
    finally:
        await channel.close()
        await server.stop(0)
