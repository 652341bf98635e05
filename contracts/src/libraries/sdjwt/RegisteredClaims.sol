// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISDJWTVerifier} from "../../interfaces/ISDJWTVerifier.sol";
import {NameSet} from "../../types/NameSet.sol";
import {Slice, slice} from "../../types/Slice.sol";
import {Base64URL} from "../text/Base64URL.sol";
import {CompactJSON} from "../text/CompactJSON.sol";
import {Memory} from "../text/Memory.sol";

/// @title The claims of an SD-JWT VC that say something about the credential
/// @dev draft-ietf-oauth-sd-jwt-vc section 2.2.2, in the profile of docs/formats.md.
// What stands at a place is recognised by its first bytes.
// forge-lint: disable-next-item(unsafe-typecast)
library RegisteredClaims {
    using CompactJSON for uint256;

    /// @notice What they say; 0 is what is missing.
    /// @param issuer The text of `iss`.
    /// @param vct keccak256 of `vct`.
    /// @param audience keccak256 of `aud`.
    /// @param x Of the key in `cnf`.
    /// @param y Of the key in `cnf`.
    /// @param statusList keccak256 of the list's name as the status writes it.
    /// @param isHashNamed Whether there is `_sd_alg`, which stands beside them.
    struct Registered {
        Slice issuer;
        bytes32 vct;
        uint64 issuedAt;
        uint64 notBefore;
        uint64 validUntil;
        bytes32 audience;
        bytes32 x;
        bytes32 y;
        bytes32 statusList;
        uint32 statusIndex;
        bool isHashNamed;
    }

    /// @dev 10000-01-01T00:00:00Z, which is later than every time that counts.
    uint256 private constant END_OF_TIME = 253_402_300_800;
    /// @dev 32 bytes in base64url.
    uint256 private constant COORDINATE_LENGTH = 43;
    /// @dev 0x and the digits of 32 bytes.
    uint256 private constant LIST_LENGTH = 66;

    /// @notice Reads a registered claim, if one that counts stands at a place.
    /// @dev Each is found again by what it left behind, which is never 0, and read once only.
    function read(Registered memory self, uint256 place)
        internal
        pure
        returns (bool isRead, uint256 next)
    {
        bytes32 word = bytes32(Memory.word(place));
        bool isTwice;
        isRead = true;
        if (bytes6(word) == '"iss":') {
            isTwice = Slice.unwrap(self.issuer) != 0;
            (self.issuer, next) = place.skip(6).quoted();
        } else if (bytes6(word) == '"vct":') {
            isTwice = self.vct != 0;
            (self.vct, next) = place.skip(6).text();
        } else if (bytes6(word) == '"iat":') {
            isTwice = self.issuedAt != 0;
            (self.issuedAt, next) = time(place.skip(6));
        } else if (bytes6(word) == '"exp":') {
            isTwice = self.validUntil != 0;
            (self.validUntil, next) = time(place.skip(6));
        } else if (bytes6(word) == '"cnf":') {
            isTwice = self.x != 0;
            next = _confirmation(self, place.skip(6));
        } else if (bytes9(word) == '"status":') {
            isTwice = self.statusList != 0;
            next = _status(self, place.skip(9));
        } else if (bytes10(word) == '"_sd_alg":') {
            isTwice = self.isHashNamed;
            next = _hashName(self, place.skip(10));
        } else if (bytes6(word) == '"nbf":') {
            isTwice = self.notBefore != 0;
            (self.notBefore, next) = time(place.skip(6));
        } else if (bytes6(word) == '"aud":') {
            isTwice = self.audience != 0;
            (self.audience, next) = place.skip(6).text();
        } else {
            isRead = false;
        }
        if (isTwice) place.duplicate();
    }

    /// @notice Whether a claim says something about the credential that does not matter here.
    function isIgnored(bytes32 name) internal pure returns (bool) {
        return name == keccak256("sub") || name == keccak256("jti")
            || name == keccak256("vct#integrity") || name == keccak256("aka_vcts");
    }

    /// @notice Whether a claim says something about the credential. None of them may be concealed
    /// here; the draft would allow it for `iat`, `sub`, `aud` and `jti`.
    function isRegistered(bytes32 name) internal pure returns (bool) {
        return isIgnored(name) || name == keccak256("iss") || name == keccak256("vct")
            || name == keccak256("iat") || name == keccak256("exp") || name == keccak256("cnf")
            || name == keccak256("status") || name == keccak256("nbf") || name == keccak256("aud");
    }

    /// @notice Reads a time in whole seconds; never 0, which stands for none.
    function time(uint256 place) internal pure returns (uint64, uint256 next) {
        uint8 code;
        uint256 value;
        (code, value, next) = place.integer();
        if (
            code == CompactJSON.ABSENT || value <= CompactJSON.INTEGER_OFFSET
                || value - CompactJSON.INTEGER_OFFSET >= END_OF_TIME
        ) revert ISDJWTVerifier.InvalidTime(bytes32(Memory.word(place)));
        return (uint64(value - CompactJSON.INTEGER_OFFSET), next);
    }

    /// @dev `{"jwk": …}` with a public key, and nothing beside it.
    function _confirmation(Registered memory self, uint256 place)
        private
        pure
        returns (uint256 next)
    {
        if (bytes7(bytes32(Memory.word(place))) != '{"jwk":') {
            revert ISDJWTVerifier.UnsupportedHolderKey();
        }
        next = _publicKey(self, place.skip(7)).expect(CompactJSON.CLOSING_BRACE);
    }

    /// @dev A JWK (RFC 7518 section 6.2.1). A key with a coordinate of 0, which nobody knows, is
    /// refused.
    function _publicKey(Registered memory self, uint256 place) private pure returns (uint256 next) {
        bool more;
        bool isEC;
        bool isP256;
        NameSet names;
        (more, next) = place.open(CompactJSON.OPENING_BRACE, CompactJSON.CLOSING_BRACE);
        while (more) {
            bytes32 word = bytes32(Memory.word(next));
            if (bytes4(word) == '"x":') {
                if (self.x != 0) next.duplicate();
                (self.x, next) = _coordinate(next.skip(4));
            } else if (bytes4(word) == '"y":') {
                if (self.y != 0) next.duplicate();
                (self.y, next) = _coordinate(next.skip(4));
            } else if (bytes6(word) == '"kty":') {
                if (isEC) next.duplicate();
                (isEC, next) = _startsWith(next.skip(6), '"EC"', 4);
            } else if (bytes6(word) == '"crv":') {
                if (isP256) next.duplicate();
                (isP256, next) = _startsWith(next.skip(6), '"P-256"', 7);
            } else {
                (names, next) = _keyRemark(next, names);
            }
            (more, next) = next.proceed(CompactJSON.CLOSING_BRACE);
        }
        if (!isEC || !isP256 || self.x == 0 || self.y == 0) {
            revert ISDJWTVerifier.UnsupportedHolderKey();
        }
    }

    /// @dev Reads the one value that is accepted at a place.
    function _startsWith(uint256 place, bytes7 value, uint256 size)
        private
        pure
        returns (bool, uint256 next)
    {
        if (Memory.word(place) >> (256 - 8 * size) != uint256(bytes32(value)) >> (256 - 8 * size)) {
            revert ISDJWTVerifier.UnsupportedHolderKey();
        }
        return (true, place + size);
    }

    /// @dev Never 0, which stands for none.
    function _coordinate(uint256 place) private pure returns (bytes32 value, uint256) {
        uint256 end = place.expect(CompactJSON.QUOTE) + COORDINATE_LENGTH;
        if (!end.isAt(CompactJSON.QUOTE)) revert ISDJWTVerifier.UnsupportedHolderKey();
        // No quote is in the alphabet, so the text ends nowhere before.
        (Slice coordinate,) = Base64URL.decode(slice(place + 1, end));
        value = bytes32(Memory.word(coordinate.start()));
        if (value == 0) revert ISDJWTVerifier.UnsupportedHolderKey();
        return (value, end + 1);
    }

    /// @dev What a JWK may say besides: a name for the key, and that it is for ES256 signatures.
    function _keyRemark(uint256 place, NameSet names)
        private
        pure
        returns (NameSet all, uint256 next)
    {
        bytes32 name;
        bytes32 value;
        (name, all, next) = place.member(names);
        (value, next) = next.text();
        bool isHarmless = name == keccak256("kid")
            || (name == keccak256("use") && value == keccak256("sig"))
            || (name == keccak256("alg") && value == keccak256("ES256"));
        if (!isHarmless) revert ISDJWTVerifier.UnsupportedHolderKey();
    }

    /// @dev The digests are made with SHA-256.
    function _hashName(Registered memory self, uint256 place) private pure returns (uint256) {
        if (bytes9(bytes32(Memory.word(place))) != '"sha-256"') {
            revert ISDJWTVerifier.UnsupportedHash();
        }
        self.isHashNamed = true;
        unchecked {
            return place + 9;
        }
    }

    /// @dev `{"didgate": {"list": "0x…", "idx": n}}` and nothing beside it: a mechanism that is not
    /// known here could say "revoked" where ours does not.
    function _status(Registered memory self, uint256 place) private pure returns (uint256 next) {
        if (bytes11(bytes32(Memory.word(place))) != '{"didgate":') {
            revert ISDJWTVerifier.UnsupportedStatus();
        }
        next = place.skip(11).expect(CompactJSON.OPENING_BRACE);
        if (bytes7(bytes32(Memory.word(next))) == '"list":') {
            next = _statusList(self, next).comma();
            next = _statusIndex(self, next);
        } else {
            next = _statusIndex(self, next).comma();
            next = _statusList(self, next);
        }
        next = next.expect(CompactJSON.CLOSING_BRACE).expect(CompactJSON.CLOSING_BRACE);
    }

    /// @dev The list's name is compared by its hash later, when issuer and type are known.
    function _statusList(Registered memory self, uint256 place)
        private
        pure
        returns (uint256 next)
    {
        if (bytes7(bytes32(Memory.word(place))) != '"list":') {
            revert ISDJWTVerifier.UnsupportedStatus();
        }
        (self.statusList, next) = place.skip(7).sized(LIST_LENGTH);
        if (self.statusList == 0) revert ISDJWTVerifier.StatusListMismatch();
    }

    function _statusIndex(Registered memory self, uint256 place)
        private
        pure
        returns (uint256 next)
    {
        if (bytes6(bytes32(Memory.word(place))) != '"idx":') {
            revert ISDJWTVerifier.UnsupportedStatus();
        }
        uint8 code;
        uint256 value;
        (code, value, next) = place.skip(6).integer();
        unchecked {
            // Below the offset it wraps around, and is too large as well.
            value -= CompactJSON.INTEGER_OFFSET;
        }
        if (code == CompactJSON.ABSENT || value > type(uint32).max) {
            revert ISDJWTVerifier.UnsupportedStatus();
        }
        self.statusIndex = uint32(value);
    }
}
