"""What is uploaded to build the functions: .gcloudignore lets through these files and no others."""

import hashlib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
FILES = ("main.py", "requirements.txt")
FOLDERS = ("functions", "shared")


def source_files(root: Path = REPOSITORY) -> list[Path]:
    """The files, in order, relative to the repository."""
    inside = [path for folder in FOLDERS for path in (root / folder).rglob("*") if path.is_file()]
    mine = [path for path in inside if "__pycache__" not in path.parts and path.suffix != ".pyc"]
    return sorted(path.relative_to(root) for path in (*mine, *(root / name for name in FILES)))


def source_digest(root: Path = REPOSITORY) -> str:
    """Changes whenever a file's name or content does."""
    digest = hashlib.sha256()
    for path in source_files(root):
        digest.update(f"{path}\0".encode())
        digest.update(hashlib.sha256((root / path).read_bytes()).digest())
    return digest.hexdigest()
