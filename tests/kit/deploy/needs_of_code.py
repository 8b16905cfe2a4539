"""What each function's code can reach: topics it publishes on, and what it touches beside them.

From the imports, inside functions too: a function can do what any module it can import does. The inline bus,
which runs every job in one process, is left out, as no deployed function uses it.
"""

import ast
from functools import cache

import main
from functions.api.kit.app import PARTS
from functions.portal.kit.app import PARTS as PAGES
from infra.manifest import Use
from tests.kit.architecture.source_tree import source_files

NOT_FOLLOWED = {"shared.usecases.run_job", "shared.runtime"}
# What makes a job, by its worker; QueueMessages, SendBatch and RecordReceipts are made in these places only.
JOB_WORKERS = {
    "IngestFile": "ingest_file",
    "queue_job": "queue_messages",
    "PreviewCampaign": "preview_campaign",
    "send_job": "send_batch",
    "record_job": "record_receipts",
    "forget_job": "forget_person",
    "import_job": "import_contacts",
    "RecordActivity": "record_activity",
    "AskConsents": "ask_consents",
    "ClearOwnLists": "clear_own_lists",
    "GatherPeople": "gather_people",
    "tell_job": "tell_listeners",
    "deliver_job": "deliver_webhooks",
    "run_jobs": "run_automation",
    "move_job": "move_enrollments",
    "find_job": "find_entrants",
    "enroll_job": "enroll_people",
    "plan_job": "plan_sequences",
    "ForeseeChange": "foresee_change",
    "resend_job": "resend_groups",
}
# Attributes of `runtime` (or of a part of it), by what they are used for.
USES = {
    ("runtime", "stores"): Use.DATABASE,
    ("runtime", "dead_letters"): Use.DEAD_LETTERS,
    ("runtime", "credentials"): Use.CREDENTIALS,
    ("runtime", "live_credentials"): Use.CREDENTIALS,
    ("runtime", "message_sender"): Use.CREDENTIALS,
    ("runtime", "provider_history"): Use.CREDENTIALS,
    ("runtime", "secrets"): Use.CREDENTIALS,
    ("secrets", "add"): Use.CREDENTIAL_CHANGES,
    ("secrets", "end"): Use.CREDENTIAL_CHANGES,
    ("secrets", "delete"): Use.CREDENTIAL_CHANGES,
    ("secrets", "forget"): Use.CREDENTIAL_CHANGES,
    ("runtime", "files"): Use.UPLOAD_READS,
    ("files", "upload"): Use.UPLOADS,
    ("files", "remove"): Use.UPLOADS,
    ("files", "save_text"): Use.UPLOADS,
    ("files", "save_bytes"): Use.UPLOADS,
    ("files", "upload_link"): Use.UPLOAD_LINKS,
}


@cache
def _trees() -> dict[str, ast.Module]:
    files = source_files("functions", "shared")
    return {
        file.name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): file.tree for file in files
    }


@cache
def _imports(module: str) -> frozenset[str]:
    trees = _trees()
    checked_only = {
        id(node)
        for branch in ast.walk(trees[module])
        if isinstance(branch, ast.If)
        and isinstance(branch.test, ast.Name)
        and branch.test.id == "TYPE_CHECKING"
        for node in ast.walk(branch)
    }
    found: set[str] = set()
    for node in ast.walk(trees[module]):
        if isinstance(node, ast.ImportFrom) and node.module and id(node) not in checked_only:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (names & set(trees)) or {node.module}
    for name, parts in (("api", PARTS), ("portal", PAGES)):  # these import the parts by their names
        if module == f"functions.{name}.kit.app":
            found |= {f"functions.{name}.{part}" for names in parts.values() for part in names}
    return frozenset((found & set(trees)) - NOT_FOLLOWED)


def _reached(module: str) -> set[str]:
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        found = waiting.pop()
        if found not in seen:
            seen.add(found)
            waiting += _imports(found)
    return seen


def published_by(name: str) -> set[str]:
    """The workers whose jobs this function's code makes."""
    return {
        JOB_WORKERS[maker]
        for module in _reached(f"{main.ENTRY_POINTS[name]}.{name}")
        for node in ast.walk(_trees()[module])
        if (maker := _maker(node)) is not None
    }


def _maker(node: ast.AST) -> str | None:
    """What makes a job here: a record that is called, or a function, be it only passed on."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in JOB_WORKERS:
        return node.func.id
    if isinstance(node, ast.Name) and node.id.endswith("_job") and node.id in JOB_WORKERS:
        return node.id
    return None


def used_by(name: str) -> set[Use]:
    """What this function's code touches."""
    found = set()
    for module in _reached(f"{main.ENTRY_POINTS[name]}.{name}"):
        for node in ast.walk(_trees()[module]):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
                owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
                if (owner, node.attr) in USES:
                    found.add(USES[owner, node.attr])
    if Use.UPLOADS in found:
        found.discard(Use.UPLOAD_READS)  # the right to write includes it
    return found
