// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {ISDJWTVerifier} from "../../interfaces/ISDJWTVerifier.sol";
import {Claim} from "../../types/Presented.sol";

/// @title Where a claim stands: a hash over the names that lead to it
library ClaimPath {
    bytes1 private constant TILDE = "~";
    bytes1 private constant SLASH = "/";

    /// @dev The object that holds all claims.
    bytes32 internal constant ROOT = 0;
    /// @dev Where no claim that can be asked for stands.
    bytes32 internal constant NOWHERE = bytes32(type(uint256).max);

    /// @notice The path of a member of an object; `name` is the hash of its name.
    function below(bytes32 path, bytes32 name) internal pure returns (bytes32) {
        if (path == NOWHERE) return NOWHERE;
        return Hashes.efficientKeccak256(path, name);
    }

    /// @notice Returns the paths of claims by their names, and a claim of each name, absent as yet.
    function ofAll(string[] calldata names)
        internal
        pure
        returns (bytes32[] memory paths, Claim[] memory claims)
    {
        paths = new bytes32[](names.length);
        claims = new Claim[](names.length);
        for (uint256 i = 0; i < names.length; ++i) {
            bytes calldata name = bytes(names[i]);
            claims[i].name = keccak256(name);
            paths[i] = name.length != 0 && name[0] == SLASH
                ? _ofPointer(name[1:], i)
                : below(ROOT, claims[i].name);
        }
    }

    /// @dev Of a JSON pointer (RFC 6901) without its first slash.
    function _ofPointer(bytes calldata rest, uint256 index) private pure returns (bytes32 path) {
        uint256 from;
        for (uint256 i = 0; i <= rest.length; ++i) {
            if (i == rest.length || rest[i] == SLASH) {
                path = below(path, keccak256(_unescaped(rest[from:i], index)));
                from = i + 1;
            }
        }
    }

    /// @dev In a pointer, `~1` is a slash and `~0` a tilde, which stands for nothing else.
    function _unescaped(bytes calldata segment, uint256 index)
        private
        pure
        returns (bytes memory name)
    {
        name = segment;
        uint256 size;
        for (uint256 i = 0; i < segment.length; ++i) {
            bytes1 character = segment[i];
            if (character == TILDE) {
                if (++i == segment.length || (segment[i] != "0" && segment[i] != "1")) {
                    revert ISDJWTVerifier.InvalidClaimName(index);
                }
                character = segment[i] == "0" ? TILDE : SLASH;
            }
            name[size++] = character;
        }
        assembly ("memory-safe") {
            mstore(name, size)
        }
    }
}
