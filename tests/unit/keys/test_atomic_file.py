from __future__ import annotations

import threading
from pathlib import Path

import pytest

from didgate.keys import atomic_file


def test_replace_writes_for_the_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "file"
    atomic_file.replace(path, b"first")
    assert path.read_bytes() == b"first"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    atomic_file.replace(path, b"second")
    assert path.read_bytes() == b"second"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_failed_replace_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "occupied"
    (folder / "child").mkdir(parents=True)
    with pytest.raises(OSError, match="irectory"):
        atomic_file.replace(folder, b"content")
    assert list(tmp_path.iterdir()) == [folder]


def test_exclusive_makes_writers_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "counter"
    atomic_file.replace(path, b"0")

    def count() -> None:
        for _ in range(20):
            with atomic_file.exclusive(path):
                atomic_file.replace(path, str(int(path.read_bytes()) + 1).encode())

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() == b"80"


def test_exclusive_is_given_back_after_an_error(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with pytest.raises(KeyError), atomic_file.exclusive(path):
        raise KeyError
    with atomic_file.exclusive(path):
        pass
