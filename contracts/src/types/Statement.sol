// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The generators of a BBS suite for signatures over L messages: Q_1, H_1 … H_L.
/// @dev Who makes one vouches that they are what create_generators of the draft yields, and that
/// both forms hold the same points: see AttributeSuite.
/// @param points L + 1 points of G1 as EIP-2537 has them, 128 bytes each.
/// @param compressed The same points compressed, 48 bytes each.
struct Generators {
    bytes points;
    bytes compressed;
}

/// @notice Some messages of a signature.
/// @dev Being a bitmap, `slots` can hold no slot twice and none out of order.
/// @param slots Bit i stands for the message with index i, from 0.
/// @param messages The messages at these slots, by ascending slot; scalars from 1 to r - 1.
struct Disclosed {
    uint256 slots;
    uint256[] messages;
}

/// @notice What all signatures under one key, header and number of messages have in common; and, if
/// it is pinned, under some messages that are the same in all of them.
/// @dev Comes from BBS.statementOf and BBS.pin, or from what a contract kept of theirs: nothing but
/// the public key may come from call data, and that only where it was checked against a registry.
/// @param publicKey The issuer's point of G2 as EIP-2537 has it, 256 bytes.
/// @param hashTag Domain separation tag of domain and challenge: api_id ‖ "H2S_".
/// @param generators Q_1, H_1 … H_L as EIP-2537 has them, 128 bytes each.
/// @param domain Binds key, generators, interface and header.
/// @param base P1 + Q_1·domain + Σ H_i·m_i over what is pinned, 128 bytes; empty if nothing is.
/// @param pinned The messages in `base`. They count as disclosed, and need not be given again.
struct Statement {
    bytes publicKey;
    bytes hashTag;
    bytes generators;
    uint256 domain;
    bytes base;
    Disclosed pinned;
}
