// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPresentationVerifier} from "../../interfaces/IPresentationVerifier.sol";
import {IssuerId, PolicyId, TypeId} from "../../types/Identifiers.sol";

/// @title What presentations to a contract sign: EIP-712 structures
/// @notice docs/formats.md, "What a presentation signs".
library Statements {
    /// @notice The index by which the account, and no credential, binds the statement.
    uint8 internal constant ACCOUNT_INDEX = 255;

    bytes32 private constant ACCESS_TYPE = keccak256(
        "ChainAccess(bytes32 resource,bytes32 policyId,uint64 epoch,address account,"
        "address consumer,bytes32 action,bytes32 nonce,uint64 deadline,bytes32 bundle,"
        "uint8 index,bytes32 extensions)"
    );
    bytes32 private constant DISCLOSURE_TYPE =
        keccak256("Disclosure(string leaf,bytes32 schema,bytes32 issuer,uint32 disclosed)");
    /// @dev Reserved for predicates and pseudonyms.
    bytes32 private constant NO_EXTENSIONS = 0;

    /// @notice What a statement is known by, whoever shows whatever for it.
    /// @dev All of it counts. Were it the account and the nonce alone, whoever sees a statement could
    /// have another one executed with the same nonce, and so prevent it.
    function idOf(IPresentationVerifier.Access calldata access) internal pure returns (bytes32) {
        return keccak256(abi.encode(access));
    }

    /// @notice hashStruct of a ChainAccess.
    function hashAccess(
        IPresentationVerifier.Access calldata access,
        PolicyId policy,
        bytes32 bundle,
        uint8 index
    ) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                ACCESS_TYPE,
                access.resource,
                policy,
                access.epoch,
                access.account,
                access.consumer,
                access.action,
                access.nonce,
                access.deadline,
                bundle,
                index,
                NO_EXTENSIONS
            )
        );
    }

    /// @notice hashStruct of a Disclosure.
    /// @param leaf Number of the credential leaf, below 100; its id is `c` and the number.
    /// @param disclosed Bitmap of the disclosed slots; 0 for an SD-JWT.
    function hashDisclosure(uint256 leaf, TypeId typeId, IssuerId issuerId, uint256 disclosed)
        internal
        pure
        returns (bytes32)
    {
        // Safe: two digits at most.
        // forge-lint: disable-next-line(unsafe-typecast)
        (uint8 tens, uint8 ones) = (uint8(leaf / 10), uint8(leaf % 10));
        bytes32 id = tens == 0
            ? keccak256(abi.encodePacked("c", bytes1(0x30 + ones)))
            : keccak256(abi.encodePacked("c", bytes1(0x30 + tens), bytes1(0x30 + ones)));
        return keccak256(abi.encode(DISCLOSURE_TYPE, id, typeId, issuerId, disclosed));
    }

    /// @notice The bundle: the encoding of an array of Disclosure.
    /// @param hashes hashStruct of each, in order.
    function hashBundle(bytes32[] memory hashes) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(hashes));
    }
}
