"""Where everything is kept. Every path starts with the company; nothing else builds paths."""

from google.cloud.firestore import AsyncClient, AsyncCollectionReference, AsyncDocumentReference

COMPANIES = "companies"
DELETED_COMPANIES = "deleted_companies"


def company(db: AsyncClient, company_id: str) -> AsyncDocumentReference:
    """The company's own document. Raises ValueError for an id that could leave the company."""
    return db.collection(COMPANIES).document(_checked(company_id))


def deleted_company(db: AsyncClient, company_id: str) -> AsyncDocumentReference:
    """Where the record of a company's deletion is kept. Raises ValueError for what is no id."""
    return db.collection(DELETED_COMPANIES).document(_checked(company_id))


def system(db: AsyncClient, name: str) -> AsyncDocumentReference:
    """A document about the whole system."""
    return db.collection("system").document(_checked(name))


def login(db: AsyncClient, login_id: str) -> AsyncDocumentReference:
    """Where it stands which user signs in with an email address."""
    return db.collection("logins").document(_checked(login_id))


def throttle(db: AsyncClient, throttle_id: str) -> AsyncDocumentReference:
    """Where tries to sign in are counted."""
    return db.collection("throttles").document(_checked(throttle_id))


def collection(db: AsyncClient, company_id: str, name: str) -> AsyncCollectionReference:
    """One of the company's collections."""
    found: AsyncCollectionReference = company(db, company_id).collection(name)
    return found


def document(db: AsyncClient, company_id: str, name: str, document_id: str) -> AsyncDocumentReference:
    """One document of one of the company's collections."""
    return collection(db, company_id, name).document(_checked(document_id))


def company_of(reference: AsyncDocumentReference) -> str:
    """The company a document found by a collection-group query belongs to."""
    return str(reference._path[1])


def _checked(part: str) -> str:
    """The id. Names between double underscores are Firestore's own: it refuses to look for them.

    https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields
    """
    is_reserved = part.startswith("__") and part.endswith("__")
    if not part or "/" in part or part in (".", "..") or len(part) > 128 or is_reserved:
        raise ValueError(f"not an id: {part!r}")
    return part
