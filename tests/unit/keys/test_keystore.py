from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from didgate.errors import InvalidInput
from didgate.keys import KeyAlgorithm, SoftwareBBSSigner, SoftwareSigner
from didgate.keys.keystore import Argon2Cost, Keystore

CHEAP = Argon2Cost(operations=1, memory=8192)
PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


@pytest.fixture
def keystore(path: Path) -> Keystore:
    return Keystore.create(path, PASSPHRASE, cost=CHEAP)


def refusal(use: Callable[[], object]) -> str:
    with pytest.raises(InvalidInput) as error:
        use()
    return error.value.code


def edit(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the file as someone who has no passphrase can."""
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def test_key_comes_back(keystore: Keystore, path: Path, signer: SoftwareSigner) -> None:
    keystore.add("mine", signer)
    again = Keystore.open(path, PASSPHRASE).signer("mine")
    assert again.public_key == signer.public_key
    signer.public_key.verify(b"message", again.sign(b"message"))


def test_bbs_key_comes_back(keystore: Keystore, path: Path, bbs_signer: SoftwareBBSSigner) -> None:
    keystore.add("issuer", bbs_signer)
    again = Keystore.open(path, PASSPHRASE).bbs_signer("issuer")
    assert again.sign_messages(b"", [1]) == bbs_signer.sign_messages(b"", [1])


@pytest.mark.parametrize("secret", [b"", b"\x00\xff" * 50])
def test_other_secret_comes_back(keystore: Keystore, path: Path, secret: bytes) -> None:
    keystore.seal("wallet", secret, "database-key")
    assert Keystore.open(path, PASSPHRASE).unseal("wallet", "database-key") == secret


def test_names_without_the_passphrase(
    keystore: Keystore, path: Path, signer: SoftwareSigner
) -> None:
    keystore.add("mine", signer)
    keystore.seal("wallet", b"secret", "database-key")
    for entries in (Keystore.peek(path), keystore.names()):
        assert list(entries) == ["mine", "wallet"]
        assert entries["mine"].algorithm is signer.public_key.algorithm
        assert entries["mine"].public_key == signer.public_key.to_multikey()
        assert (entries["wallet"].kind, entries["wallet"].public_key) == ("database-key", None)


def test_file_holds_no_secret_and_is_for_its_owner(
    keystore: Keystore, path: Path, signer: SoftwareSigner
) -> None:
    keystore.add("mine", signer)
    assert signer.unsafe_private_bytes() not in path.read_bytes()
    assert signer.unsafe_private_bytes().hex() not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert {p.name for p in path.parent.iterdir()} == {"keys.json", "keys.json.lock"}


def test_repr_holds_no_secret(keystore: Keystore, path: Path) -> None:
    assert repr(keystore) == f"Keystore({str(path)!r})"
    keystore.seal("wallet", b"secret", "other")
    assert "sealed" not in repr(keystore.names())


def test_wrong_passphrase(keystore: Keystore, path: Path) -> None:
    assert refusal(lambda: Keystore.open(path, PASSPHRASE + " ")) == "wrong_passphrase"
    assert refusal(lambda: Keystore.open(path, PASSPHRASE.upper())) == "wrong_passphrase"


def test_empty_passphrase(keystore: Keystore, path: Path) -> None:
    other = path.with_name("other.json")
    assert refusal(lambda: Keystore.create(other, "", cost=CHEAP)) == "invalid_passphrase"
    assert refusal(lambda: Keystore.open(path, "")) == "invalid_passphrase"


def test_create_keeps_what_is_there(keystore: Keystore, path: Path) -> None:
    before = path.read_bytes()
    assert refusal(lambda: Keystore.create(path, "other", cost=CHEAP)) == "keystore_exists"
    assert path.read_bytes() == before


def test_open_or_create_opens_what_is_there(keystore: Keystore, path: Path) -> None:
    keystore.seal("wallet", b"secret", "other")
    assert Keystore.open_or_create(path, PASSPHRASE).unseal("wallet", "other") == b"secret"
    assert refusal(lambda: Keystore.open_or_create(path, "other")) == "wrong_passphrase"


def test_open_or_create_makes_what_is_not(tmp_path: Path) -> None:
    made = Keystore.open_or_create(tmp_path / "keys.json", PASSPHRASE)
    made.seal("wallet", b"secret", "other")
    reopened = Keystore.open(tmp_path / "keys.json", PASSPHRASE)
    assert reopened.unseal("wallet", "other") == b"secret"


def test_missing_file_and_folder(path: Path) -> None:
    nowhere = path.parent / "nowhere" / "keys.json"
    assert refusal(lambda: Keystore.open(path, PASSPHRASE)) == "keystore_not_found"
    assert refusal(lambda: Keystore.peek(path.parent)) == "keystore_not_found"
    assert refusal(lambda: Keystore.create(nowhere, "p", cost=CHEAP)) == "keystore_not_found"


def test_name_taken(keystore: Keystore, signer: SoftwareSigner) -> None:
    keystore.add("mine", signer)
    assert refusal(lambda: keystore.add("mine", signer)) == "name_taken"
    assert refusal(lambda: keystore.seal("mine", b"", "other")) == "name_taken"


@pytest.mark.parametrize("name", ["", "a\nb", "\x1b[31m", "a" * 129, "\u202e", "\ud800"])
def test_invalid_name(keystore: Keystore, signer: SoftwareSigner, name: str) -> None:
    assert refusal(lambda: keystore.add(name, signer)) == "invalid_name"
    assert refusal(lambda: keystore.seal("wallet", b"", name)) == "invalid_name"


def test_unknown_name(keystore: Keystore) -> None:
    assert refusal(lambda: keystore.signer("mine")) == "unknown_name"
    assert refusal(lambda: keystore.bbs_signer("mine")) == "unknown_name"
    assert refusal(lambda: keystore.unseal("mine", "other")) == "unknown_name"
    assert refusal(lambda: keystore.remove("mine")) == "unknown_name"


def test_wrong_kind(
    keystore: Keystore, signer: SoftwareSigner, bbs_signer: SoftwareBBSSigner
) -> None:
    keystore.add("mine", signer)
    keystore.add("issuer", bbs_signer)
    keystore.seal("wallet", b"", "database-key")
    assert refusal(lambda: keystore.bbs_signer("mine")) == "wrong_kind"
    assert refusal(lambda: keystore.signer("issuer")) == "wrong_kind"
    assert refusal(lambda: keystore.signer("wallet")) == "wrong_kind"
    assert refusal(lambda: keystore.bbs_signer("wallet")) == "wrong_kind"
    assert refusal(lambda: keystore.unseal("wallet", "token")) == "wrong_kind"
    assert refusal(lambda: keystore.unseal("mine", "key")) == "wrong_kind"
    assert refusal(lambda: keystore.seal("other", b"", "key")) == "wrong_kind"


def test_remove(keystore: Keystore, path: Path, signer: SoftwareSigner) -> None:
    keystore.add("mine", signer)
    keystore.add("other", signer)
    keystore.remove("mine")
    assert list(Keystore.peek(path)) == ["other"]


def test_change_passphrase(keystore: Keystore, path: Path, signer: SoftwareSigner) -> None:
    keystore.add("mine", signer)
    keystore.seal("wallet", b"secret", "other")
    stale = Keystore.open(path, PASSPHRASE)
    before = keystore.names()
    keystore.change_passphrase("another", cost=CHEAP)
    assert keystore.signer("mine").public_key == signer.public_key
    assert Keystore.open(path, "another").unseal("wallet", "other") == b"secret"
    assert all(entry.sealed != before[name].sealed for name, entry in keystore.names().items())
    assert refusal(lambda: Keystore.open(path, PASSPHRASE)) == "wrong_passphrase"
    assert refusal(lambda: stale.signer("mine")) == "wrong_passphrase"
    assert refusal(lambda: stale.add("new", signer)) == "wrong_passphrase"


def test_two_open_keystores_lose_no_update(
    keystore: Keystore, path: Path, signer: SoftwareSigner
) -> None:
    other = Keystore.open(path, PASSPHRASE)
    keystore.add("first", signer)
    other.add("second", signer)
    keystore.remove("first")
    assert list(other.names()) == list(keystore.names()) == ["second"]


def test_processes_lose_no_update(keystore: Keystore, path: Path) -> None:
    program = (
        "import sys\n"
        "from didgate.keys.keystore import Keystore\n"
        "keystore = Keystore.open(sys.argv[1], sys.argv[2])\n"
        "for number in range(8):\n"
        "    keystore.seal(f'{sys.argv[3]}{number}', b'', 'other')\n"
    )
    workers = [
        subprocess.Popen([sys.executable, "-c", program, str(path), PASSPHRASE, letter])
        for letter in "ab"
    ]
    assert [worker.wait() for worker in workers] == [0, 0]
    assert list(keystore.names()) == [f"{letter}{n}" for letter in "ab" for n in range(8)]


def test_keystore_behind_a_link_stays_behind_it(keystore: Keystore, path: Path) -> None:
    link = path.with_name("link.json")
    link.symlink_to(path)
    Keystore.open(link, PASSPHRASE).seal("wallet", b"", "other")
    assert link.is_symlink()
    assert list(keystore.names()) == ["wallet"]


def test_entry_renamed(keystore: Keystore, path: Path, signer: SoftwareSigner) -> None:
    keystore.add("mine", signer)
    edit(path, lambda c: c["entries"].update({"yours": c["entries"].pop("mine")}))
    assert refusal(lambda: keystore.signer("yours")) == "unseal_failed"


def test_entries_swapped(keystore: Keystore, path: Path) -> None:
    for name in "ab":
        keystore.add(name, SoftwareSigner.generate(KeyAlgorithm.P256))
    edit(path, lambda c: c["entries"].update(a=c["entries"]["b"], b=c["entries"]["a"]))
    assert refusal(lambda: keystore.signer("a")) == "unseal_failed"


@pytest.mark.parametrize(
    "change",
    [
        {"algorithm": "secp256k1"},
        {"publicKey": "zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv"},
        {"sealed": "AAAA"},
    ],
)
def test_entry_changed(keystore: Keystore, path: Path, change: dict[str, str]) -> None:
    keystore.add("mine", SoftwareSigner.generate(KeyAlgorithm.P256))
    edit(path, lambda c: c["entries"]["mine"].update(change))
    assert refusal(lambda: keystore.signer("mine")) == "unseal_failed"
    assert refusal(lambda: keystore.change_passphrase("other", cost=CHEAP)) == "unseal_failed"


def test_kind_changed(keystore: Keystore, path: Path) -> None:
    keystore.seal("wallet", b"secret", "database-key")
    edit(path, lambda c: c["entries"]["wallet"].update(kind="token"))
    assert refusal(lambda: keystore.unseal("wallet", "token")) == "unseal_failed"


def test_entry_of_another_keystore(keystore: Keystore, path: Path, signer: SoftwareSigner) -> None:
    other = Keystore.create(path.with_name("other.json"), PASSPHRASE, cost=CHEAP)
    other.add("mine", signer)
    entry = json.loads(path.with_name("other.json").read_text())["entries"]["mine"]
    edit(path, lambda c: c["entries"].update(mine=entry))
    assert refusal(lambda: keystore.signer("mine")) == "unseal_failed"


HOSTILE: dict[str, Callable[[dict[str, Any]], object]] = {
    "memory beyond bounds": lambda c: c["kdf"].update(memory=1 << 40),
    "operations beyond bounds": lambda c: c["kdf"].update(operations=1 << 31),
    "memory is no integer": lambda c: c["kdf"].update(memory="8192"),
    "operations are a boolean": lambda c: c["kdf"].update(operations=True),
    "another key derivation": lambda c: c["kdf"].update(algorithm="pbkdf2"),
    "salt too short": lambda c: c["kdf"].update(salt="AAAA"),
    "salt not base64url": lambda c: c["kdf"].update(salt="="),
    "unknown member of kdf": lambda c: c["kdf"].update(lanes=4),
    "member of kdf missing": lambda c: c["kdf"].pop("salt"),
    "another version": lambda c: c.update(version=2),
    "another format": lambda c: c.update(format="keystore"),
    "unknown member": lambda c: c.update(comment=""),
    "check missing": lambda c: c.pop("check"),
    "entries are an array": lambda c: c.update(entries=[]),
    "entry is no object": lambda c: c["entries"].update(mine="x"),
    "entry without kind": lambda c: c["entries"]["mine"].pop("kind"),
    "entry without public key": lambda c: c["entries"]["mine"].pop("publicKey"),
    "entry of an unknown algorithm": lambda c: c["entries"]["mine"].update(algorithm="RSA"),
    "entry with an unknown member": lambda c: c["entries"]["mine"].update(path="x"),
    "entry with the members of a key": lambda c: c["entries"]["mine"].update(kind="token"),
    "entry not base64url": lambda c: c["entries"]["mine"].update(sealed="a"),
    "entry with an unprintable name": lambda c: c["entries"].update({"\n": c["entries"]["mine"]}),
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_invalid_file(
    keystore: Keystore, path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    keystore.add("mine", SoftwareSigner.generate(KeyAlgorithm.ED25519))
    edit(path, change)
    assert refusal(lambda: Keystore.open(path, PASSPHRASE)) == "invalid_keystore"
    assert refusal(lambda: Keystore.peek(path)) == "invalid_keystore"
    assert refusal(lambda: keystore.signer("mine")) == "invalid_keystore"


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"null", b"\xff", b"{" * 100000, b'{"a":1,"a":1}', b" " * (5 << 20)],
    ids=["empty", "array", "null", "not UTF-8", "too deep", "duplicate member", "too large"],
)
def test_file_that_is_no_keystore(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert refusal(lambda: Keystore.open(path, PASSPHRASE)) == "invalid_keystore"


def test_cheaper_cost_in_the_file_opens_nothing(keystore: Keystore, path: Path) -> None:
    edit(path, lambda c: c["kdf"].update(memory=16384))
    assert refusal(lambda: Keystore.open(path, PASSPHRASE)) == "wrong_passphrase"


def test_keystore_full(keystore: Keystore, path: Path) -> None:
    before = path.read_bytes()
    assert refusal(lambda: keystore.seal("big", bytes(4 << 20), "other")) == "keystore_full"
    assert path.read_bytes() == before


def test_relative_path_survives_a_change_of_folder(
    keystore: Keystore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    again = Keystore.open(path.name, PASSPHRASE)
    monkeypatch.chdir(os.sep)
    assert list(again.names()) == []
