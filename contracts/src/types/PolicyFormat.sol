// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// The numbers of canonical policy bytes, as docs/formats.md lists them.

/// @dev version, lifetime (2), quota limit (4), quota period (4), price: what stands before the pins.
uint256 constant HEAD_LENGTH = 12;
uint8 constant VERSION = 1;
/// @dev kind, address (20), code hash (32).
uint256 constant PIN_LENGTH = 53;

library Tag {
    uint256 internal constant ALL = 0x01;
    uint256 internal constant ANY = 0x02;
    uint256 internal constant AT_LEAST = 0x03;
    uint256 internal constant NOT = 0x04;
    uint256 internal constant CREDENTIAL = 0x10;
    uint256 internal constant ADDRESS = 0x11;
    uint256 internal constant TOKEN = 0x12;
    uint256 internal constant PAYMENT = 0x13;
    uint256 internal constant TIME = 0x14;
    uint256 internal constant ATTESTATION = 0x15;
    uint256 internal constant MEMBER = 0x16;
}

library Registry {
    uint256 internal constant ISSUERS = 1;
    uint256 internal constant SCHEMAS = 2;
    uint256 internal constant STATUS = 3;
    uint256 internal constant ADDRESS_LISTS = 4;
    uint256 internal constant ATTESTATIONS = 5;
}

library Holder {
    uint256 internal constant ABSENT = 0;
    uint256 internal constant SAME = 1;
    uint256 internal constant ANY = 2;
}

library Operator {
    uint256 internal constant EQUALS = 1;
    uint256 internal constant IN = 2;
    uint256 internal constant AT_LEAST = 3;
    uint256 internal constant AT_MOST = 4;
    uint256 internal constant BETWEEN = 5;
}

library ValueType {
    uint256 internal constant TEXT = 1;
    uint256 internal constant BYTES = 2;
    uint256 internal constant INTEGER = 3;
    uint256 internal constant BOOLEAN = 4;
    uint256 internal constant DATE = 5;
    uint256 internal constant DATETIME = 6;
    uint256 internal constant ADDRESS = 7;
}

library TokenStandard {
    uint256 internal constant ERC20_BALANCE = 1;
    uint256 internal constant ERC721_BALANCE = 2;
    uint256 internal constant ERC721_OWNER = 3;
    uint256 internal constant ERC1155_BALANCE = 4;
    uint256 internal constant ERC4907_USER = 5;
}
