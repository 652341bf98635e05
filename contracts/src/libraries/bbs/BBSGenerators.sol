// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Generators} from "../../types/Statement.sol";
import {BLS12381} from "./BLS12381.sol";
import {ContentHolder} from "../registry/ContentStore.sol";
import {CurvePoints} from "./CurvePoints.sol";
import {ExpandMessage} from "./ExpandMessage.sol";
import {Octets} from "./Octets.sol";

/// @title Generators of BBS interfaces: computed on chain, kept as code, read a part at a time
/// @notice Follows draft-irtf-cfrg-bbs-signatures, "Generators Calculation", with SHA-256.
/// @dev An account holds one zero byte, all points, and all points compressed, so that the first of
/// either are one stretch of its code.
library BBSGenerators {
    /// @notice There are not as many generators as that number of messages needs.
    error InvalidMessageCount(uint256 count, uint256 maximum);

    /// @notice The account does not hold generators.
    error NoGenerators(address account);

    uint256 private constant POINT = BLS12381.G1_LENGTH;
    uint256 private constant COMPRESSED = CurvePoints.COMPRESSED_LENGTH;

    /// @notice create_generators: Q_1, then H_1, H_2, …
    /// @param apiId Identifier of the interface.
    /// @param count How many.
    /// @return points 128 bytes each.
    function create(bytes memory apiId, uint256 count) internal view returns (bytes memory points) {
        bytes memory seedTag = bytes.concat(apiId, "SIG_GENERATOR_SEED_");
        bytes memory generatorTag = bytes.concat(apiId, "SIG_GENERATOR_DST_");
        bytes memory seed = _expand(bytes.concat(apiId, "MESSAGE_GENERATOR_SEED"), seedTag);
        for (uint64 i = 1; i <= count; ++i) {
            seed = _expand(bytes.concat(seed, bytes8(i)), seedTag);
            points = bytes.concat(points, BLS12381.hashToG1(seed, generatorTag));
        }
    }

    /// @notice Keeps generators as the code of a new account.
    /// @param points As create returns them, at most 139.
    function store(bytes memory points) internal returns (address account) {
        return address(new ContentHolder(bytes.concat(points, CurvePoints.compressG1(points))));
    }

    /// @notice The generators for signatures over a number of messages, in both forms.
    /// @param account From store.
    function read(address account, uint256 messageCount)
        internal
        view
        returns (Generators memory generators)
    {
        uint256 capacity = _capacity(account, messageCount);
        unchecked {
            generators.points = _read(account, 1, (messageCount + 1) * POINT);
            uint256 start = 1 + capacity * POINT;
            generators.compressed = _read(account, start, (messageCount + 1) * COMPRESSED);
        }
    }

    /// @notice The generators for signatures over a number of messages, as a pinned statement needs
    /// them: in one form.
    /// @param account From store.
    function readPoints(address account, uint256 messageCount)
        internal
        view
        returns (bytes memory points)
    {
        _capacity(account, messageCount);
        unchecked {
            return _read(account, 1, (messageCount + 1) * POINT);
        }
    }

    /// @dev How many generators an account holds: more than there are messages.
    function _capacity(address account, uint256 messageCount)
        private
        view
        returns (uint256 capacity)
    {
        uint256 length = account.code.length;
        capacity = length / (POINT + COMPRESSED);
        unchecked {
            if (length <= 1 || length != 1 + capacity * (POINT + COMPRESSED)) {
                revert NoGenerators(account);
            }
            if (messageCount >= capacity) revert InvalidMessageCount(messageCount, capacity - 1);
        }
    }

    /// @dev A part of an account's code. Solidity reads no less than the whole: see decision record
    /// 0015.
    function _read(address account, uint256 start, uint256 length)
        private
        view
        returns (bytes memory data)
    {
        data = Octets.allocate(length);
        assembly ("memory-safe") {
            extcodecopy(account, add(data, 0x20), start, length)
            mstore(data, length)
        }
    }

    /// @dev expand_message to 48 bytes, expand_len of the ciphersuite.
    function _expand(bytes memory message, bytes memory domainTag)
        private
        view
        returns (bytes memory)
    {
        bytes32[] memory uniform = ExpandMessage.expand(message, domainTag, 48);
        return bytes.concat(uniform[0], bytes16(uniform[1]));
    }
}
