// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {IAddressListRegistry} from "../../interfaces/IAddressListRegistry.sol";
import {IEAS} from "../../interfaces/IEAS.sol";
import {IERC4907} from "../../interfaces/IERC4907.sol";
import {Membership, Verdict} from "../../types/Judgement.sol";
import {Registry, TokenStandard} from "../../types/PolicyFormat.sol";
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
        bytes32 list = evaluation.cursor.word();
        uint256 minAge = evaluation.cursor.u32();
        if (evaluation.facts.account == address(0)) return Verdict.FALSE;
        (address lists, bool isVerified) = evaluation.registry(Registry.ADDRESS_LISTS);
        if (!isVerified) return Verdict.UNKNOWN;
        (uint256 size, uint256 answer) = ChainReads.ask(
            lists,
            IAddressListRegistry.addedAt.selector,
            uint256(list),
            uint160(evaluation.facts.account),
            1
        );
        uint256 addedAt = PolicyReader.load(answer);
        if (size != 32 || addedAt > type(uint64).max) return Verdict.UNKNOWN;
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
        (bool isRead, uint256 answer) = _ask(token, standard, account, id);
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

    /// @dev The one word that a token's contract answers to the question of a standard.
    function _ask(address token, uint256 standard, address account, uint256 id)
        private
        view
        returns (bool isRead, uint256 answer)
    {
        uint256 size;
        uint256 holder = uint160(account);
        if (standard == TokenStandard.ERC1155_BALANCE) {
            (size, answer) = ChainReads.ask(token, IERC1155.balanceOf.selector, holder, id, 1);
        } else if (standard == TokenStandard.ERC721_OWNER) {
            (size, answer) = ChainReads.ask(token, IERC721.ownerOf.selector, id, 1);
        } else if (standard == TokenStandard.ERC4907_USER) {
            (size, answer) = ChainReads.ask(token, IERC4907.userOf.selector, id, 1);
        } else {
            // ERC-721 asks with the same words.
            (size, answer) = ChainReads.ask(token, IERC20.balanceOf.selector, holder, 1);
        }
        return (size == 32, PolicyReader.load(answer));
    }

    /// @dev Judges one attestation by a leaf whose body begins at `start`.
    function _judgeAttestation(
        Evaluation memory evaluation,
        uint256 start,
        address eas,
        bytes32 uid
    ) private view returns (Verdict) {
        (uint256 size, uint256 answer) = ChainReads.ask(
            eas, IEAS.getAttestation.selector, uint256(uid), ATTESTATION_WORDS
        );
        if (!_isAttestation(size, answer)) return Verdict.UNKNOWN;
        // EAS answers with zeros for a UID that it does not know, and so for 0.
        bool counts = uid != 0 && PolicyReader.load(answer + 32) == uint256(uid)
            && PolicyReader.load(answer + 64) == PolicyReader.load(start)
            && PolicyReader.load(answer + 160) == 0
            && PolicyReader.load(answer + 224) == uint160(evaluation.facts.account)
            && _isAccepted(start + 32, PolicyReader.load(answer + 256))
            && _isInTime(
                start + 32,
                evaluation.facts.moment,
                PolicyReader.load(answer + 96),
                PolicyReader.load(answer + 128)
            );
        return counts ? Verdict.TRUE : Verdict.FALSE;
    }

    /// @dev Whether an answer is the encoding of one attestation, and nothing else.
    function _isAttestation(uint256 size, uint256 answer) private pure returns (bool) {
        if (size < 32 * ATTESTATION_WORDS) return false;
        uint256 length = PolicyReader.load(answer + 352);
        if (PolicyReader.load(answer) != 0x20 || PolicyReader.load(answer + 320) != 0x140) {
            return false;
        }
        if (length > size || size != 32 * ATTESTATION_WORDS + (length + 31) / 32 * 32) {
            return false;
        }
        uint256 times = PolicyReader.load(answer + 96) | PolicyReader.load(answer + 128)
            | PolicyReader.load(answer + 160);
        uint256 people = PolicyReader.load(answer + 224) | PolicyReader.load(answer + 256);
        return times >> 64 == 0 && people >> 160 == 0 && PolicyReader.load(answer + 288) <= 1;
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
