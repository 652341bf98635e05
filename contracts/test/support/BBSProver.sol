// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Generators} from "../../src/types/Statement.sol";
import {BLSKeys} from "./BLSKeys.sol";

// Safe: all these numbers are small.
// forge-lint: disable-next-item(unsafe-typecast)

/// @notice Signs and proves by BBS as attribute credentials do, so that a test can present whatever it
/// likes. Shares nothing with what it tests but the generators.
/// @dev Core operations of draft-irtf-cfrg-bbs-signatures for BLS12-381-SHA-256. Randomness is the
/// hash of a seed: for tests alone.
library BBSProver {
    uint256 internal constant ORDER =
        0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001;
    string internal constant API_ID = "BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_H2G_TM2S_DIDGATE1_";

    address private constant G1MSM = address(0x0c);
    uint256 private constant HALF_HIGH = 0x0d0088f51cbff34d258dd3db21a5d66b;
    uint256 private constant HALF_LOW =
        0xb23ba5c279c2895fb39869507b587b120f55ffff58a9ffffdcff7fffffffd555;
    bytes private constant P1 = hex"0000000000000000000000000000000008ce256102840821a3e94ea9025e4662"
        hex"b205762f9776b3a766c872b948f1fd225e7c59698588e70d11406d161b4e28c9"
        hex"0000000000000000000000000000000010a711acd16ff43e30b3373b7b6a9233"
        hex"945ec74adf00b0481fbcd5e3b1e342e7a105b4966195e6a678857a0e0493d5b1";

    /// @param a The point A of the signature, and `e` its scalar.
    /// @param b The point that was signed.
    struct Signed {
        bytes a;
        uint256 e;
        bytes b;
        uint256 domain;
        uint256[] messages;
    }

    /// @param abar The first of the three points that a proof begins with.
    struct Draft {
        bytes abar;
        bytes bbar;
        bytes d;
        uint256 r1;
        uint256 r2;
        uint256 seed;
        uint256 slots;
    }

    /// @notice Signs messages under a header: CoreSign, with an `e` of its own making.
    function sign(
        uint256 secret,
        bytes memory header,
        uint256[] memory messages,
        Generators memory generators
    ) internal view returns (Signed memory signed) {
        signed.messages = messages;
        signed.domain = domainOf(BLSKeys.publicKey(secret), header, messages.length, generators);
        bytes memory terms = abi.encodePacked(P1, uint256(1), _point(generators, 0), signed.domain);
        for (uint256 i = 0; i < messages.length; ++i) {
            terms = abi.encodePacked(terms, _point(generators, i + 1), messages[i]);
        }
        signed.b = _sum(terms);
        signed.e = uint256(keccak256(abi.encode(secret, signed.domain, messages))) % ORDER;
        signed.a = _sum(bytes.concat(signed.b, bytes32(_inverse(addmod(secret, signed.e, ORDER)))));
    }

    /// @notice Proves a signature while some messages are disclosed: CoreProofGen.
    /// @param slots Bitmap of the messages that are disclosed.
    /// @param header What the proof is bound to: the presentation header.
    /// @return The proof in EIP-2537 form.
    function prove(
        Signed memory signed,
        Generators memory generators,
        uint256 slots,
        bytes memory header,
        uint256 seed
    ) internal view returns (bytes memory) {
        Draft memory draft;
        (draft.seed, draft.slots) = (seed, slots);
        (draft.r1, draft.r2) = (_random(seed, 1), _random(seed, 2));
        draft.d = _sum(abi.encodePacked(signed.b, draft.r2));
        draft.abar = _sum(abi.encodePacked(signed.a, mulmod(draft.r1, draft.r2, ORDER)));
        draft.bbar = _sum(abi.encodePacked(draft.d, draft.r1, draft.abar, ORDER - signed.e));
        uint256 challenge = _challenge(signed, draft, _commit(signed, draft, generators), header);
        return abi.encodePacked(
            draft.abar, draft.bbar, draft.d, _responses(signed, draft, challenge), challenge
        );
    }

    /// @notice The scalar of a typed value, given as policies have it: u8 type ‖ value; only the type
    /// 0 says that there is none.
    function messageOf(bytes memory value) internal pure returns (uint256) {
        uint8 kind = uint8(value[0]);
        if (kind == 0) return hashToScalar(value, "MAP_TYPED_TO_SCALAR_AS_HASH_");
        if (kind <= 2) {
            // The length stands between type and data, and is not hashed.
            bytes memory data = _part(value, 3, value.length - 3);
            bytes memory typed = abi.encodePacked(kind, data);
            return hashToScalar(typed, "MAP_TYPED_TO_SCALAR_AS_HASH_");
        }
        uint256 number = uint256(bytes32(_part(value, 1, 32))) >> (264 - 8 * value.length);
        if (kind == 4) return 2 ** 53 + number;
        return kind == 7 ? 2 ** 160 + number : number;
    }

    /// @notice hash_to_scalar under a tag of the interface: expand_message to 48 bytes, modulo r.
    function hashToScalar(bytes memory message, string memory tag) internal pure returns (uint256) {
        bytes memory domainTag = abi.encodePacked(API_ID, tag);
        domainTag = abi.encodePacked(domainTag, uint8(domainTag.length));
        bytes32 first = sha256(
            abi.encodePacked(bytes32(0), bytes32(0), message, uint16(48), uint8(0), domainTag)
        );
        bytes32 second = sha256(abi.encodePacked(first, uint8(1), domainTag));
        bytes32 third = sha256(abi.encodePacked(first ^ second, uint8(2), domainTag));
        uint256 high = mulmod(uint256(second), 2 ** 128, ORDER);
        return addmod(high, uint256(third) >> 128, ORDER);
    }

    /// @notice calculate_domain.
    function domainOf(
        bytes memory publicKey,
        bytes memory header,
        uint256 count,
        Generators memory generators
    ) internal pure returns (uint256) {
        bytes memory octets = abi.encodePacked(_compressG2(publicKey), uint64(count));
        for (uint256 i = 0; i <= count; ++i) {
            octets = bytes.concat(octets, compress(_point(generators, i)));
        }
        octets = abi.encodePacked(octets, API_ID, uint64(header.length), header);
        return hashToScalar(octets, "H2S_");
    }

    /// @notice A point of G1 as BBS hashes it.
    function compress(bytes memory point) internal pure returns (bytes memory x) {
        x = _part(point, 16, 48);
        x[0] |= 0x80;
        uint256 high = _word(point, 64);
        bool isLarger = high > HALF_HIGH || (high == HALF_HIGH && _word(point, 96) > HALF_LOW);
        if (isLarger) x[0] |= 0x20;
    }

    /// @dev T1 ‖ T2.
    function _commit(Signed memory signed, Draft memory draft, Generators memory generators)
        private
        view
        returns (bytes memory)
    {
        uint256 seed = draft.seed;
        bytes memory t1 =
            _sum(abi.encodePacked(draft.abar, _random(seed, 3), draft.d, _random(seed, 4)));
        bytes memory terms = abi.encodePacked(draft.d, _random(seed, 5));
        for (uint256 i = 0; i < signed.messages.length; ++i) {
            if (draft.slots >> i & 1 == 1) continue;
            terms = abi.encodePacked(terms, _point(generators, i + 1), _random(seed, 6 + i));
        }
        return bytes.concat(t1, _sum(terms));
    }

    function _challenge(
        Signed memory signed,
        Draft memory draft,
        bytes memory commitments,
        bytes memory header
    ) private pure returns (uint256) {
        uint256 count;
        bytes memory octets;
        for (uint256 i = 0; i < signed.messages.length; ++i) {
            if (draft.slots >> i & 1 == 0) continue;
            ++count;
            octets = abi.encodePacked(octets, uint64(i), signed.messages[i]);
        }
        octets = bytes.concat(
            bytes8(uint64(count)),
            octets,
            compress(draft.abar),
            compress(draft.bbar),
            compress(draft.d),
            compress(_part(commitments, 0, 128)),
            compress(_part(commitments, 128, 128))
        );
        octets = abi.encodePacked(octets, signed.domain, uint64(header.length), header);
        return hashToScalar(octets, "H2S_");
    }

    function _responses(Signed memory signed, Draft memory draft, uint256 challenge)
        private
        view
        returns (bytes memory responses)
    {
        uint256 seed = draft.seed;
        uint256 negated = ORDER - challenge;
        responses = abi.encodePacked(
            _respond(_random(seed, 3), signed.e, challenge),
            _respond(_random(seed, 4), draft.r1, negated),
            _respond(_random(seed, 5), _inverse(draft.r2), negated)
        );
        for (uint256 i = 0; i < signed.messages.length; ++i) {
            if (draft.slots >> i & 1 == 1) continue;
            uint256 response = _respond(_random(seed, 6 + i), signed.messages[i], challenge);
            responses = abi.encodePacked(responses, response);
        }
    }

    function _respond(uint256 blind, uint256 secret, uint256 challenge)
        private
        pure
        returns (uint256)
    {
        return addmod(blind, mulmod(secret, challenge, ORDER), ORDER);
    }

    function _random(uint256 seed, uint256 index) private pure returns (uint256) {
        return uint256(keccak256(abi.encode("random", seed, index))) % (ORDER - 1) + 1;
    }

    function _inverse(uint256 value) private view returns (uint256) {
        return Math.invModPrime(value, ORDER);
    }

    function _sum(bytes memory terms) private view returns (bytes memory point) {
        bool ok;
        (ok, point) = G1MSM.staticcall(terms);
        require(ok, "G1MSM failed");
    }

    function _point(Generators memory generators, uint256 index)
        private
        pure
        returns (bytes memory)
    {
        return _part(generators.points, 128 * index, 128);
    }

    function _compressG2(bytes memory point) private pure returns (bytes memory x) {
        x = bytes.concat(_part(point, 80, 48), _part(point, 16, 48));
        x[0] |= 0x80;
        uint256 high = _word(point, 192);
        if (high > HALF_HIGH || (high == HALF_HIGH && _word(point, 224) > HALF_LOW)) {
            x[0] |= 0x20;
        }
    }

    function _word(bytes memory data, uint256 offset) private pure returns (uint256) {
        return uint256(bytes32(_part(data, offset, 32)));
    }

    /// @dev Bytes of data, or as many of them as there are.
    function _part(bytes memory data, uint256 offset, uint256 length)
        private
        pure
        returns (bytes memory)
    {
        return Bytes.slice(data, offset, offset + length);
    }
}
