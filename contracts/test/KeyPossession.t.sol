// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {IssuerRegistry} from "../src/IssuerRegistry.sol";
import {IIssuerRegistry} from "../src/interfaces/IIssuerRegistry.sol";
import {BLSKeys} from "./support/BLSKeys.sol";
import {IssuerFixture} from "./support/IssuerFixture.sol";

/// @notice Proofs of possession that must not register a key.
contract KeyPossessionTest is IssuerFixture {
    IIssuerRegistry.KeyKind private constant BBS = IIssuerRegistry.KeyKind.BBS;
    IIssuerRegistry.KeyKind private constant P256 = IIssuerRegistry.KeyKind.P256;
    uint256 private constant SECRET = 5;

    function test_InvalidPossessionProof_MadeForAnotherIssuer() public {
        (bytes memory blsProof, bytes memory p256Proof) = _proofs(issuers);
        issuerId = _accredit("did:web:thief", TYPE, CONTROLLER);
        _assertBothRefused(blsProof, p256Proof);
    }

    function test_InvalidPossessionProof_MadeForAnotherRegistry() public {
        (bytes memory blsProof, bytes memory p256Proof) =
            _proofs(new IssuerRegistry(ROOT, SUSPENSION_DELAY));
        _assertBothRefused(blsProof, p256Proof);
    }

    function test_InvalidPossessionProof_MadeForAnotherChain() public {
        (bytes memory blsProof, bytes memory p256Proof) = _proofs(issuers);
        vm.chainId(block.chainid + 1);
        _assertBothRefused(blsProof, p256Proof);
    }

    function test_InvalidPossessionProof_MadeByAnotherKey() public {
        _assertProofRefused(BBS, BLSKeys.publicKey(SECRET), _prove(6, BLSKeys.publicKey(SECRET)));
        bytes memory publicKey = _p256Key(SECRET);
        (bytes memory proof,) = _p256Sign(6, issuers.possessionMessage(issuerId, publicKey));
        _assertProofRefused(P256, publicKey, proof);
    }

    function test_InvalidPossessionProof_OfAnotherKind() public {
        (bytes memory blsProof, bytes memory p256Proof) = _proofs(issuers);
        _assertBothRefused(p256Proof, blsProof);
    }

    function test_InvalidPossessionProof_Missing() public {
        _assertBothRefused("", "");
    }

    function test_InvalidPossessionProof_HighS() public {
        bytes memory publicKey = _p256Key(SECRET);
        (, bytes memory high) = _p256Sign(SECRET, issuers.possessionMessage(issuerId, publicKey));
        _assertProofRefused(P256, publicKey, high);
    }

    function test_InvalidPossessionProof_TheIdentityAsKey() public {
        _assertProofRefused(BBS, new bytes(256), new bytes(128));
    }

    function test_InvalidPossessionProof_AKeyOutsideTheSubgroup() public {
        string memory vectors = vm.readFile("test/vectors/bls12381.json");
        bytes memory publicKey = vm.parseJsonBytes(vectors, ".outsideSubgroup.g2");
        _assertProofRefused(BBS, publicKey, _prove(SECRET, publicKey));
    }

    function test_InvalidPublicKey_WrongLength() public {
        bytes memory bls = BLSKeys.publicKey(SECRET);
        _assertKeyRefused(BBS, bytes.concat(bls, hex"00"), "");
        _assertKeyRefused(BBS, _p256Key(SECRET), "");
        _assertKeyRefused(P256, bls, "");
        _assertKeyRefused(P256, "", "");
    }

    function test_InvalidPublicKey_NotOnTheCurve() public {
        bytes memory publicKey = _p256Key(SECRET);
        (bytes memory proof,) = _p256Sign(SECRET, issuers.possessionMessage(issuerId, publicKey));
        publicKey[63] ^= 0x01;
        _assertKeyRefused(P256, publicKey, proof);
        _assertKeyRefused(P256, new bytes(64), proof);
    }

    function test_UnsupportedKeyKind() public {
        bytes memory publicKey = BLSKeys.publicKey(SECRET);
        vm.expectRevert(
            abi.encodeWithSelector(
                IIssuerRegistry.UnsupportedKeyKind.selector, IIssuerRegistry.KeyKind.NONE
            )
        );
        _register(IIssuerRegistry.KeyKind.NONE, publicKey, "");
    }

    function test_MissingPrecompile_ANetworkWithoutBLSRegistersNoBBSKey() public {
        bytes memory publicKey = BLSKeys.publicKey(SECRET);
        bytes memory proof = _prove(SECRET, publicKey);
        vm.mockCall(address(0x0f), "", "");
        vm.expectRevert(abi.encodeWithSelector(Errors.MissingPrecompile.selector, address(0x0f)));
        _register(BBS, publicKey, proof);
    }

    function test_MissingPrecompile_ANetworkWithoutP256RegistersNoP256Key() public {
        bytes memory publicKey = _p256Key(SECRET);
        (bytes memory proof,) = _p256Sign(SECRET, issuers.possessionMessage(issuerId, publicKey));
        vm.mockCall(address(0x100), "", "");
        vm.expectRevert(abi.encodeWithSelector(Errors.MissingPrecompile.selector, address(0x100)));
        _register(P256, publicKey, proof);
    }

    function _proofs(IssuerRegistry registry)
        private
        view
        returns (bytes memory blsProof, bytes memory p256Proof)
    {
        bytes memory message = registry.possessionMessage(issuerId, BLSKeys.publicKey(SECRET));
        blsProof = BLSKeys.sign(SECRET, message);
        message = registry.possessionMessage(issuerId, _p256Key(SECRET));
        (p256Proof,) = _p256Sign(SECRET, message);
    }

    function _assertBothRefused(bytes memory blsProof, bytes memory p256Proof) private {
        _assertProofRefused(BBS, BLSKeys.publicKey(SECRET), blsProof);
        _assertProofRefused(P256, _p256Key(SECRET), p256Proof);
    }

    function _register(IIssuerRegistry.KeyKind kind, bytes memory publicKey, bytes memory proof)
        private
    {
        vm.prank(CONTROLLER);
        issuers.registerKey(issuerId, kind, publicKey, proof);
    }

    function _assertProofRefused(
        IIssuerRegistry.KeyKind kind,
        bytes memory publicKey,
        bytes memory proof
    ) private {
        vm.expectRevert(
            abi.encodeWithSelector(IIssuerRegistry.InvalidPossessionProof.selector, kind)
        );
        _register(kind, publicKey, proof);
    }

    function _assertKeyRefused(
        IIssuerRegistry.KeyKind kind,
        bytes memory publicKey,
        bytes memory proof
    ) private {
        vm.expectRevert(abi.encodeWithSelector(IIssuerRegistry.InvalidPublicKey.selector, kind));
        _register(kind, publicKey, proof);
    }
}
