// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title When the logs of gates' receipts had which content
/// @notice A gate keeps its receipts in an append-only log, a Merkle tree as RFC 9162 has it. Now
/// and then its account anchors the tree's size and root here, for ever: from then on no receipt in
/// it can be changed, removed, moved or dated back unseen. Each account writes for itself alone;
/// nobody has a say over another's anchors, and nobody can undo any.
interface IReceiptAnchor {
    /// @notice The head of a log at one time.
    /// @param root Root of the Merkle tree over the log's entries.
    /// @param size Number of entries; more than in the anchor before.
    /// @param blockNumber Block in which it was anchored.
    /// @param timestamp Time of that block, in Unix seconds.
    struct Anchor {
        bytes32 root;
        uint64 size;
        uint64 blockNumber;
        uint64 timestamp;
    }

    /// @notice An account anchored the head of its log.
    event ReceiptsAnchored(address indexed account, uint64 size, bytes32 root);

    /// @notice The log has not grown: an anchor covers as many entries already.
    error LogNotGrown(uint64 anchored, uint64 size);

    /// @notice The account has fewer anchors.
    error UnknownAnchor(address account, uint256 index);

    /// @notice Anchors the head of the caller's log.
    /// @param size Number of entries; more than in the caller's latest anchor.
    /// @param root Root of the Merkle tree over them. That a longer log begins with the shorter one
    /// is not checked here: whoever has both can prove that it does, or that it does not.
    function anchor(uint64 size, bytes32 root) external;

    /// @notice Number of anchors of an account.
    function anchorsOf(address account) external view returns (uint256);

    /// @notice An anchor of an account, counted from 0, in ascending order of size.
    function anchorAt(address account, uint256 index) external view returns (Anchor memory);

    /// @notice The latest anchor of an account; of size 0 if it has none.
    function latest(address account) external view returns (Anchor memory);
}
