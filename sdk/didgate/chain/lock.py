"""One process at a time: the lock beside the file of an embedded chain.

The lock file stays where it is; holding its lock is what counts, and the operating system drops
the lock with the process, however it ends. The text in the file is the URL at which the holder
serves the chain, so that a second command can use the running chain instead.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Final

from didgate.errors import ChainError

_ATTEMPTS: Final = 20
_PAUSE: Final = 0.01

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> None:
        # Locked bytes cannot be read there, so the lock lies far behind the text.
        os.lseek(descriptor, 1 << 20, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class ChainInUse(ChainError):
    """Another process has the chain open.

    Args:
        path: the chain file.
        url: where that process serves it by JSON-RPC, if it does.
    """

    def __init__(self, path: Path, url: str | None) -> None:
        hint = f"and serves it at {url}" if url else "and does not serve it to others"
        super().__init__("chain_in_use", f"another process has {path} open {hint}")
        self.url = url


class ChainLock:
    """Holds the lock of a chain file until ``release``.

    Args:
        path: the chain file; the lock file is named after it, with ``.lock`` appended.

    Raises:
        ChainInUse: another process, or another opener in this one, holds the lock.
        ChainError: ``chain_file_unusable``, the lock file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        lock_path = path.with_name(path.name + ".lock")
        try:
            self._descriptor = os.open(lock_path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            message = f"the file {lock_path} cannot be made: {error.strerror}"
            raise ChainError("chain_file_unusable", message) from error
        self._acquire(path)
        self.announce("")

    def _acquire(self, path: Path) -> None:
        """Take the lock; another process may hold it for a moment, only to see that it is free."""
        for attempt in range(_ATTEMPTS):
            try:
                _try_lock(self._descriptor)
            except OSError as error:
                url = _read(self._descriptor)
                if url is None and attempt + 1 < _ATTEMPTS:
                    time.sleep(_PAUSE)
                    continue
                os.close(self._descriptor)
                raise ChainInUse(path, url) from error
            return

    def announce(self, url: str) -> None:
        """Write down where the chain is served; an empty string says that it is not."""
        os.ftruncate(self._descriptor, 0)
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, url.encode())

    def release(self) -> None:
        """Let others open the chain file."""
        self.announce("")
        os.close(self._descriptor)


def served_at(path: Path) -> str | None:
    """Return where another process serves a chain; None if no process has it open.

    Args:
        path: the chain file; need not be there.

    Raises:
        ChainInUse: another process has the chain open, and does not serve it.
        ChainError: ``chain_file_unusable``, the lock file cannot be made.
    """
    if not path.is_file():
        return None
    try:
        ChainLock(path).release()
    except ChainInUse as error:
        if error.url is None:
            raise
        return error.url
    return None


def _read(descriptor: int) -> str | None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    return os.read(descriptor, 2048).decode() or None
