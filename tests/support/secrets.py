"""Secret files as a careful operator makes them: for their owner alone."""

from pathlib import Path


def write_secret(file: Path, content: str | bytes) -> Path:
    """Write a file of mode 0600."""
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file
