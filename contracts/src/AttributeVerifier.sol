// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAttributeSuite} from "./interfaces/IAttributeSuite.sol";
import {IAttributeVerifier} from "./interfaces/IAttributeVerifier.sol";
import {AttributeLeaf, AttributeLeaves} from "./libraries/attributes/AttributeLeaves.sol";
import {BBS} from "./libraries/bbs/BBS.sol";
import {ContentHolder} from "./libraries/registry/ContentStore.sol";
import {DisclosedAttributes} from "./libraries/attributes/DisclosedAttributes.sol";
import {PinnedLeaves} from "./libraries/attributes/PinnedLeaves.sol";
import {KeyId, PolicyId} from "./types/Identifiers.sol";
import {ShownCredential} from "./types/Presented.sol";
import {Disclosed} from "./types/Statement.sol";

/// @title Verifies attribute credentials by the precompiles of EIP-2537
/// @dev What each function does stands in IAttributeVerifier. What is pinned is found by the policy's
/// id, which is the hash of its bytes: a pin made from other bytes serves other bytes.
contract AttributeVerifier is IAttributeVerifier {
    address private immutable _generators;

    mapping(bytes32 pin => address holder) private _pins;

    /// @param suite Computed the generators of attribute credentials.
    constructor(IAttributeSuite suite) {
        _generators = suite.holder();
    }

    /// @inheritdoc IAttributeVerifier
    function pin(bytes calldata policy, uint8 leaf, KeyId keyId) external {
        PolicyId id = PolicyId.wrap(keccak256(policy));
        bytes32 key = _pinKey(id, leaf, keyId);
        if (_pins[key] != address(0)) revert AlreadyPinned(id, leaf, keyId);
        AttributeLeaf memory opened = AttributeLeaves.open(policy, leaf, keyId, _generators);
        AttributeLeaves.pin(opened);
        _pins[key] = address(new ContentHolder(PinnedLeaves.encode(opened)));
        emit LeafPinned(id, leaf, keyId);
    }

    /// @inheritdoc IAttributeVerifier
    function verify(bytes calldata policy, Shown calldata shown, bytes32 digest)
        external
        view
        returns (ShownCredential memory credential, uint256 slots)
    {
        AttributeLeaf memory leaf = _open(policy, shown.leaf, shown.keyId);
        Disclosed memory disclosed;
        (disclosed, credential) =
            DisclosedAttributes.read(leaf, shown.leaf, shown.keyId, shown.values);
        slots = leaf.disclosed;
        BBS.verifyProof(leaf.statement, disclosed, bytes.concat(digest), shown.proof);
    }

    /// @inheritdoc IAttributeVerifier
    function isPinned(PolicyId policy, uint8 leaf, KeyId keyId) external view returns (bool) {
        return _pins[_pinKey(policy, leaf, keyId)] != address(0);
    }

    function _open(bytes calldata policy, uint8 leaf, KeyId keyId)
        private
        view
        returns (AttributeLeaf memory)
    {
        address pinned = _pins[_pinKey(PolicyId.wrap(keccak256(policy)), leaf, keyId)];
        if (pinned != address(0)) return PinnedLeaves.decode(pinned.code, _generators);
        return AttributeLeaves.open(policy, leaf, keyId, _generators);
    }

    function _pinKey(PolicyId policy, uint8 leaf, KeyId keyId) private pure returns (bytes32) {
        return keccak256(abi.encode(policy, leaf, keyId));
    }
}
