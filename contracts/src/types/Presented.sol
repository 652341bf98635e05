// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IssuerId, KeyId, TypeId} from "./Identifiers.sol";

/// @dev How a credential is secured; the numbers are those of policy bytes.
enum Form {
    NONE,
    ATTRIBUTE,
    SD_JWT
}

/// @notice A disclosed claim whose proof was verified.
/// @param name keccak256 of the claim's name in UTF-8.
/// @param typeCode 0 absent, 1 text, 2 bytes, 3 integer, 4 boolean, 5 date, 6 datetime, 7 address.
/// @param value Of text and bytes keccak256 of the data; of integers, dates and datetimes the value
/// plus 2^53; of booleans 0 or 1; of addresses the address.
struct Claim {
    bytes32 name;
    uint8 typeCode;
    uint256 value;
}

/// @notice A credential whose proof was verified, shown for one leaf of a policy.
/// @param leaf Number of the credential leaf, in the canonical pre-order of the policy, from 0.
/// @param form How it is secured.
/// @param typeId Schema id, or keccak256 of the vct.
/// @param issuerId keccak256 of the issuer's DID.
/// @param keyId The issuer's key that signed it.
/// @param validUntil End of validity, exclusive, in Unix seconds.
/// @param freshSince When it was issued or refreshed, in Unix seconds.
/// @param hasStatus Whether it has a bit in the status list of issuer and type.
/// @param statusIndex The bit, where there is one.
/// @param holderKey keccak256 of x and y of the key that signed the presentation; 0 if the form
/// shows none.
/// @param claims What was disclosed, each name once.
struct ShownCredential {
    uint8 leaf;
    Form form;
    TypeId typeId;
    IssuerId issuerId;
    KeyId keyId;
    uint64 validUntil;
    uint64 freshSince;
    bool hasStatus;
    uint32 statusIndex;
    bytes32 holderKey;
    Claim[] claims;
}
