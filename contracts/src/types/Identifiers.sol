// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Each identifier is a keccak256 hash. A type of its own keeps one from being passed for another.

/// @dev keccak256(abi.encode(minter, uri)); as a uint256 it is the id of the resource's token.
type ResourceId is bytes32;

/// @dev keccak256 of a policy's canonical bytes.
type PolicyId is bytes32;

/// @dev keccak256 of an issuer's DID in UTF-8.
type IssuerId is bytes32;

/// @dev A credential type: the id of an attribute schema, or keccak256 of an SD-JWT VC's vct in UTF-8.
type TypeId is bytes32;

/// @dev keccak256 of a public key as it is stored.
type KeyId is bytes32;

/// @dev keccak256(abi.encode(issuerId, typeId)).
type StatusListId is bytes32;

/// @dev keccak256(abi.encode(creator, name)).
type AddressListId is bytes32;

using {equalPolicyIds as ==, differentPolicyIds as !=} for PolicyId global;

function equalPolicyIds(PolicyId a, PolicyId b) pure returns (bool) {
    return PolicyId.unwrap(a) == PolicyId.unwrap(b);
}

function differentPolicyIds(PolicyId a, PolicyId b) pure returns (bool) {
    return PolicyId.unwrap(a) != PolicyId.unwrap(b);
}
