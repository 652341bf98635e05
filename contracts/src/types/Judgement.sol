// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ShownCredential} from "./Presented.sol";

/// @dev What a policy, or a part of it, says: a truth value of Kleene's logic, in ascending order.
enum Verdict {
    FALSE,
    UNKNOWN,
    TRUE
}

/// @notice A proof that the account of a case is a leaf of a Merkle tree of accounts.
/// @param root Root of the tree.
/// @param proof Sibling hashes from the leaf to the root, at most 64.
struct Membership {
    bytes32 root;
    bytes32[] proof;
}

/// @notice What a policy is evaluated on. Whoever makes one vouches for all but the memberships.
/// @param moment The time to judge by, in Unix seconds.
/// @param account The account whose control was proved; zero for none.
/// @param credentials What was shown, at most one for each credential leaf (else the first counts).
/// @param memberships Merkle proofs for the account; the evaluator verifies them.
/// @param attestations UIDs of attestations, which the evaluator looks up.
struct Case {
    uint64 moment;
    address account;
    ShownCredential[] credentials;
    Membership[] memberships;
    bytes32[] attestations;
}
