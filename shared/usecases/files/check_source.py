"""Whether a source can be: its mapping, its zone and region, its encoding, and what it holds files for."""

from shared.domain.campaigns.dedupe import check_dedupe_key
from shared.domain.errors import InvalidInput, Problem
from shared.domain.files.check_columns import check_columns, check_format, check_zone_field
from shared.domain.files.check_row_filter import check_row_filter
from shared.domain.files.source import HoldRule, Source
from shared.domain.place import check_region, check_time_zone


def check_source(source: Source) -> None:
    """Raise InvalidInput for all that is wrong with the source."""
    problems: list[Problem] = []
    try:
        check_columns(source.columns)
    except InvalidInput as invalid:
        problems += invalid.problems
    problems += check_format(source)
    problems += check_dedupe_key(source.dedupe_key, (column.field for column in source.columns))
    if source.time_zone is not None:
        problems += check_time_zone("time_zone", source.time_zone)
    problems += check_zone_field(source)
    types = {column.field: column.type for column in source.columns}
    problems += check_row_filter(source.row_filter, types, takes_columns=True)
    if source.default_region is not None:
        problems += check_region("default_region", source.default_region)
    for index, column in enumerate(source.columns):
        if column.default_region is not None:
            problems += check_region(f"columns[{index}].default_region", column.default_region)
    if source.encoding is not None and not _is_encoding(source.encoding):
        reason = f"{source.encoding!r} is not a text encoding; write one as utf-8 or cp1252"
        problems.append(Problem(field="encoding", reason=reason))
    if source.holds is HoldRule.LISTED and not source.holds_on:
        problems.append(Problem(field="holds_on", reason="name the findings on which files are held"))
    if source.holds is not HoldRule.LISTED and source.holds_on:
        reason = f"is for holds: listed; here it is {source.holds}"
        problems.append(Problem(field="holds_on", reason=reason))
    if problems:
        raise InvalidInput(*problems)


def _is_encoding(name: str) -> bool:
    """Whether Python reads text in it; its codecs from bytes to bytes, such as zlib, are not meant."""
    try:
        "a".encode(name)
    except (LookupError, ValueError):
        return False
    return True
