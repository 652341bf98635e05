// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IssuerRegistry} from "../src/IssuerRegistry.sol";
import {IIssuerRegistry} from "../src/interfaces/IIssuerRegistry.sol";
import {IssuerId, KeyId} from "../src/types/Identifiers.sol";
import {BLSKeys} from "./support/BLSKeys.sol";
import {IssuerFixture} from "./support/IssuerFixture.sol";

/// @notice Keys: proof of possession, one owner for ever, states that move downward only.
contract IssuerKeysTest is IssuerFixture {
    IIssuerRegistry.KeyKind private constant BBS = IIssuerRegistry.KeyKind.BBS;
    IIssuerRegistry.KeyKind private constant P256 = IIssuerRegistry.KeyKind.P256;

    function test_AKeyFromTheVectorsIsRegistered() public {
        string memory vectors = vm.readFile("test/vectors/bls12381.json");
        bytes memory publicKey = vm.parseJsonBytes(vectors, ".possession.publicKey");
        vm.chainId(vm.parseJsonUint(vectors, ".possession.chainId"));
        issuers = _deployAt(vm.parseJsonAddress(vectors, ".possession.registry"));
        issuerId = _accredit(vm.parseJsonString(vectors, ".possession.did"), TYPE, CONTROLLER);
        vm.assertEq(
            issuers.possessionMessage(issuerId, publicKey),
            vm.parseJsonBytes(vectors, ".possession.message"),
            "message"
        );
        vm.prank(CONTROLLER);
        KeyId keyId = issuers.registerKey(
            issuerId, BBS, publicKey, vm.parseJsonBytes(vectors, ".possession.proof")
        );
        _assertState(keyId, IIssuerRegistry.KeyState.ACTIVE, WITHOUT_END);
    }

    function test_ARegisteredBBSKeyIsActiveAndKept() public {
        bytes memory publicKey = BLSKeys.publicKey(5);
        bytes memory proof = _prove(5, publicKey);
        vm.expectEmit(address(issuers));
        emit IIssuerRegistry.KeyRegistered(
            issuerId, KeyId.wrap(keccak256(publicKey)), BBS, publicKey
        );
        vm.prank(CONTROLLER);
        KeyId keyId = issuers.registerKey(issuerId, BBS, publicKey, proof);
        _assertKey(keyId, BBS, publicKey);
    }

    function test_ARegisteredP256KeyIsActiveAndKept() public {
        bytes memory publicKey = _p256Key(5);
        (bytes memory proof,) = _p256Sign(5, issuers.possessionMessage(issuerId, publicKey));
        vm.prank(CONTROLLER);
        _assertKey(issuers.registerKey(issuerId, P256, publicKey, proof), P256, publicKey);
    }

    function test_WhatIsReadForADecisionIsWhatIsKept() public {
        KeyId keyId = _registerKey(5);
        (bool isKnown, uint64 suspendedUntil, uint64 accreditedAt) =
            issuers.standing(issuerId, TYPE);
        vm.assertTrue(isKnown, "known");
        vm.assertEq(suspendedUntil, 0, "suspended");
        vm.assertEq(accreditedAt, issuers.accreditation(issuerId, TYPE), "accredited");
        (
            IssuerId owner,
            IIssuerRegistry.KeyKind kind,
            IIssuerRegistry.KeyState state,
            uint64 a,
            uint64 b
        ) = issuers.keyRecord(keyId);
        vm.assertEq(IssuerId.unwrap(owner), IssuerId.unwrap(issuerId), "issuer");
        vm.assertTrue(kind == BBS && state == IIssuerRegistry.KeyState.ACTIVE, "key");
        vm.assertEq(a, START, "added");
        vm.assertEq(b, WITHOUT_END, "accepted until");
    }

    function test_AnIssuersKeysAreListedInTheirOrder() public {
        KeyId first = _registerKey(5);
        KeyId second = _registerKey(6);
        KeyId[] memory keys = issuers.keysOf(issuerId);
        vm.assertEq(keys.length, 2, "count");
        vm.assertEq(KeyId.unwrap(keys[0]), KeyId.unwrap(first), "first");
        vm.assertEq(KeyId.unwrap(keys[1]), KeyId.unwrap(second), "second");
    }

    function test_AnUnknownKeyIsNothing() public view {
        (IssuerId owner, IIssuerRegistry.KeyKind kind,, uint64 addedAt,, bytes memory publicKey) =
            issuers.key(KeyId.wrap(keccak256("unknown")));
        vm.assertEq(IssuerId.unwrap(owner), bytes32(0), "owner");
        vm.assertTrue(kind == IIssuerRegistry.KeyKind.NONE, "kind");
        vm.assertEq(addedAt, 0, "addedAt");
        vm.assertEq(publicKey.length, 0, "publicKey");
        _assertState(KeyId.wrap(keccak256("unknown")), IIssuerRegistry.KeyState.UNKNOWN, 0);
    }

    function test_ARetiredKeyIsAcceptedUntilItsDateWhichCanOnlyComeNearer() public {
        KeyId keyId = _registerKey(5);
        vm.expectEmit(address(issuers));
        emit IIssuerRegistry.KeyRetired(keyId, START + 100);
        _retire(keyId, START + 100);
        _assertState(keyId, IIssuerRegistry.KeyState.RETIRED, START + 100);
        _retire(keyId, START - 1);
        _assertState(keyId, IIssuerRegistry.KeyState.RETIRED, START - 1);
    }

    function test_ControllerAndRootReportACompromisedKey() public {
        address[2] memory callers = [CONTROLLER, ROOT];
        for (uint256 i = 0; i < callers.length; ++i) {
            KeyId keyId = _registerKey(5 + i);
            vm.expectEmit(address(issuers));
            emit IIssuerRegistry.KeyCompromised(keyId, callers[i]);
            vm.prank(callers[i]);
            issuers.reportCompromised(keyId);
            _assertState(keyId, IIssuerRegistry.KeyState.COMPROMISED, 0);
        }
    }

    function test_ARetiredKeyCanBeReportedAsCompromised() public {
        KeyId keyId = _registerKey(5);
        _retire(keyId, START + 100);
        _report(keyId);
        _assertState(keyId, IIssuerRegistry.KeyState.COMPROMISED, 0);
    }

    function test_KeysGoWithTheControlOfTheIssuer() public {
        KeyId keyId = _registerKey(5);
        vm.prank(ROOT);
        issuers.assignController(issuerId, SUCCESSOR);
        _expectNotController(CONTROLLER);
        issuers.retireKey(keyId, START);
        vm.prank(SUCCESSOR);
        issuers.retireKey(keyId, START);
    }

    function test_KeyTaken_WhateverItsStateAndWhoeverAsks() public {
        KeyId keyId = _registerKey(5);
        _assertKeyTaken(keyId, issuerId);
        _retire(keyId, START);
        _assertKeyTaken(keyId, issuerId);
        _report(keyId);
        _assertKeyTaken(keyId, issuerId);

        IssuerId owner = issuerId;
        issuerId = _accredit("did:web:thief", TYPE, CONTROLLER);
        _assertKeyTaken(keyId, owner);
    }

    function test_NotController_RegisterAndRetire() public {
        KeyId keyId = _registerKey(5);
        bytes memory publicKey = BLSKeys.publicKey(6);
        bytes memory proof = _prove(6, publicKey);
        address[2] memory callers = [ROOT, STRANGER];
        for (uint256 i = 0; i < callers.length; ++i) {
            _expectNotController(callers[i]);
            issuers.registerKey(issuerId, BBS, publicKey, proof);
            _expectNotController(callers[i]);
            issuers.retireKey(keyId, START);
        }
    }

    function test_NotController_OfAnUnknownIssuer() public {
        issuerId = IssuerId.wrap(keccak256("did:web:unknown"));
        _expectNotController(CONTROLLER);
        issuers.registerKey(issuerId, BBS, "", "");
    }

    function test_NotControllerOrRoot() public {
        KeyId keyId = _registerKey(5);
        vm.expectRevert(
            abi.encodeWithSelector(IIssuerRegistry.NotControllerOrRoot.selector, issuerId, STRANGER)
        );
        vm.prank(STRANGER);
        issuers.reportCompromised(keyId);
    }

    function test_UnknownKey() public {
        KeyId unknown = KeyId.wrap(keccak256("unknown"));
        bytes memory fault = abi.encodeWithSelector(IIssuerRegistry.UnknownKey.selector, unknown);
        vm.expectRevert(fault);
        issuers.retireKey(unknown, START);
        vm.expectRevert(fault);
        issuers.reportCompromised(unknown);
    }

    function test_AcceptanceNotShortened() public {
        KeyId keyId = _registerKey(5);
        _retire(keyId, START + 100);
        vm.expectRevert(
            abi.encodeWithSelector(
                IIssuerRegistry.AcceptanceNotShortened.selector, keyId, START + 100
            )
        );
        _retire(keyId, START + 100);
    }

    function test_AcceptanceNotShortened_RetiringWithoutAnEnd() public {
        KeyId keyId = _registerKey(5);
        vm.expectRevert(
            abi.encodeWithSelector(
                IIssuerRegistry.AcceptanceNotShortened.selector, keyId, WITHOUT_END
            )
        );
        _retire(keyId, WITHOUT_END);
    }

    function test_KeyIsCompromised_IsFinal() public {
        KeyId keyId = _registerKey(5);
        _report(keyId);
        bytes memory fault =
            abi.encodeWithSelector(IIssuerRegistry.KeyIsCompromised.selector, keyId);
        vm.expectRevert(fault);
        _retire(keyId, 0);
        vm.expectRevert(fault);
        _report(keyId);
    }

    function _assertKey(KeyId keyId, IIssuerRegistry.KeyKind expected, bytes memory expectedKey)
        private
        view
    {
        (IssuerId owner, IIssuerRegistry.KeyKind kind,, uint64 addedAt,, bytes memory publicKey) =
            issuers.key(keyId);
        vm.assertEq(IssuerId.unwrap(owner), IssuerId.unwrap(issuerId), "owner");
        vm.assertTrue(kind == expected, "kind");
        vm.assertEq(addedAt, START, "addedAt");
        vm.assertEq(publicKey, expectedKey, "publicKey");
        vm.assertEq(KeyId.unwrap(keyId), keccak256(expectedKey), "keyId");
        _assertState(keyId, IIssuerRegistry.KeyState.ACTIVE, WITHOUT_END);
    }

    function _assertState(KeyId keyId, IIssuerRegistry.KeyState expected, uint64 expectedUntil)
        private
        view
    {
        (,, IIssuerRegistry.KeyState state,, uint64 acceptedUntil,) = issuers.key(keyId);
        vm.assertEq(uint256(state), uint256(expected), "state");
        vm.assertEq(acceptedUntil, expectedUntil, "acceptedUntil");
    }

    function _retire(KeyId keyId, uint64 acceptedUntil) private {
        vm.prank(CONTROLLER);
        issuers.retireKey(keyId, acceptedUntil);
    }

    function _report(KeyId keyId) private {
        vm.prank(CONTROLLER);
        issuers.reportCompromised(keyId);
    }

    function _assertKeyTaken(KeyId keyId, IssuerId owner) private {
        bytes memory publicKey = BLSKeys.publicKey(5);
        bytes memory proof = _prove(5, publicKey);
        vm.expectRevert(abi.encodeWithSelector(IIssuerRegistry.KeyTaken.selector, keyId, owner));
        vm.prank(CONTROLLER);
        issuers.registerKey(issuerId, BBS, publicKey, proof);
    }

    /// @dev Runs the constructor at the address, so that storage and immutables are as deployed.
    function _deployAt(address where) private returns (IssuerRegistry) {
        vm.etch(
            where,
            abi.encodePacked(type(IssuerRegistry).creationCode, abi.encode(ROOT, SUSPENSION_DELAY))
        );
        (bool ok, bytes memory code) = where.call("");
        vm.assertTrue(ok, "constructor");
        vm.etch(where, code);
        return IssuerRegistry(where);
    }

    function test_TheRecordOfAKeyIsTheKeyWithoutItsBytes() public {
        KeyId keyId = _registerKey(5);
        _assertRecordIsThatOfTheKey(keyId, "active");
        vm.prank(CONTROLLER);
        issuers.retireKey(keyId, START + 5);
        _assertRecordIsThatOfTheKey(keyId, "retired");
        vm.prank(CONTROLLER);
        issuers.reportCompromised(keyId);
        _assertRecordIsThatOfTheKey(keyId, "compromised");
        _assertRecordIsThatOfTheKey(KeyId.wrap(0), "unknown");
    }

    function _assertRecordIsThatOfTheKey(KeyId keyId, string memory reason) private view {
        (
            IssuerId owner,
            IIssuerRegistry.KeyKind kind,
            IIssuerRegistry.KeyState state,
            uint64 addedAt,
            uint64 until,
        ) = issuers.key(keyId);
        bytes memory wanted = abi.encode(owner, kind, state, addedAt, until);
        (owner, kind, state, addedAt, until) = issuers.keyRecord(keyId);
        vm.assertEq(abi.encode(owner, kind, state, addedAt, until), wanted, reason);
    }
}
