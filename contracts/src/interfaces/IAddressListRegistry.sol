// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AddressListId} from "../types/Identifiers.sol";

/// @title Lists of accounts that policies refer to
/// @notice A list's owner adds and removes accounts at once. Each entry carries the time it was
/// added, so that a policy can ask for a minimum age.
/// @dev A list's id is `keccak256(abi.encode(creator, name))` and stays when its owner changes.
interface IAddressListRegistry {
    /// @notice A list was created.
    event ListCreated(AddressListId indexed listId, address indexed creator, string name);

    /// @notice An account came onto a list.
    event AddressAdded(AddressListId indexed listId, address indexed account);

    /// @notice An account was taken off a list.
    event AddressRemoved(AddressListId indexed listId, address indexed account);

    /// @notice The owner offered a list to another account; zero withdraws an offer.
    event ListOffered(AddressListId indexed listId, address indexed to);

    /// @notice A list got another owner.
    event ListOwnerChanged(
        AddressListId indexed listId, address indexed previous, address indexed owner
    );

    /// @notice The name of a list has from 1 to `maximum` bytes.
    error InvalidNameLength(uint256 length, uint256 maximum);

    /// @notice The caller created a list of this name before.
    error ListExists(AddressListId listId);

    /// @notice No such list was created.
    error UnknownList(AddressListId listId);

    /// @notice Only the owner of the list may do this.
    error NotListOwner(AddressListId listId, address caller);

    /// @notice Only the account to which the list was offered may accept it.
    error ListNotOffered(AddressListId listId, address caller);

    /// @notice The zero address cannot be on a list.
    error InvalidAccount();

    /// @notice Creates an empty list that belongs to the caller.
    /// @param name Name of the list, 1 to 256 bytes, unique for the caller.
    /// @return listId Id of the list.
    function create(string calldata name) external returns (AddressListId listId);

    /// @notice Adds accounts; those on the list already keep the time they were added. For the
    /// owner.
    function add(AddressListId listId, address[] calldata accounts) external;

    /// @notice Removes accounts; without effect on those that are not on the list. For the owner.
    function remove(AddressListId listId, address[] calldata accounts) external;

    /// @notice Offers the list to another account. For the owner.
    function offerList(AddressListId listId, address to) external;

    /// @notice Takes over the list that was offered to the caller.
    function acceptList(AddressListId listId) external;

    /// @notice Id that `create` gives to this name of this creator.
    function listIdOf(address creator, string calldata name) external pure returns (AddressListId);

    /// @notice Owner of a list; zero if there is no such list.
    function ownerOf(AddressListId listId) external view returns (address);

    /// @notice Account to which a list is offered; zero for none.
    function offeredTo(AddressListId listId) external view returns (address);

    /// @notice When an account came onto a list; 0 if it is not on it.
    function addedAt(AddressListId listId, address account) external view returns (uint64);
}
