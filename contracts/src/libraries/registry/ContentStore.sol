// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";

/// @title Immutable contents, found by their keccak256
/// @notice A content becomes the code of an account of its own, which costs less than a third of
/// what storage slots cost. Storing the same content again costs nothing and changes nothing.
library ContentStore {
    struct Contents {
        mapping(bytes32 hash => address holder) _holders;
    }

    /// @notice Stores a content unless it is there already.
    /// @param content At most 24575 bytes.
    /// @return hash keccak256 of the content.
    /// @return added Whether it was not there before.
    function put(Contents storage self, bytes memory content)
        internal
        returns (bytes32 hash, bool added)
    {
        hash = keccak256(content);
        added = self._holders[hash] == address(0);
        if (added) self._holders[hash] = address(new ContentHolder(content));
    }

    /// @notice Whether the content with this hash is there.
    function has(Contents storage self, bytes32 hash) internal view returns (bool) {
        return self._holders[hash] != address(0);
    }

    /// @notice The content with this hash; empty if it is not there.
    function get(Contents storage self, bytes32 hash) internal view returns (bytes memory) {
        return Bytes.splice(self._holders[hash].code, 1);
    }
}

/// @title An account whose code is one zero byte and then the content
/// @dev The zero byte is STOP: whoever calls the account executes nothing of the content.
contract ContentHolder {
    constructor(bytes memory content) {
        bytes memory code = bytes.concat(hex"00", content);
        // Solidity has no statement by which a constructor returns code of its own choice.
        assembly ("memory-safe") {
            return(add(code, 0x20), mload(code))
        }
    }
}
