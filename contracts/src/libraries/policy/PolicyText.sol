// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PolicyReader} from "./PolicyReader.sol";

/// @title Which texts may stand in a policy
/// @dev Ranges are given by memory address and length, and end before the memory does. A set of
/// characters is a number with the bits of their codes.
library PolicyText {
    uint256 private constant LOWER_CASE_AND_DIGITS = 0x07fffffe0000000003ff000000000000;
    uint256 private constant LETTERS = 0x07fffffe07fffffe0000000000000000;
    /// @dev Letters, digits, "-" and "_".
    uint256 private constant NAME = 0x07fffffe87fffffe03ff200000000000;
    /// @dev Letters, digits and "-", ".", "_", ":".
    uint256 private constant DID_PATH = 0x07fffffe87fffffe07ff600000000000;
    uint256 private constant HEX_DIGITS = 0x7e0000007e03ff000000000000;
    /// @dev From "!" to "~".
    uint256 private constant PRINTABLE = 0x7ffffffffffffffffffffffe00000000;

    uint256 private constant PERCENT = 0x25;
    uint256 private constant SLASH = 0x2f;
    uint256 private constant ZERO = 0x30;
    uint256 private constant COLON = 0x3a;
    uint256 private constant TILDE = 0x7e;
    uint256 private constant SLASH_TILDE_ONE = 0x2f7e31;
    uint256 private constant DID_COLON = 0x6469643a;

    uint256 private constant MAX_NAME_LENGTH = 64;
    uint256 private constant MAX_DID_LENGTH = 1024;
    uint256 private constant MAX_VCT_LENGTH = 512;
    uint256 private constant HIGH_BITS =
        0x8080808080808080808080808080808080808080808080808080808080808080;

    /// @dev Whether a range is UTF-8 as RFC 3629 has it: no overlong form, no surrogate, nothing
    /// beyond U+10FFFF.
    function isUTF8(uint256 place, uint256 length) internal pure returns (bool) {
        uint256 end = place + length;
        while (place < end) {
            uint256 word = PolicyReader.load(place);
            if (word & HIGH_BITS == 0) {
                place += 32;
                continue;
            }
            uint256 size = _characterLength(word);
            if (size == 0) return false;
            place += size;
            // What lies behind the range may be looked at, but no character may reach into it.
            if (place > end) return false;
        }
        return true;
    }

    /// @dev Whether a range is `did:method:id`. The last character stands for itself, and is no ":".
    function isDID(uint256 place, uint256 length) internal pure returns (bool) {
        if (length > MAX_DID_LENGTH || length < 4) return false;
        if (PolicyReader.load(place) >> 224 != DID_COLON) return false;
        uint256 end = place + length;
        uint256 id = _passOver(LOWER_CASE_AND_DIGITS, place + 4, end);
        if (id == place + 4 || id == end || _byteAt(id) != COLON) return false;
        return _isDIDPath(id + 1, end);
    }

    /// @dev Whether a range is a name that a schema can give an attribute.
    function isAttributeName(uint256 place, uint256 length) internal pure returns (bool) {
        return length != 0 && length <= MAX_NAME_LENGTH && _isIn(LETTERS, _byteAt(place))
            && _consistsOf(NAME, place, place + length);
    }

    function isVct(uint256 place, uint256 length) internal pure returns (bool) {
        return
            length != 0 && length <= MAX_VCT_LENGTH && _consistsOf(PRINTABLE, place, place + length);
    }

    /// @dev Whether a range, which is UTF-8, names a claim of an SD-JWT in the one way there is: by
    /// itself, or where that cannot be by a JSON pointer (RFC 6901).
    /// @return isName Whether it does.
    /// @return first Hash of the name of the top-level claim, as the range spells it.
    function claimName(uint256 place, uint256 length)
        internal
        pure
        returns (bool isName, bytes32 first)
    {
        if (length == 0) return (false, 0);
        if (_byteAt(place) != SLASH) return (true, PolicyReader.hash(place, length));
        uint256 end = place + length;
        uint256 slash;
        for (uint256 i = place + 1; i < end; ++i) {
            uint256 character = _byteAt(i);
            if (character == SLASH && slash == 0) slash = i;
            if (character != TILDE) continue;
            if (i + 1 == end || _byteAt(i + 1) >> 1 != ZERO >> 1) return (false, 0);
        }
        // With one segment the pointer is needed only where the name itself begins with "/".
        bool isNeeded = length >= 3 && PolicyReader.load(place) >> 232 == SLASH_TILDE_ONE;
        if (slash == 0 && !isNeeded) return (false, 0);
        uint256 stop = slash == 0 ? end : slash;
        return (true, PolicyReader.hash(place + 1, stop - place - 1));
    }

    /// @dev Whether the format SD-JWT VC itself uses a top-level claim. No such name has an escape in
    /// a pointer, so hashes of names as they are spelled will do.
    function isRegistered(bytes32 name) internal pure returns (bool) {
        return name == keccak256("iss") || name == keccak256("iat") || name == keccak256("nbf")
            || name == keccak256("exp") || name == keccak256("cnf") || name == keccak256("vct")
            || name == keccak256("vct#integrity") || name == keccak256("status")
            || name == keccak256("_sd") || name == keccak256("_sd_alg") || name == keccak256("...");
    }

    /// @dev Length of the character that a word begins with; 0 if it begins with none.
    function _characterLength(uint256 word) private pure returns (uint256) {
        if (word >> 255 == 0) return 1;
        if (word >> 240 & 0xe0c0 == 0xc080) return word >> 249 == 0x60 ? 0 : 2;
        if (word >> 232 & 0xf0c0c0 == 0xe08080) return _isOfThree(word) ? 3 : 0;
        if (word >> 224 & 0xf8c0c0c0 == 0xf0808080) return _isOfFour(word) ? 4 : 0;
        return 0;
    }

    /// @dev U+0800 to U+FFFF, without the surrogates U+D800 to U+DFFF.
    function _isOfThree(uint256 word) private pure returns (bool) {
        uint256 point = (word >> 236 & 0xf000) | (word >> 234 & 0xfc0) | (word >> 232 & 0x3f);
        return point >= 0x800 && point >> 11 != 0x1b;
    }

    /// @dev U+10000 to U+10FFFF: the first two bytes decide.
    function _isOfFour(uint256 word) private pure returns (bool) {
        uint256 lead = word >> 240;
        return lead >= 0xf090 && lead < 0xf490;
    }

    function _isDIDPath(uint256 place, uint256 end) private pure returns (bool) {
        uint256 first = place;
        while (true) {
            place = _passOver(DID_PATH, place, end);
            if (place == end) break;
            if (_byteAt(place) != PERCENT || place + 3 > end) return false;
            if (!_consistsOf(HEX_DIGITS, place + 1, place + 3)) return false;
            place += 3;
            first = place; // an escape cannot be the last character
        }
        return place > first && _byteAt(end - 1) != COLON;
    }

    function _consistsOf(uint256 set, uint256 place, uint256 end) private pure returns (bool) {
        return _passOver(set, place, end) == end;
    }

    /// @dev Where the first character stands that is not in a set. In assembly, because a policy may
    /// have sixteen thousand characters.
    function _passOver(uint256 set, uint256 place, uint256 end) private pure returns (uint256) {
        assembly ("memory-safe") {
            for {} lt(place, end) { place := add(place, 1) } {
                if iszero(and(shr(byte(0, mload(place)), set), 1)) { break }
            }
        }
        return place;
    }

    function _isIn(uint256 set, uint256 character) private pure returns (bool) {
        return set >> character & 1 == 1;
    }

    function _byteAt(uint256 place) private pure returns (uint256) {
        return PolicyReader.load(place) >> 248;
    }
}
