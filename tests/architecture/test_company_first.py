"""A company sees only its own: every repository call takes the company first, and paths are built once."""

import ast

from tests.kit.architecture.source_tree import (
    FunctionNode,
    SourceFile,
    attribute_calls,
    classes,
    methods,
    parameters,
    source_files,
    top_functions,
)

# Methods of repositories that do not begin with the company, each with its reason.
REPOSITORY_EXCEPTIONS = {
    "Documents.put": "part of a transaction or batch, which comes first; the company follows",
    "Documents.change": "part of a transaction or batch, which comes first; the company follows",
    "Documents.put_versions": "part of a transaction or batch, which comes first; the company follows",
    "Messages.put_versions": "part of a transaction or batch, which comes first; the company follows",
    "Documents.put_changed": "part of a transaction or batch, which comes first; the company follows",
    "Messages.put": "part of a transaction or batch, which comes first; the company follows",
    "Messages.put_changed": "part of a transaction or batch, which comes first; the company follows",
    "Documents.create": "part of a transaction or batch, which comes first; the company follows",
    "Collection.each_across_companies": "the ticks' own; its name says that it crosses companies",
    "Documents.record": "maps a document that was found",
    "Stores.all": "the collections themselves",
    "Stores.names": "says what the collections are called",
    "Stores.renewable": "the collections themselves",
    "Documents.found_by": "maps a record",
    "Keeping.ends_at": "says when a record may be deleted",
    "ListQuery.direction": "says how a list is ordered",
    "Companies.add": "takes the company itself",
    "Companies.asking_to_confirm": "the tick's own, which looks for work of all companies",
    "Companies.each": "for ops, whose work concerns all companies",
    "System.hold_ref": "concerns all companies",
    "System.wanted_hold": "concerns all companies",
    "System.find_hold": "concerns all companies",
    "System.save_hold": "concerns all companies",
    "System.release": "concerns all companies",
    "System.heartbeat": "concerns all companies",
    "System.beat": "concerns all companies",
    "System.zone_data": "concerns all companies",
    "System.note_zone_data": "concerns all companies",
    "System.find_queue_failure": "concerns all companies",
    "System.save_queue_failure": "concerns all companies",
    "System.end_queue_failure": "concerns all companies",
    "Companies.put_trial": "part of a transaction or batch, which comes first; the company follows",
    "Logins.find": "who signs in names no company: the address says which",
    "Logins.put": "part of a transaction, which comes first; the company follows",
    "Throttles.count": "tries are counted before it is known whose account it is",
    "Throttles.forget": "tries are counted before it is known whose account it is",
    "Ticks.take": "ticks belong to no company",
    "Ticks.give_back": "ticks belong to no company",
    "Ticks.beat": "ticks belong to no company",
    "Ticks.last_beat": "ticks belong to no company",
}
WRITER_FIRST = {name for name, reason in REPOSITORY_EXCEPTIONS.items() if "which comes first" in reason}
# Functions of shared/firestore outside of classes: they reach no record by themselves.
WITHOUT_RECORDS = {
    "system": "builds a path of no company",
    "login": "builds a path of no company",
    "throttle": "builds a path of no company",
    "chunk_of": "maps a record",
    "activity_shard": "maps traces",
    "packed_traces": "maps traces",
    "traces_in": "maps a record",
    "contact_shard": "maps contacts",
    "contacts_in": "maps a record",
    "hints_in": "maps a record",
    "listed_in": "maps a record",
    "key_shard": "maps hints",
    "packed_pairs": "maps contacts",
    "pairs_in": "maps a record",
    "with_key": "chooses contacts",
    "add_audit": "adds to a commit that others wrote",
    "shown_value": "maps a value",
    "flat": "maps a record",
    "with_rows": "maps a record",
    "keeping_of": "says how long a collection is kept",
    "to_document": "maps a record",
    "to_value": "maps a field",
    "commit": "commits what others wrote",
    "commit_part": "commits what others wrote",
    "delete_all": "deletes what others named",
    "halving": "runs what its caller does",
    "is_too_large": "reads an error",
    "too_large_said": "reads an error",
    "from_document": "maps a record",
    "overwriting": "maps a record",
    "upgraded": "maps a record",
    "record_in": "maps a document that was found",
    "field_names": "says what a type has",
    "write_each": "commits what others wrote",
    "add_write": "writes what others name",
    "full_name": "reads a path",
    "plain_fields": "maps a document that was found",
    "read_documents": "reads what others name",
    "stream_documents": "asks what others ask",
    "answer_of": "asks what others ask",
    "filter_of": "maps a match",
    "version_of": "says a type's version",
    "removed_fields": "says what a type has no more",
    "unpacked": "maps a record",
    "company_of": "reads a path",
    "back_off": "waits",
    "read_retry": "says how a read is tried again",
    "read_together": "reads what Documents.wanted was given, company first",
    "transact": "runs what its caller does",
    "transact_at": "runs what its caller does",
}
# Use cases and views that do not begin with runtime and company, each with its reason.
WITHOUT_COMPANY = {
    "looked_after": "says how long a job may take",
    "page_of": "takes the collection and the company",
    "check_sender": "takes the company itself",
    "merged": "takes the company and lists that take it",
    "note_queue": "concerns all companies",
    "job_way": "concerns all companies",
    "take_tick": "ticks belong to no company",
    "give_back_tick": "ticks belong to no company",
    "hold_sending": "concerns all companies",
    "replan_fires": "concerns all companies: a part of a tick",
    "create_company": "the company does not exist yet",
    "suggest_apart": "looks at a file on this machine, and nothing else",
    "announce_jobs": "jobs name their company",
    "announce_answers": "takes jobs that name their company",
    "open_confirmed": "takes the company itself",
    "read_confirmed_lists": "takes the company itself",
    "confirmed_for": "takes the company itself",
    "open_questions": "takes the company itself",
    "announce_again": "takes pairs of company and record, as the sweep finds them",
    "grace": "reads a setting",
    "open_client": "reads a setting",
    "csv_pieces": "writes what it is given as CSV",
    "sign_in": "the account says which company",
    "read_begun": "reads what a browser carries, which names its company",
    "redirect_uri": "reads a setting",
    "open_issuer": "reads a setting",
    "note_sign_in": "adds to a commit of the company",
    "new_user": "makes a record",
    "verified": "compares a password",
    "hashed": "hashes a password",
    "checked_password": "judges a password",
    "dispatch_batches": "takes pairs of company and batch, as the dispatch tick finds them",
}
PATH_CALLS = {"collection", "document", "collection_group", "collections", "list_collections"}
PATH_BUILDERS = {
    "shared/firestore/kit/paths.py": {"collection", "document"},
    "shared/firestore/kit/collection.py": {"collection_group"},  # each_across_companies
    "shared/firestore/deleted_companies.py": {"collections"},
    "shared/firestore/companies.py": {"collection"},  # each
    "shared/firestore/ticks.py": {"collection", "document"},  # the one collection beside the companies
}


