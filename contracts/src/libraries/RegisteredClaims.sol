// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISDJWTVerifier} from "../interfaces/ISDJWTVerifier.sol";
import {NameSet} from "../types/NameSet.sol";
import {Slice} from "../types/Slice.sol";
import {Base64URL} from "./Base64URL.sol";
import {CompactJSON} from "./CompactJSON.sol";
import {CompactJWT} from "./CompactJWT.sol";
import {HexText} from "./HexText.sol";
import {Memory} from "./Memory.sol";

/// @title The claims of an SD-JWT VC that say something about the credential
/// @dev draft-ietf-oauth-sd-jwt-vc section 2.2.2, in the profile of docs/formats.md.
library RegisteredClaims {
    using CompactJSON for uint256;

    /// @notice What they say. A text that is missing is empty, a hash or time 0.
    /// @param issuer The text of `iss`.
    /// @param vct keccak256 of `vct`.
    /// @param audience keccak256 of `aud`.
    /// @param x Of the key in `cnf`.
    /// @param y Of the key in `cnf`.
    /// @param statusList keccak256 of the list's name as the status writes it.
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
    }

    /// @dev 10000-01-01T00:00:00Z, which is later than every time that counts.
    uint256 private constant END_OF_TIME = 253_402_300_800;
    /// @dev 32 bytes in base64url.
    uint256 private constant COORDINATE_LENGTH = 43;

    /// @notice Reads a registered claim, unless the name is of none that counts here.
    function read(Registered memory self, uint256 place, bytes32 name)
        internal
        pure
        returns (bool isRead, uint256 next)
    {
        isRead = true;
        if (name == keccak256("iss")) {
            (self.issuer, next) = place.quoted();
        } else if (name == keccak256("vct")) {
            (self.vct, next) = place.text();
        } else if (name == keccak256("iat")) {
            (self.issuedAt, next) = time(place);
        } else if (name == keccak256("exp")) {
            (self.validUntil, next) = time(place);
        } else if (name == keccak256("cnf")) {
            next = _confirmation(self, place);
        } else if (name == keccak256("status")) {
            next = _status(self, place);
        } else if (name == keccak256("nbf")) {
            (self.notBefore, next) = time(place);
        } else if (name == keccak256("aud")) {
            (self.audience, next) = place.text();
        } else {
            isRead = false;
        }
    }

    /// @notice Whether a claim says something about the credential that does not matter here.
    function isIgnored(bytes32 name) internal pure returns (bool) {
        return name == keccak256("sub") || name == keccak256("jti")
            || name == keccak256("vct#integrity") || name == keccak256("aka_vcts");
    }

    /// @notice Whether the draft forbids to conceal a claim.
    function isNotConcealable(bytes32 name) internal pure returns (bool) {
        return name == keccak256("iss") || name == keccak256("vct") || name == keccak256("exp")
            || name == keccak256("cnf") || name == keccak256("status") || name == keccak256("nbf")
            || name == keccak256("vct#integrity") || name == keccak256("aka_vcts");
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
        // Below END_OF_TIME.
        // forge-lint: disable-next-line(unsafe-typecast)
        return (uint64(value - CompactJSON.INTEGER_OFFSET), next);
    }

    /// @dev `{"jwk": …}` with a public key, and nothing beside it.
    function _confirmation(Registered memory self, uint256 place)
        private
        pure
        returns (uint256 next)
    {
        bytes32 name;
        (name, next) = place.expect(CompactJSON.OPENING_BRACE).name();
        if (name != keccak256("jwk")) revert ISDJWTVerifier.UnsupportedHolderKey();
        next = _publicKey(self, next);
        next = next.expect(CompactJSON.CLOSING_BRACE);
    }

    /// @dev A JWK (RFC 7518 section 6.2.1). Nobody knows a key with a coordinate of 0, which is what
    /// a missing one stays.
    function _publicKey(Registered memory self, uint256 place) private pure returns (uint256 next) {
        bool more;
        NameSet names;
        bytes32 kind;
        bytes32 curve;
        (more, next) = place.open(CompactJSON.OPENING_BRACE, CompactJSON.CLOSING_BRACE);
        while (more) {
            bytes32 name;
            (name, next) = next.name();
            names = CompactJWT.addName(names, name);
            if (name == keccak256("x")) (self.x, next) = _coordinate(next);
            else if (name == keccak256("y")) (self.y, next) = _coordinate(next);
            else if (name == keccak256("kty")) (kind, next) = next.text();
            else if (name == keccak256("crv")) (curve, next) = next.text();
            else next = _keyRemark(next, name);
            (more, next) = next.proceed(CompactJSON.CLOSING_BRACE);
        }
        bool isComplete = self.x != 0 && self.y != 0;
        if (!isComplete || kind != keccak256("EC") || curve != keccak256("P-256")) {
            revert ISDJWTVerifier.UnsupportedHolderKey();
        }
    }

    function _coordinate(uint256 place) private pure returns (bytes32, uint256 next) {
        Slice encoded;
        (encoded, next) = place.quoted();
        if (encoded.length() != COORDINATE_LENGTH) revert ISDJWTVerifier.UnsupportedHolderKey();
        (Slice coordinate,) = Base64URL.decode(encoded);
        return (bytes32(Memory.word(coordinate.start())), next);
    }

    /// @dev What a JWK may say besides: a name for the key, and that it is for ES256 signatures.
    function _keyRemark(uint256 place, bytes32 name) private pure returns (uint256 next) {
        bytes32 value;
        (value, next) = place.text();
        bool isHarmless = name == keccak256("kid")
            || (name == keccak256("use") && value == keccak256("sig"))
            || (name == keccak256("alg") && value == keccak256("ES256"));
        if (!isHarmless) revert ISDJWTVerifier.UnsupportedHolderKey();
    }

    /// @dev `{"didgate": {"list": "0x…", "idx": n}}` and nothing beside it: a mechanism that is not
    /// known here could say "revoked" where ours does not.
    function _status(Registered memory self, uint256 place) private pure returns (uint256 next) {
        bytes32 name;
        (name, next) = place.expect(CompactJSON.OPENING_BRACE).name();
        if (name != keccak256("didgate")) revert ISDJWTVerifier.UnsupportedStatus();
        next = next.expect(CompactJSON.OPENING_BRACE);
        (name, next) = next.name();
        if (name == keccak256("list")) {
            (self.statusList, next) = next.text();
            (name, next) = next.comma().name();
            next = _statusIndex(self, next, name);
        } else {
            next = _statusIndex(self, next, name);
            (name, next) = next.comma().name();
            if (name != keccak256("list")) revert ISDJWTVerifier.UnsupportedStatus();
            (self.statusList, next) = next.text();
        }
        next = next.expect(CompactJSON.CLOSING_BRACE).expect(CompactJSON.CLOSING_BRACE);
    }

    function _statusIndex(Registered memory self, uint256 place, bytes32 name)
        private
        pure
        returns (uint256 next)
    {
        uint8 code;
        uint256 value;
        (code, value, next) = place.integer();
        unchecked {
            // Below the offset it wraps around, and is too large as well.
            value -= CompactJSON.INTEGER_OFFSET;
        }
        if (name != keccak256("idx") || code == CompactJSON.ABSENT || value > type(uint32).max) {
            revert ISDJWTVerifier.UnsupportedStatus();
        }
        // Checked right above.
        // forge-lint: disable-next-line(unsafe-typecast)
        self.statusIndex = uint32(value);
    }
}
