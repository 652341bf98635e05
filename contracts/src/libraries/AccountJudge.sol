// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {IAddressListRegistry} from "../interfaces/IAddressListRegistry.sol";
import {IEAS} from "../interfaces/IEAS.sol";
import {IERC4907} from "../interfaces/IERC4907.sol";
import {AddressListId} from "../types/Identifiers.sol";
import {Membership, Verdict} from "../types/Judgement.sol";
import {Registry, TokenStandard} from "../types/PolicyFormat.sol";
import {Evaluation} from "./CaseReader.sol";
import {ChainReads} from "./ChainReads.sol";
import {Kleene} from "./Kleene.sol";
import {Cursor, PolicyReader} from "./PolicyReader.sol";

/// @title Is this account what the leaf asks for?
/// @dev Where control of no account was proved, every such leaf is false.
library AccountJudge {
    uint256 private constant MAX_PROOF_LENGTH = 64;
    /// @dev Where an attestation's members stand in the answer: behind the offset of the whole come
    /// uid, schema, time, expiration, revocation, refUID, recipient, attester, revocable, offset and
    /// length of data.
    uint256 private constant ATTESTATION_WORDS = 12;

    function judgeList(Evaluation memory evaluation) internal view returns (Verdict) {
        AddressListId list = AddressListId.wrap(evaluation.cursor.word());
        uint256 minAge = evaluation.cursor.u32();
        if (evaluation.facts.account == address(0)) return Verdict.FALSE;
        (address lists, bool isVerified) = evaluation.registry(Registry.ADDRESS_LISTS);
        if (!isVerified) return Verdict.UNKNOWN;
        (bool isRead, uint256 addedAt) = ChainReads.askNumber(
            lists, abi.encodeCall(IAddressListRegistry.addedAt, (list, evaluation.facts.account))
        );
        if (!isRead || addedAt > type(uint64).max) return Verdict.UNKNOWN;
        bool counts = addedAt != 0 && evaluation.facts.moment >= addedAt + minAge;
        return counts ? Verdict.TRUE : Verdict.FALSE;
    }

    function judgeMember(Evaluation memory evaluation) internal pure returns (Verdict) {
        bytes32 root = evaluation.cursor.word();
        address account = evaluation.facts.account;
        if (account == address(0)) return Verdict.FALSE;
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(account))));
        Membership[] memory memberships = evaluation.facts.memberships;
        for (uint256 i = 0; i < memberships.length; ++i) {
            bytes32[] memory proof = memberships[i].proof;
            if (memberships[i].root != root || proof.length > MAX_PROOF_LENGTH) continue;
            if (MerkleProof.verify(proof, root, leaf)) return Verdict.TRUE;
        }
        return Verdict.FALSE;
    }

    function judgeToken(Evaluation memory evaluation) internal view returns (Verdict) {
        Cursor memory cursor = evaluation.cursor;
        uint256 standard = cursor.u8();
        address token = cursor.account();
        uint256 id = uint256(cursor.word());
        uint256 amount = uint256(cursor.word());
        address account = evaluation.facts.account;
        if (account == address(0)) return Verdict.FALSE;
        (bool isRead, uint256 answer) =
            ChainReads.askNumber(token, _question(standard, account, id));
        if (!isRead) return Verdict.UNKNOWN;
        bool namesAccount =
            standard == TokenStandard.ERC721_OWNER || standard == TokenStandard.ERC4907_USER;
        if (!namesAccount) return answer >= amount ? Verdict.TRUE : Verdict.FALSE;
        if (answer > type(uint160).max) return Verdict.UNKNOWN;
        return answer == uint160(account) ? Verdict.TRUE : Verdict.FALSE;
    }

    function judgeAttestation(Evaluation memory evaluation) internal view returns (Verdict best) {
        Cursor memory cursor = evaluation.cursor;
        uint256 start = cursor.position;
        cursor.word();
        cursor.take(cursor.u8() * 20 + 8);
        if (evaluation.facts.account == address(0)) return Verdict.FALSE;
        (address eas, bool isVerified) = evaluation.registry(Registry.ATTESTATIONS);
        if (!isVerified) return Verdict.UNKNOWN;
        bytes32[] memory uids = evaluation.facts.attestations;
        for (uint256 i = 0; i < uids.length && best != Verdict.TRUE; ++i) {
            best = Kleene.greater(best, _judgeAttestation(evaluation, start, eas, uids[i]));
        }
    }

    function _question(uint256 standard, address account, uint256 id)
        private
        pure
        returns (bytes memory)
    {
        if (standard == TokenStandard.ERC721_OWNER) {
            return abi.encodeCall(IERC721.ownerOf, (id));
        }
        if (standard == TokenStandard.ERC1155_BALANCE) {
            return abi.encodeCall(IERC1155.balanceOf, (account, id));
        }
        if (standard == TokenStandard.ERC4907_USER) {
            return abi.encodeCall(IERC4907.userOf, (id));
        }
        // ERC-721 asks with the same words.
        return abi.encodeCall(IERC20.balanceOf, (account));
    }

    /// @dev Judges one attestation by a leaf whose body begins at `start`.
    function _judgeAttestation(
        Evaluation memory evaluation,
        uint256 start,
        address eas,
        bytes32 uid
    ) private view returns (Verdict) {
        ChainReads.Answer memory answer = ChainReads.ask(
            eas, abi.encodeCall(IEAS.getAttestation, (uid)), ATTESTATION_WORDS
        );
        uint256[] memory words = answer.words;
        if (!_isAttestation(answer)) return Verdict.UNKNOWN;
        bool counts = bytes32(words[1]) == uid && words[2] == PolicyReader.load(start)
            && words[7] == uint160(evaluation.facts.account) && words[5] == 0
            && _isAccepted(start + 32, words[8])
            && _isInTime(start + 32, evaluation.facts.moment, words[3], words[4]);
        return counts ? Verdict.TRUE : Verdict.FALSE;
    }

    /// @dev Whether an answer is the encoding of one attestation, and nothing else.
    function _isAttestation(ChainReads.Answer memory answer) private pure returns (bool) {
        uint256[] memory words = answer.words;
        if (answer.size < 32 * ATTESTATION_WORDS) return false;
        if (words[0] != 0x20 || words[10] != 0x140 || words[11] > type(uint32).max) return false;
        if (answer.size != 32 * ATTESTATION_WORDS + (words[11] + 31) / 32 * 32) return false;
        return (words[3] | words[4] | words[5]) <= type(uint64).max
            && (words[7] | words[8]) <= type(uint160).max && words[9] <= 1;
    }

    /// @dev Whether an attester is on the list that begins at `start` with its count.
    function _isAccepted(uint256 start, uint256 attester) private pure returns (bool) {
        uint256 count = PolicyReader.load(start) >> 248;
        for (uint256 i = 0; i < count; ++i) {
            if (PolicyReader.load(start + 1 + 20 * i) >> 96 == attester) return true;
        }
        return false;
    }

    /// @dev Whether an attestation has begun to count and not ended to, by the ages that stand behind
    /// the list of attesters that begins at `start`.
    function _isInTime(uint256 start, uint256 moment, uint256 time, uint256 expiration)
        private
        pure
        returns (bool)
    {
        uint256 ages = PolicyReader.load(start + 1 + 20 * (PolicyReader.load(start) >> 248));
        uint256 minAge = ages >> 224;
        uint256 maxAge = (ages >> 192) & type(uint32).max;
        if (expiration != 0 && moment >= expiration) return false;
        if (maxAge != 0 && moment >= time + maxAge) return false;
        return moment >= time + minAge;
    }
}
