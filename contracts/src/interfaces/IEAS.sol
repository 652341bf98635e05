// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What policies ask of the Ethereum Attestation Service
interface IEAS {
    /// @notice An attestation; times in Unix seconds, 0 where there is none.
    struct Attestation {
        bytes32 uid;
        bytes32 schema;
        uint64 time;
        uint64 expirationTime;
        uint64 revocationTime;
        bytes32 refUID;
        address recipient;
        address attester;
        bool revocable;
        bytes data;
    }

    /// @notice An attestation by its UID; all zero if there is none.
    function getAttestation(bytes32 uid) external view returns (Attestation memory);
}
