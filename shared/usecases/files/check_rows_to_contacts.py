"""Whether contacts can be made of a source's rows as it says."""

from shared.domain.channels.channel import all_channels
from shared.domain.contacts.contact_import import BY_KEY
from shared.domain.contacts.import_columns import check_columns
from shared.domain.contacts.import_of_rows import columns_of
from shared.domain.contacts.read_import_row import is_matched_by
from shared.domain.errors import InvalidInput, Problem
from shared.domain.files.column_names import column_key
from shared.domain.files.source import Source
from shared.runtime import Runtime


async def check_rows_to_contacts(runtime: Runtime, company_id: str, source: Source) -> None:
    """Raise InvalidInput for all that is wrong with `contacts` of the source."""
    wish, stores = source.contacts, runtime.stores
    if wish is None:
        return
    columns = columns_of(wish)
    names = {one.field for one in columns if one.field}
    try:
        check_columns(columns, await stores.contact_fields.find_many(company_id, names))
    except InvalidInput as invalid:
        raise InvalidInput(
            *(Problem(field=f"contacts.{one.field}", reason=one.reason) for one in invalid.problems)
        ) from invalid
    fields = {column_key(one.field): one.field for one in source.columns}
    problems = [
        Problem(
            field=f"contacts.columns[{place}].column",
            reason=f"{one.column!r} is no field of this source; there are: {', '.join(fields.values())}",
        )
        for place, one in enumerate(columns)
        if column_key(one.column) not in fields
    ]
    ways = (BY_KEY, *all_channels())
    if wish.match_by not in ways:
        problems.append(Problem(field="contacts.match_by", reason=f"must be one of: {', '.join(ways)}"))
    elif not any(is_matched_by(wish.match_by, one) for one in columns):
        reason = f"must have one with the {wish.match_by}, to match by"
        problems.append(Problem(field="contacts.columns", reason=reason))
    lists = await stores.contact_lists.find_many(company_id, wish.list_ids)
    problems += [
        Problem(field="contacts.list_ids", reason=f"there is no list {one!r}")
        for one in wish.list_ids
        if one not in lists
    ]
    if problems:
        raise InvalidInput(*problems)
