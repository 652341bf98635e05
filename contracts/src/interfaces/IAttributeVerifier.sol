// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {KeyId, PolicyId} from "../types/Identifiers.sol";
import {ShownCredential} from "../types/Presented.sol";

/// @title Verifies attribute credentials for leaves of policies
/// @notice What is disclosed follows from the leaf and its schema: validity, status where there is an
/// index, and the attributes that have conditions. Header, domain and generators are computed from
/// what the registries hold, never taken from call data.
/// @dev Knows no resource and no policy in force: whoever calls decides what to verify, and for what
/// a proof must have been made.
interface IAttributeVerifier {
    /// @notice One credential as shown for a leaf.
    /// @param leaf Number of the credential leaf in the policy's canonical pre-order.
    /// @param keyId The issuer's key.
    /// @param values What is disclosed beyond what the policy fixes, in the order of the slots:
    /// u8 type ‖ value as policies encode it; type 0, and nothing behind it, says absent.
    /// @param proof The BBS proof in EIP-2537 form; see BBS.
    struct Shown {
        uint8 leaf;
        KeyId keyId;
        bytes values;
        bytes proof;
    }

    /// @notice What a leaf and an issuer's key fix was computed and kept.
    event LeafPinned(PolicyId indexed policy, uint8 indexed leaf, KeyId indexed keyId);

    /// @notice The policy has no credential leaf with this number.
    error InvalidLeaf(uint256 leaf);
    /// @notice The leaf asks for another form of credential.
    error NotAnAttributeLeaf(uint256 leaf);
    /// @notice The leaf asks for attributes that its schema does not have.
    error UnknownAttribute(uint256 leaf);
    /// @notice The registry that the policy pins does not hold this.
    error UnknownContent(address registry, bytes32 id);
    /// @notice The policy pins no such registry, or other code stands at its address.
    error RegistryUnverified(address registry);
    /// @notice A disclosed value is malformed, of another type, or missing; or one is left over.
    error InvalidValues(uint256 leaf);
    /// @notice The credential holds for longer than its schema allows, as one from the future would.
    error CredentialFromFuture(uint256 leaf);
    /// @notice The leaf is pinned for this key already.
    error AlreadyPinned(PolicyId policy, uint256 leaf, KeyId keyId);

    /// @notice Computes and keeps what is the same for every presentation of a leaf with an issuer's
    /// key: the signed base with what the policy fixes. Later proofs are cheaper by it. For anyone.
    /// @param policy Canonical policy bytes.
    /// @param leaf Number of the leaf.
    /// @param keyId A registered BBS key.
    function pin(bytes calldata policy, uint8 leaf, KeyId keyId) external;

    /// @notice Verifies the proof of a credential, or reverts with the reason. Issuer, key, status
    /// and conditions are for the policy's evaluation to judge.
    /// @param policy Canonical policy bytes that were checked.
    /// @param shown The credential.
    /// @param digest What the proof must be bound to.
    /// @return credential What it shows.
    /// @return disclosed Bitmap of the disclosed slots.
    function verify(bytes calldata policy, Shown calldata shown, bytes32 digest)
        external
        view
        returns (ShownCredential memory credential, uint256 disclosed);

    /// @notice Whether a leaf is pinned for a key.
    function isPinned(PolicyId policy, uint8 leaf, KeyId keyId) external view returns (bool);
}
