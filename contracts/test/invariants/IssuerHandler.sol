// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IssuerRegistry} from "../../src/IssuerRegistry.sol";
import {IStatusRegistry} from "../../src/interfaces/IStatusRegistry.sol";
import {IIssuerRegistry} from "../../src/interfaces/IIssuerRegistry.sol";
import {IssuerId, KeyId, StatusListId, TypeId} from "../../src/types/Identifiers.sol";
import {World} from "../support/Fixture.sol";

/// @notice Calls anything on two issuers, two keys and their status lists, as anyone, at any time,
/// and compares what was before and after.
contract IssuerHandler is World {
    struct Key {
        IssuerId owner;
        IIssuerRegistry.KeyState state;
        uint64 addedAt;
        uint64 acceptedUntil;
    }

    uint64 private constant SUSPENSION_DELAY = 2 days;
    uint32 private constant WORDS = 2;
    TypeId private constant TYPE = TypeId.wrap(keccak256("type"));
    string[2] private _dids = ["did:web:a.example", "did:web:b.example"];
    address[2] private _controllers = [address(0x11), address(0x12)];
    address private constant ROOT = address(0x10);

    IssuerRegistry public immutable issuers;
    IStatusRegistry public immutable status;

    bool public keyStateWentBack;
    bool public keyChangedOwner;
    bool public acceptanceGrew;
    bool public bitCleared;
    bool public suspensionEndedEarly;
    bool public strangerHadEffect;
    uint256 public changes;

    Key[2] private _keys;
    uint256[2][WORDS] private _words;
    uint64[2] private _suspendedUntil;

    constructor() {
        issuers = new IssuerRegistry(ROOT, SUSPENSION_DELAY);
        status = issuers.status();
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(ROOT);
            issuers.accredit(_dids[i], TYPE, _controllers[i]);
        }
    }

    function registerKey(uint256 who, uint256 which, uint256 secret) external {
        IssuerId id = _issuer(which);
        bytes memory publicKey = _publicKey(secret % 2);
        bytes memory message = issuers.possessionMessage(id, publicKey);
        (bytes32 r, bytes32 s) = vm.signP256(1 + secret % 2, sha256(message));
        bytes memory call = abi.encodeCall(
            issuers.registerKey, (id, IIssuerRegistry.KeyKind.P256, publicKey, abi.encode(r, s))
        );
        _do(who, address(issuers), call);
    }

    function retireKey(uint256 who, uint256 which, uint256 time) external {
        uint64 until = uint64(block.timestamp + _bound(time, 0, 9 days));
        _do(who, address(issuers), abi.encodeCall(issuers.retireKey, (_keyId(which), until)));
    }

    function reportCompromised(uint256 who, uint256 which) external {
        _do(who, address(issuers), abi.encodeCall(issuers.reportCompromised, (_keyId(which))));
    }

    function assignController(uint256 who, uint256 which, uint256 to) external {
        bytes memory call =
            abi.encodeCall(issuers.assignController, (_issuer(which), _controllers[to % 2]));
        _do(who, address(issuers), call);
    }

    function suspend(uint256 who, uint256 which) external {
        _do(who, address(issuers), abi.encodeCall(issuers.suspend, (_issuer(which))));
    }

    function liftSuspension(uint256 who, uint256 which) external {
        _do(who, address(issuers), abi.encodeCall(issuers.liftSuspension, (_issuer(which))));
    }

    function withdrawAccreditation(uint256 who, uint256 which) external {
        bytes memory call = abi.encodeCall(issuers.withdrawAccreditation, (_issuer(which), TYPE));
        _do(who, address(issuers), call);
    }

    function accredit(uint256 who, uint256 which, uint256 controller) external {
        bytes memory call = abi.encodeCall(
            issuers.accredit, (_dids[which % 2], TYPE, _controllers[controller % 2])
        );
        _do(who, address(issuers), call);
    }

    function revoke(uint256 who, uint256 which, uint32 index) external {
        uint32 bounded = index % (256 * WORDS);
        _do(who, address(status), abi.encodeCall(status.revoke, (_issuer(which), TYPE, bounded)));
    }

    function wait(uint256 seed) external {
        vm.warp(block.timestamp + _bound(seed, 1 hours, 3 days));
    }

    /// @dev Half of the calls come from the root, an eighth from a stranger.
    function _do(uint256 who, address target, bytes memory call) private {
        address[4] memory others = [_controllers[0], _controllers[1], _controllers[0], STRANGER];
        address actor = who % 8 < 3 ? ROOT : others[who % 4];
        vm.prank(actor);
        (bool ok,) = target.call(call);
        if (!ok) return;
        ++changes;
        if (actor == STRANGER) strangerHadEffect = true;
        for (uint256 i = 0; i < 2; ++i) {
            _judgeKey(i);
            _judgeSuspension(i);
            _judgeWords(i);
        }
    }

    function _judgeKey(uint256 i) private {
        Key memory before = _keys[i];
        Key memory key;
        (key.owner,, key.state, key.addedAt, key.acceptedUntil,) = issuers.key(_keyId(i));
        _keys[i] = key;
        if (key.state < before.state) keyStateWentBack = true;
        if (before.state == IIssuerRegistry.KeyState.UNKNOWN) return;
        if (key.acceptedUntil > before.acceptedUntil) acceptanceGrew = true;
        if (IssuerId.unwrap(key.owner) != IssuerId.unwrap(before.owner)) keyChangedOwner = true;
        if (key.addedAt != before.addedAt) keyChangedOwner = true;
    }

    function _judgeSuspension(uint256 i) private {
        uint64 before = _suspendedUntil[i];
        (,, uint64 until) = issuers.issuer(_issuer(i));
        _suspendedUntil[i] = until;
        if (until < before && until < block.timestamp + SUSPENSION_DELAY) {
            suspensionEndedEarly = true;
        }
    }

    function _judgeWords(uint256 i) private {
        StatusListId list = status.listIdOf(_issuer(i), TYPE);
        for (uint32 w = 0; w < WORDS; ++w) {
            uint256 word = status.word(list, w);
            if (_words[w][i] & ~word != 0) bitCleared = true;
            _words[w][i] = word;
        }
    }

    function _issuer(uint256 which) private view returns (IssuerId) {
        return IssuerId.wrap(keccak256(bytes(_dids[which % 2])));
    }

    function _keyId(uint256 which) private pure returns (KeyId) {
        return KeyId.wrap(keccak256(_publicKey(which % 2)));
    }

    function _publicKey(uint256 which) private pure returns (bytes memory) {
        (uint256 x, uint256 y) = vm.publicKeyP256(1 + which);
        return abi.encode(x, y);
    }
}
