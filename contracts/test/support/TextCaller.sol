// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base64URL} from "../../src/libraries/text/Base64URL.sol";
import {CompactJSON} from "../../src/libraries/text/CompactJSON.sol";
import {HexText} from "../../src/libraries/text/HexText.sol";
import {Memory} from "../../src/libraries/text/Memory.sol";
import {UTF8} from "../../src/libraries/text/UTF8.sol";
import {NameSet} from "../../src/types/NameSet.sol";
import {Slice, slice} from "../../src/types/Slice.sol";

/// @notice The libraries for text in a contract of their own, so that their errors can be expected.
contract TextCaller {
    /// @notice Decodes base64url; `surroundings` says whether memory around it is as it was.
    function decode(string calldata text)
        external
        pure
        returns (bytes memory data, bool isASCII, bool surroundings)
    {
        Slice encoded = _copy(text);
        bytes32 whole = Memory.keccak(slice(encoded.start() - 32, encoded.end() + 32));
        Slice decoded;
        (decoded, isASCII) = Base64URL.decode(encoded);
        surroundings = Memory.keccak(slice(encoded.start() - 32, encoded.end() + 32)) == whole
            && Memory.word(decoded.end()) == 0;
        data = _bytes(decoded);
    }

    function hashOfEncoded(bytes32 data) external pure returns (bytes32) {
        return Base64URL.hashOfEncoded(data);
    }

    function hashOfHex(bytes32 data) external pure returns (bytes32) {
        return HexText.hashOfPrefixed(data);
    }

    function checkUTF8(bytes calldata text) external pure {
        UTF8.check(_copy(string(text)));
    }

    /// @notice Reads a scalar; `rest` is what follows it.
    function scalar(string calldata json)
        external
        pure
        returns (uint8 code, uint256 value, bytes memory rest)
    {
        Slice text = _copy(json);
        uint256 next;
        (code, value, next) = CompactJSON.scalar(text.start());
        rest = _bytes(slice(next, text.end()));
    }

    /// @notice Reads one flat object, and says how many members it has.
    function members(string calldata json) external pure returns (uint256 count) {
        Slice text = _copy(json);
        (bool more, uint256 place) =
            CompactJSON.open(text.start(), CompactJSON.OPENING_BRACE, CompactJSON.CLOSING_BRACE);
        NameSet names;
        for (; more; ++count) {
            (, names, place) = CompactJSON.member(place, names);
            (,, place) = CompactJSON.scalar(place);
            (more, place) = CompactJSON.proceed(place, CompactJSON.CLOSING_BRACE);
        }
        if (place != text.end()) CompactJSON.unexpected(place);
    }

    /// @dev A copy between a word that is not zero and one that is.
    function _copy(string calldata text) private pure returns (Slice) {
        uint256 from = Memory.allocate(bytes(text).length + 64);
        Memory.store(from, type(uint256).max);
        uint256 end = Memory.copy(text, from + 32);
        Memory.store(end, 0);
        return slice(from + 32, end);
    }

    function _bytes(Slice data) private pure returns (bytes memory result) {
        result = new bytes(data.length());
        for (uint256 i = 0; i < result.length; ++i) {
            result[i] = bytes1(bytes32(Memory.byteAt(data.start() + i) << 248));
        }
    }
}
