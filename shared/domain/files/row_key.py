"""What a file's row is known by wherever it is met again."""

from shared.domain.ids import computed_id


def row_key(file_id: str, number: int) -> str:
    """The key of row `number` of a file: the same in every campaign and fire."""
    return computed_id(file_id, "row", number)
