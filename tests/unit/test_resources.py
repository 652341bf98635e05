"""Manifests: the same files give the same digest, and no other files pass."""

from __future__ import annotations

import hashlib
import json

import pytest

from didgate.encoding import keccak256
from didgate.errors import InvalidInput, VerificationError
from didgate.resources import File, Manifest, resource_id

DIGEST = "ab" * 32


@pytest.fixture
def artifact(tmp_path):
    """A directory with a model of two files."""
    folder = tmp_path / "model"
    (folder / "weights").mkdir(parents=True)
    (folder / "config.json").write_bytes(b"{}")
    (folder / "weights" / "part-0.bin").write_bytes(b"weights")
    return folder


def fault(manifest, folder, **options):
    with pytest.raises((VerificationError, InvalidInput)) as error:
        manifest.verify(folder, **options)
    return error.value.code, error.value.path


def test_lists_every_file_with_size_and_digest(artifact):
    manifest = Manifest.build("digits", "1", artifact)
    assert manifest.files == (
        File("config.json", 2, hashlib.sha256(b"{}").hexdigest()),
        File("weights/part-0.bin", 7, hashlib.sha256(b"weights").hexdigest()),
    )
    manifest.verify(artifact)


def test_the_digest_is_that_of_the_canonical_json(artifact):
    manifest = Manifest.build("digits", "1", artifact)
    document = json.dumps(manifest.to_dict(), sort_keys=True, separators=(",", ":"))
    assert manifest.digest == hashlib.sha256(document.encode()).digest()


def test_order_carries_no_meaning():
    files = (File("b", 1, DIGEST), File("a", 2, DIGEST))
    assert Manifest("n", "1", files) == Manifest("n", "1", files[::-1])


def test_name_and_version_are_part_of_the_digest(artifact):
    one = Manifest.build("digits", "1", artifact)
    assert one.digest != Manifest.build("digits", "2", artifact).digest
    assert one.digest != Manifest.build("letters", "1", artifact).digest


def test_lists_chosen_files_only(artifact):
    manifest = Manifest.build("digits", "1", artifact, [artifact / "config.json"])
    assert [file.path for file in manifest.files] == ["config.json"]
    manifest.verify(artifact, allow_others=True)
    assert fault(manifest, artifact) == ("file_unlisted", "weights/part-0.bin")


def test_refuses_a_changed_file(artifact):
    manifest = Manifest.build("digits", "1", artifact)
    (artifact / "config.json").write_bytes(b"[]")
    assert fault(manifest, artifact) == ("file_changed", "config.json")


def test_refuses_a_longer_file(artifact):
    manifest = Manifest.build("digits", "1", artifact)
    (artifact / "config.json").write_bytes(b"{} ")
    assert fault(manifest, artifact) == ("file_changed", "config.json")


def test_refuses_a_missing_file(artifact):
    manifest = Manifest.build("digits", "1", artifact)
    (artifact / "config.json").unlink()
    assert fault(manifest, artifact) == ("file_missing", "config.json")


def test_refuses_a_file_that_is_not_listed(artifact):
    manifest = Manifest.build("digits", "1", artifact)
    (artifact / "weights" / "part-1.bin").write_bytes(b"")
    assert fault(manifest, artifact) == ("file_unlisted", "weights/part-1.bin")


def test_refuses_a_link_to_the_same_content(artifact, tmp_path):
    manifest = Manifest.build("digits", "1", artifact)
    (artifact / "config.json").rename(tmp_path / "elsewhere")
    (artifact / "config.json").symlink_to(tmp_path / "elsewhere")
    assert fault(manifest, artifact) == ("invalid_manifest", "config.json")


def test_refuses_a_linked_directory(artifact, tmp_path):
    manifest = Manifest.build("digits", "1", artifact)
    (artifact / "weights").rename(tmp_path / "elsewhere")
    (artifact / "weights").symlink_to(tmp_path / "elsewhere")
    assert fault(manifest, artifact)[0] == "invalid_manifest"


def test_a_link_above_the_artifact_does_not_matter(artifact, tmp_path):
    manifest = Manifest.build("digits", "1", artifact)
    (tmp_path / "link").symlink_to(tmp_path)
    manifest.verify(tmp_path / "link" / "model")


def test_refuses_a_dangling_link_as_a_file(artifact):
    (artifact / "dangling").symlink_to(artifact / "nowhere")
    with pytest.raises(InvalidInput) as error:
        Manifest.build("digits", "1", artifact)
    assert error.value.code == "invalid_manifest"


def test_refuses_a_file_elsewhere(artifact, tmp_path):
    (tmp_path / "other").write_bytes(b"")
    with pytest.raises(InvalidInput) as error:
        Manifest.build("digits", "1", artifact, [tmp_path / "other"])
    assert error.value.code == "invalid_manifest"


def test_refuses_an_empty_directory(tmp_path):
    with pytest.raises(InvalidInput) as error:
        Manifest.build("digits", "1", tmp_path)
    assert error.value.code == "invalid_manifest"


def test_reads_back(artifact):
    manifest = Manifest.build("digits", "1", artifact)
    assert Manifest.from_dict(json.loads(manifest.to_bytes())) == manifest


GOOD = Manifest("n", "1", (File("a", 1, DIGEST),)).to_dict()
GOOD_FILE = {"path": "a", "size": 1, "sha256": DIGEST}
FAULTS = {
    "no_object": [],
    "missing_member": {key: value for key, value in GOOD.items() if key != "version"},
    "extra_member": GOOD | {"license": "MIT"},
    "other_type": GOOD | {"type": "didgate-manifest-v2"},
    "empty_name": GOOD | {"name": ""},
    "name_no_text": GOOD | {"name": 1},
    "no_files": GOOD | {"files": []},
    "files_no_list": GOOD | {"files": {}},
    "file_no_object": GOOD | {"files": ["a"]},
    "file_twice": GOOD | {"files": [GOOD_FILE, GOOD_FILE | {"size": 2}]},
    "extra_in_file": GOOD | {"files": [GOOD_FILE | {"mode": 1}]},
    "negative_size": GOOD | {"files": [GOOD_FILE | {"size": -1}]},
    "size_true": GOOD | {"files": [GOOD_FILE | {"size": True}]},
    "digest_upper_case": GOOD | {"files": [GOOD_FILE | {"sha256": DIGEST.upper()}]},
    "digest_short": GOOD | {"files": [GOOD_FILE | {"sha256": "ab"}]},
}


@pytest.mark.parametrize("document", FAULTS.values(), ids=FAULTS)
def test_refuses_document(document):
    with pytest.raises(InvalidInput) as error:
        Manifest.from_dict(document)
    assert error.value.code == "invalid_manifest"


@pytest.mark.parametrize(
    "path", ["", "/etc/passwd", "../x", "a/../b", "a//b", "./a", "a/", "a\\b", "a\0", "e\u0301", 1]
)
def test_refuses_path(path):
    with pytest.raises(InvalidInput) as error:
        File(path, 1, DIGEST)
    assert (error.value.code, error.value.path) == ("invalid_manifest", "path")


def test_a_resource_is_named_by_minter_and_uri():
    minter = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
    head = bytes(12) + bytes.fromhex(minter[2:]) + (64).to_bytes(32)
    text = b"urn:model:digits"
    encoded = head + len(text).to_bytes(32) + text.ljust(32, b"\0")
    assert resource_id(minter, text.decode()) == keccak256(encoded)