def _public(functions: list[FunctionNode]) -> list[FunctionNode]:
    return [function for function in functions if not function.name.startswith("_")]


def _is_property(function: FunctionNode) -> bool:
    names = {decorator.id for decorator in function.decorator_list if isinstance(decorator, ast.Name)}
    return bool(names & {"property", "cached_property"})


def _repository_calls() -> dict[str, list[str]]:
    """Parameters of every public method in shared/firestore, by class and name."""
    return {
        f"{cls.name}.{method.name}": parameters(method)
        for file in source_files("shared/firestore")
        for cls in classes(file)
        for method in _public(methods(cls))
        if not _is_property(method)
    }


def test_every_repository_call_takes_the_company_first() -> None:
    others = {name for name, names in _repository_calls().items() if names[:1] != ["company_id"]}
    assert others == set(REPOSITORY_EXCEPTIONS)


def test_after_a_writer_comes_the_company() -> None:
    calls = _repository_calls()
    assert {name: calls[name][1] for name in WRITER_FIRST} == dict.fromkeys(WRITER_FIRST, "company_id")


def test_functions_of_the_repositories_take_the_company_after_the_database() -> None:
    others = {
        function.name
        for file in source_files("shared/firestore")
        for function in _public(top_functions(file))
        if parameters(function)[:2] != ["db", "company_id"]
    }
    assert others == set(WITHOUT_RECORDS)


def _begins_well(names: list[str], file: SourceFile) -> bool:
    if names[:2] == ["runtime", "company_id"]:
        return True
    # A job names its company; a tick belongs to none.
    return names in (["runtime", "job"], ["runtime", "now"])


def test_every_use_case_and_view_takes_the_runtime_and_the_company() -> None:
    others = {
        function.name
        for file in source_files("shared/usecases", "shared/views")
        for function in _public(top_functions(file))
        # What is not async and takes no runtime reads and writes nothing.
        if (isinstance(function, ast.AsyncFunctionDef) or "runtime" in parameters(function))
        and not _begins_well(parameters(function), file)
    }
    assert others == set(WITHOUT_COMPANY)


def test_paths_are_built_in_one_place() -> None:
    builders: dict[str, set[str]] = {}
    for file in source_files("shared", "functions", "main.py"):
        for _, called in attribute_calls(file, PATH_CALLS):
            of_paths = isinstance(called.value, ast.Name) and called.value.id == "paths"
            if not of_paths:
                builders.setdefault(file.name, set()).add(called.attr)
    assert builders == PATH_BUILDERS


def test_only_the_runtime_opens_the_database() -> None:
    openers = {
        file.name
        for file in source_files("shared", "functions")
        for call in file.calls
        if isinstance(call.func, ast.Name | ast.Attribute)
        and (call.func.id if isinstance(call.func, ast.Name) else call.func.attr) in ("AsyncClient", "Client")
        and "firestore" in file.text
    }
    assert openers == {"shared/runtime.py"}
