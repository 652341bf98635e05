// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISDJWTVerifier} from "../../interfaces/ISDJWTVerifier.sol";
import {Claim} from "../../types/Presented.sol";
import {NameSet} from "../../types/NameSet.sol";
import {Slice} from "../../types/Slice.sol";
import {ClaimPath} from "./ClaimPath.sol";
import {CompactJSON} from "../text/CompactJSON.sol";
import {Memory} from "../text/Memory.sol";
import {RegisteredClaims} from "./RegisteredClaims.sol";

/// @title The payload of an SD-JWT, read with its disclosures put back (RFC 9901 section 7.1)
/// @dev One walk. A digest leads to its disclosure at once, whose value is walked in turn, so each
/// claim is met under its path, as if it had never been concealed. What has been met is never
/// rebuilt: registered claims and the claims asked for are noted, the rest is checked and forgotten.
// What stands at a place is recognised by its first bytes.
// forge-lint: disable-next-item(unsafe-typecast)
library SDJWTPayload {
    using CompactJSON for uint256;

    /// @param digest keccak256 of the text that stands for it in `_sd`.
    /// @param content The JSON array that it encodes.
    struct Disclosure {
        bytes32 digest;
        Slice content;
        bool isMet;
    }

    /// @param registered What the registered claims say.
    /// @param disclosures As presented.
    /// @param digests The digests met so far.
    /// @param paths The paths of the claims asked for.
    /// @param claims What was found under them.
    struct Walk {
        RegisteredClaims.Registered registered;
        Disclosure[] disclosures;
        NameSet digests;
        bytes32[] paths;
        Claim[] claims;
    }

    /// @dev Of arrays and objects in each other, disclosures included.
    uint256 internal constant MAX_DEPTH = 8;

    bytes32 private constant DIGESTS = keccak256("_sd");
    bytes32 private constant HASH_NAME = keccak256("_sd_alg");
    bytes32 private constant ELEMENT_DIGEST = keccak256("...");
    bytes7 private constant ELEMENT_START = '{"...":';

    /// @notice Reads a payload. Each disclosure must belong to one of its digests, or to a digest in
    /// another disclosure that does.
    function read(Walk memory walk, Slice payload) internal pure {
        uint256 place = _object(walk, payload.start(), ClaimPath.ROOT, 1);
        if (place != payload.end()) place.unexpected();
        for (uint256 i = 0; i < walk.disclosures.length; ++i) {
            if (!walk.disclosures[i].isMet) revert ISDJWTVerifier.UnreferencedDisclosure(i);
        }
    }

    function _object(Walk memory walk, uint256 place, bytes32 path, uint256 depth)
        private
        pure
        returns (uint256 next)
    {
        if (depth > MAX_DEPTH) revert ISDJWTVerifier.NestedTooDeep(MAX_DEPTH);
        bool more;
        NameSet names;
        bool hasDigests;
        (more, next) = place.open(CompactJSON.OPENING_BRACE, CompactJSON.CLOSING_BRACE);
        while (more) {
            if (bytes6(bytes32(Memory.word(next))) == '"_sd":') {
                if (hasDigests) next.duplicate();
                hasDigests = true;
                (names, next) = _digests(walk, next.skip(6), path, names, depth);
            } else {
                (names, next) = _member(walk, next, path, names, depth);
            }
            (more, next) = next.proceed(CompactJSON.CLOSING_BRACE);
        }
    }

    /// @dev Reads a member in the clear. Of the root's members, registered ones never become claims.
    function _member(Walk memory walk, uint256 place, bytes32 path, NameSet names, uint256 depth)
        private
        pure
        returns (NameSet all, uint256 next)
    {
        if (path == ClaimPath.ROOT) {
            bool isRead;
            (isRead, next) = RegisteredClaims.read(walk.registered, place);
            if (isRead) return (names, next);
        }
        bytes32 name;
        (name, all, next) = place.member(names);
        bool isIgnored = path == ClaimPath.ROOT && RegisteredClaims.isIgnored(name);
        next = _value(walk, next, isIgnored ? ClaimPath.NOWHERE : _below(path, name), depth);
    }

    /// @dev The path of a claim, whose name must not be one that has a meaning of its own.
    function _below(bytes32 path, bytes32 name) private pure returns (bytes32) {
        if (name == DIGESTS || name == HASH_NAME || name == ELEMENT_DIGEST) {
            revert ISDJWTVerifier.ReservedName(name);
        }
        return ClaimPath.below(path, name);
    }

    function _value(Walk memory walk, uint256 place, bytes32 path, uint256 depth)
        private
        pure
        returns (uint256 next)
    {
        if (place.isAt(CompactJSON.OPENING_BRACE)) {
            return _object(walk, place, path, depth + 1);
        }
        if (place.isAt(CompactJSON.OPENING_BRACKET)) return _array(walk, place, depth + 1);
        uint8 code;
        uint256 value;
        (code, value, next) = place.scalar();
        for (uint256 i = 0; i < walk.paths.length; ++i) {
            if (walk.paths[i] == path) {
                (walk.claims[i].typeCode, walk.claims[i].value) = (code, value);
            }
        }
    }

    /// @dev No condition looks into an array, so what stands in one is only checked.
    function _array(Walk memory walk, uint256 place, uint256 depth)
        private
        pure
        returns (uint256 next)
    {
        if (depth > MAX_DEPTH) {
            revert ISDJWTVerifier.NestedTooDeep(MAX_DEPTH);
        }
        bool more;
        (more, next) = place.open(CompactJSON.OPENING_BRACKET, CompactJSON.CLOSING_BRACKET);
        while (more) {
            next = bytes7(bytes32(Memory.word(next))) == ELEMENT_START
                ? _elementDigest(walk, next, depth)
                : _value(walk, next, ClaimPath.NOWHERE, depth);
            (more, next) = next.proceed(CompactJSON.CLOSING_BRACKET);
        }
    }

    /// @dev `{"...": digest}` stands for an element that is concealed, and here stays so.
    function _elementDigest(Walk memory walk, uint256 place, uint256 depth)
        private
        pure
        returns (uint256 next)
    {
        if (depth == MAX_DEPTH) revert ISDJWTVerifier.NestedTooDeep(MAX_DEPTH);
        (, next) = _digest(walk, place.skip(7), ClaimPath.NOWHERE, NameSet.wrap(0), depth);
        next = next.expect(CompactJSON.CLOSING_BRACE);
    }

    /// @dev Reads `_sd`; returns the names that the object has with what its digests disclose.
    function _digests(Walk memory walk, uint256 place, bytes32 path, NameSet names, uint256 depth)
        private
        pure
        returns (NameSet, uint256 next)
    {
        bool more;
        (more, next) = place.open(CompactJSON.OPENING_BRACKET, CompactJSON.CLOSING_BRACKET);
        while (more) {
            (names, next) = _digest(walk, next, path, names, depth);
            (more, next) = next.proceed(CompactJSON.CLOSING_BRACKET);
        }
        return (names, next);
    }

    function _digest(Walk memory walk, uint256 place, bytes32 path, NameSet names, uint256 depth)
        private
        pure
        returns (NameSet, uint256 next)
    {
        bytes32 digest;
        bool isNew;
        (digest, next) = place.text();
        (walk.digests, isNew) = walk.digests.add(digest);
        if (!isNew) revert ISDJWTVerifier.DuplicateDigest(digest);
        for (uint256 i = 0; i < walk.disclosures.length; ++i) {
            if (walk.disclosures[i].digest != digest) continue;
            if (path == ClaimPath.NOWHERE) revert ISDJWTVerifier.DisclosureOutOfPlace(i);
            walk.disclosures[i].isMet = true;
            names = _disclose(walk, walk.disclosures[i].content, path, names, depth);
            break;
        }
        return (names, next);
    }

    /// @dev Reads `[salt, name, value]` as a member of the object that has the digest.
    function _disclose(Walk memory walk, Slice content, bytes32 path, NameSet names, uint256 depth)
        private
        pure
        returns (NameSet all)
    {
        bytes32 name;
        bool isNew;
        (, uint256 place) = content.start().expect(CompactJSON.OPENING_BRACKET).text();
        (name, place) = place.comma().text();
        (all, isNew) = names.add(name);
        if (!isNew) revert ISDJWTVerifier.ClaimAlreadyExists(name);
        if (path == ClaimPath.ROOT && RegisteredClaims.isRegistered(name)) {
            revert ISDJWTVerifier.RegisteredClaimConcealed(name);
        }
        place = _value(walk, place.comma(), _below(path, name), depth);
        place = place.expect(CompactJSON.CLOSING_BRACKET);
        if (place != content.end()) place.unexpected();
    }
}
