"""The form of a job on its way: what is published, and what a push request brings.

A job is JSON in the message's data. A finished upload is announced by Cloud Storage itself, in attributes;
what we announce of one has that form.
https://cloud.google.com/storage/docs/pubsub-notifications#attributes
"""

import base64
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
import orjson

from shared.domain.job import IngestFile, Job
from shared.domain.trace_place import TRACEPARENT

FINALIZED = "OBJECT_FINALIZE"
J = TypeVar("J")


def to_message(job: Job, traceparent: str) -> tuple[bytes, dict[str, str]]:
    """The data and attributes that carry the job, and where in a trace it was announced."""
    attributes = {TRACEPARENT: traceparent} if traceparent else {}
    if isinstance(job, IngestFile):
        attributes |= {
            "eventType": FINALIZED,
            "bucketId": job.bucket,
            "objectId": job.object_name,
            "objectGeneration": job.generation,
        }
        return b"", attributes
    return msgspec.json.encode(job), attributes


def from_push(job_type: type[J], body: bytes) -> J | None:
    """The job in a push request's body. None for a notification that is not about a finished upload.

    Raises KeyError, TypeError or ValueError when there is none.
    https://cloud.google.com/pubsub/docs/push#receive_push
    """
    message: dict[str, Any] = orjson.loads(body)["message"]
    if job_type is not IngestFile:
        return msgspec.convert(orjson.loads(base64.b64decode(message["data"])), job_type)
    attributes = message["attributes"]
    if attributes.get("eventType") != FINALIZED:
        return None
    fields = {
        "bucket": attributes["bucketId"],
        "object_name": attributes["objectId"],
        "generation": attributes["objectGeneration"],
    }
    return msgspec.convert(fields, job_type)


def trace_of(body: bytes) -> Mapping[str, str] | None:
    """Where in a trace the job was announced; None when the request does not say."""
    try:
        place = orjson.loads(body)["message"]["attributes"][TRACEPARENT]
    except (KeyError, TypeError, ValueError):
        return None
    return {TRACEPARENT: place} if isinstance(place, str) else None
