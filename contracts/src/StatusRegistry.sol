// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IIssuerRegistry} from "./interfaces/IIssuerRegistry.sol";
import {IStatusRegistry} from "./interfaces/IStatusRegistry.sol";
import {IssuerId, StatusListId, TypeId} from "./types/Identifiers.sol";

/// @title Revocation bits of issuers
/// @dev What each function does, and for whom, stands in IStatusRegistry.
contract StatusRegistry is IStatusRegistry {
    struct Word {
        uint256 bits;
    }

    /// @inheritdoc IStatusRegistry
    IIssuerRegistry public immutable issuers;

    mapping(IssuerId issuerId => address) private _controllers;
    mapping(StatusListId listId => mapping(uint32 wordIndex => Word)) private _words;

    /// @param issuers_ The issuer registry, which creates this contract and tells it who controls
    /// an issuer. To ask it at each revocation would cost more than all else that is not storage.
    constructor(IIssuerRegistry issuers_) {
        issuers = issuers_;
    }

    /// @inheritdoc IStatusRegistry
    function controllerChanged(IssuerId issuerId, address controller) external {
        if (msg.sender != address(issuers)) revert NotIssuerRegistry(msg.sender);
        _controllers[issuerId] = controller;
    }

    /// @inheritdoc IStatusRegistry
    function revoke(IssuerId issuerId, TypeId typeId, uint32 index) external {
        _requireController(issuerId);
        _revoke(listIdOf(issuerId, typeId), index);
    }

    /// @inheritdoc IStatusRegistry
    function revokeMany(IssuerId issuerId, TypeId typeId, uint32[] calldata indexes) external {
        _requireController(issuerId);
        StatusListId listId = listIdOf(issuerId, typeId);
        for (uint256 i = 0; i < indexes.length; ++i) {
            _revoke(listId, indexes[i]);
        }
    }

    /// @inheritdoc IStatusRegistry
    function isRevoked(StatusListId listId, uint32 index) external view returns (bool) {
        return _words[listId][index >> 8].bits & _bit(index) != 0;
    }

    /// @inheritdoc IStatusRegistry
    function word(StatusListId listId, uint32 wordIndex) external view returns (uint256) {
        return _words[listId][wordIndex].bits;
    }

    /// @inheritdoc IStatusRegistry
    function listIdOf(IssuerId issuerId, TypeId typeId) public pure returns (StatusListId) {
        return StatusListId.wrap(keccak256(abi.encode(issuerId, typeId)));
    }

    function _revoke(StatusListId listId, uint32 index) private {
        Word storage stored = _words[listId][index >> 8];
        uint256 bits = stored.bits;
        uint256 bit = _bit(index);
        if (bits & bit != 0) return;
        stored.bits = bits | bit;
        emit CredentialRevoked(listId, index);
    }

    function _requireController(IssuerId issuerId) private view {
        if (msg.sender != _controllers[issuerId]) revert NotController(issuerId, msg.sender);
    }

    function _bit(uint32 index) private pure returns (uint256) {
        return uint256(1) << (index & 0xff);
    }
}
