// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IssuerRegistry} from "../../src/IssuerRegistry.sol";
import {IIssuerRegistry} from "../../src/interfaces/IIssuerRegistry.sol";
import {IssuerId, KeyId, TypeId} from "../../src/types/Identifiers.sol";
import {BLSKeys} from "./BLSKeys.sol";
import {Fixture} from "./Fixture.sol";

/// @notice A registry whose root is ROOT, and one accredited issuer under CONTROLLER.
abstract contract IssuerFixture is Fixture {
    address internal constant ROOT = address(0x10);
    address internal constant CONTROLLER = address(0x11);
    address internal constant DELEGATE = address(0x12);
    address internal constant SUCCESSOR = address(0x13);
    uint64 internal constant SUSPENSION_DELAY = 2 days;
    string internal constant DID = "did:web:issuer.example";
    TypeId internal constant TYPE = TypeId.wrap(keccak256("type"));
    TypeId internal constant OTHER_TYPE = TypeId.wrap(keccak256("another type"));

    uint256 private constant P256_HALF_ORDER =
        0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8;
    uint256 private constant P256_ORDER =
        0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551;

    IssuerRegistry internal issuers;
    IssuerId internal issuerId;

    function setUp() public virtual override {
        super.setUp();
        issuers = new IssuerRegistry(ROOT, SUSPENSION_DELAY);
        issuerId = _accredit(DID, TYPE, CONTROLLER);
    }

    function _accredit(string memory did, TypeId typeId, address controller)
        internal
        returns (IssuerId)
    {
        vm.prank(ROOT);
        return issuers.accredit(did, typeId, controller);
    }

    /// @notice Registers the BBS key of a secret for the issuer.
    function _registerKey(uint256 secret) internal returns (KeyId) {
        bytes memory publicKey = BLSKeys.publicKey(secret);
        bytes memory proof = _prove(secret, publicKey);
        vm.prank(CONTROLLER);
        return issuers.registerKey(issuerId, IIssuerRegistry.KeyKind.BBS, publicKey, proof);
    }

    function _prove(uint256 secret, bytes memory publicKey) internal view returns (bytes memory) {
        return BLSKeys.sign(secret, issuers.possessionMessage(issuerId, publicKey));
    }

    function _p256Key(uint256 secret) internal pure returns (bytes memory) {
        (uint256 x, uint256 y) = vm.publicKeyP256(secret);
        return abi.encode(x, y);
    }

    /// @notice An ECDSA signature with low s, and the one with high s.
    function _p256Sign(uint256 secret, bytes memory message)
        internal
        pure
        returns (bytes memory low, bytes memory high)
    {
        (bytes32 r, bytes32 s) = vm.signP256(secret, sha256(message));
        uint256 other = P256_ORDER - uint256(s);
        bool isLow = uint256(s) <= P256_HALF_ORDER;
        low = abi.encode(r, isLow ? uint256(s) : other);
        high = abi.encode(r, isLow ? other : uint256(s));
    }

    function _controllerOf() internal view returns (address controller) {
        (, controller,) = issuers.issuer(issuerId);
    }

    function _suspendedUntil() internal view returns (uint64 until) {
        (,, until) = issuers.issuer(issuerId);
    }

    function _expectNotRoot(address caller) internal {
        vm.expectRevert(abi.encodeWithSignature("OwnableUnauthorizedAccount(address)", caller));
        vm.prank(caller);
    }

    function _expectNotController(address caller) internal {
        vm.expectRevert(
            abi.encodeWithSelector(IIssuerRegistry.NotController.selector, issuerId, caller)
        );
        vm.prank(caller);
    }
}
