// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAddressListRegistry} from "./interfaces/IAddressListRegistry.sol";
import {AddressListId} from "./types/Identifiers.sol";

/// @title Lists of accounts
/// @dev What each function does, and for whom, stands in IAddressListRegistry.
contract AddressListRegistry is IAddressListRegistry {
    struct List {
        address owner;
        address offeredTo;
        mapping(address account => uint64) addedAt;
    }

    uint256 private constant MAX_NAME_LENGTH = 256;

    mapping(AddressListId listId => List) private _lists;

    /// @inheritdoc IAddressListRegistry
    function create(string calldata name) external returns (AddressListId listId) {
        uint256 length = bytes(name).length;
        if (length == 0 || length > MAX_NAME_LENGTH) {
            revert InvalidNameLength(length, MAX_NAME_LENGTH);
        }
        listId = listIdOf(msg.sender, name);
        if (_lists[listId].owner != address(0)) revert ListExists(listId);
        _lists[listId].owner = msg.sender;
        emit ListCreated(listId, msg.sender, name);
    }

    /// @inheritdoc IAddressListRegistry
    function add(AddressListId listId, address[] calldata accounts) external {
        List storage list = _owned(listId);
        for (uint256 i = 0; i < accounts.length; ++i) {
            address account = accounts[i];
            if (account == address(0)) revert InvalidAccount();
            if (list.addedAt[account] != 0) continue;
            list.addedAt[account] = uint64(block.timestamp);
            emit AddressAdded(listId, account);
        }
    }

    /// @inheritdoc IAddressListRegistry
    function remove(AddressListId listId, address[] calldata accounts) external {
        List storage list = _owned(listId);
        for (uint256 i = 0; i < accounts.length; ++i) {
            address account = accounts[i];
            if (list.addedAt[account] == 0) continue;
            delete list.addedAt[account];
            emit AddressRemoved(listId, account);
        }
    }

    /// @inheritdoc IAddressListRegistry
    function offerList(AddressListId listId, address to) external {
        _owned(listId).offeredTo = to;
        emit ListOffered(listId, to);
    }

    /// @inheritdoc IAddressListRegistry
    function acceptList(AddressListId listId) external {
        List storage list = _lists[listId];
        if (msg.sender != list.offeredTo) revert ListNotOffered(listId, msg.sender);
        emit ListOwnerChanged(listId, list.owner, msg.sender);
        list.owner = msg.sender;
        delete list.offeredTo;
    }

    /// @inheritdoc IAddressListRegistry
    function ownerOf(AddressListId listId) external view returns (address) {
        return _lists[listId].owner;
    }

    /// @inheritdoc IAddressListRegistry
    function offeredTo(AddressListId listId) external view returns (address) {
        return _lists[listId].offeredTo;
    }

    /// @inheritdoc IAddressListRegistry
    function addedAt(AddressListId listId, address account) external view returns (uint64) {
        return _lists[listId].addedAt[account];
    }

    /// @inheritdoc IAddressListRegistry
    function listIdOf(address creator, string calldata name) public pure returns (AddressListId) {
        return AddressListId.wrap(keccak256(abi.encode(creator, name)));
    }

    function _owned(AddressListId listId) private view returns (List storage list) {
        list = _lists[listId];
        if (list.owner == address(0)) revert UnknownList(listId);
        if (msg.sender != list.owner) revert NotListOwner(listId, msg.sender);
    }
}
