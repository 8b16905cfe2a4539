"""What we have Meta repeat to us: our message's id beside its echo, and behind each of its buttons."""

_MARK = "rollcall:"
_SEPARATOR = ":"


def metadata_of(message_id: str) -> str:
    """What the echo of a message repeats."""
    return _MARK + message_id


def message_in(metadata: str) -> str | None:
    """The message whose echo it is; None for one that another app sent, or a person."""
    return metadata.removeprefix(_MARK) if metadata.startswith(_MARK) else None


def payload_of(message_id: str, choice: str) -> str:
    """What a button of a message sends back."""
    return f"{_MARK}{message_id}{_SEPARATOR}{choice}"


def choice_in(payload: str) -> tuple[str | None, str]:
    """The message that a button stood below, if it was ours, and what it chooses."""
    if not payload.startswith(_MARK):
        return None, payload
    message_id, _, choice = payload.removeprefix(_MARK).partition(_SEPARATOR)
    return message_id, choice
