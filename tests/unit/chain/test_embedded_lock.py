from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from didgate.chain.lock import ChainInUse, ChainLock, served_at
from didgate.errors import ChainError


def test_lock_is_held_once(tmp_path: Path) -> None:
    path = tmp_path / "chain.db"
    lock = ChainLock(path)
    with pytest.raises(ChainInUse) as error:
        ChainLock(path)
    assert error.value.code == "chain_in_use"
    lock.release()
    ChainLock(path).release()


def test_refusal_names_the_url(tmp_path: Path) -> None:
    path = tmp_path / "chain.db"
    lock = ChainLock(path)
    lock.announce("http://127.0.0.1:10000/a-long-one")
    lock.announce("http://127.0.0.1:1")
    with pytest.raises(ChainInUse) as error:
        ChainLock(path)
    assert error.value.url == "http://127.0.0.1:1"
    assert "http://127.0.0.1:1" in str(error.value)
    lock.release()


def test_lock_in_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(ChainError) as error:
        ChainLock(tmp_path / "missing" / "chain.db")
    assert error.value.code == "chain_file_unusable"


def test_url_of_an_earlier_holder_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "chain.db"
    (tmp_path / "chain.db.lock").write_text("http://127.0.0.1:9")  # it was killed
    lock = ChainLock(path)
    with pytest.raises(ChainInUse) as error:
        ChainLock(path)
    assert error.value.url is None
    lock.release()


def test_looking_whether_a_chain_is_open_keeps_nobody_out(tmp_path: Path) -> None:
    path = tmp_path / "chain.db"
    path.touch()
    with ThreadPoolExecutor(4) as pool:
        looks = [pool.submit(served_at, path) for _ in range(200)]
        for _ in range(50):
            ChainLock(path).release()
        assert {look.result() for look in looks} == {None}
