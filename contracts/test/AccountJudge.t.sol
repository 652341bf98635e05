// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Verdict} from "../src/types/Judgement.sol";
import {CaseFixture} from "./support/CaseFixture.sol";
import {PolicyBytes} from "./support/PolicyBytes.sol";

contract AccountJudgeTest is CaseFixture {
    bytes32 private constant ATTESTED = keccak256("schema of attestations");
    bytes32 private constant UID = keccak256("uid");
    address private constant ATTESTER = address(0xa77e);

    /// @dev As the attestation service encodes one, with some data.
    struct Attestation {
        bytes32 uid;
        bytes32 schema;
        uint256 time;
        uint256 expirationTime;
        uint256 revocationTime;
        bytes32 refUID;
        uint256 recipient;
        uint256 attester;
        uint256 revocable;
        bytes data;
    }

    function _listed(uint32 minAge) private pure returns (bytes memory) {
        return PolicyBytes.list(LIST, minAge);
    }

    function _attested(uint32 minAge, uint32 maxAge) private pure returns (bytes memory) {
        bytes memory attesters = abi.encodePacked(OWNER, ATTESTER);
        return PolicyBytes.attestation(ATTESTED, attesters, minAge, maxAge);
    }

    function _attestation() private pure returns (Attestation memory made) {
        (made.uid, made.schema, made.time) = (UID, ATTESTED, START);
        (made.recipient, made.attester) = (uint160(ACCOUNT), uint160(ATTESTER));
        (made.revocable, made.data) = (1, "data");
    }

    function _tellOf(bytes32 uid, bytes memory answer) private {
        _tell(eas, abi.encodeWithSignature("getAttestation(bytes32)", uid), answer);
    }

    function _tellThat(Attestation memory made) private {
        _tellOf(UID, abi.encode(made));
    }

    function _ask(string memory question, bytes memory arguments, bytes memory answer) private {
        _tell(token, bytes.concat(bytes4(keccak256(bytes(question))), arguments), answer);
    }

    function test_WithoutAnAccountNothingHolds() public {
        _withoutAccount();
        _name(UID);
        _assertFalse(_listed(0), "list");
        _assertFalse(PolicyBytes.token(1, token, 0, 1), "token");
        _assertFalse(_attested(0, 0), "attestation");
        _assertFalse(PolicyBytes.member(keccak256("root")), "member");
    }

    function test_AListEntryHoldsFromItsAgeOn() public {
        _assertUnknown(_listed(0), "unread");
        _tellList(abi.encode(START - 60));
        _assertTrue(_listed(60), "old enough");
        _assertFalse(_listed(61), "too young");
        _tellList(abi.encode(0));
        _assertFalse(_listed(0), "not on it");
        _tellList(abi.encode(OPEN_END));
        _assertFalse(_listed(type(uint32).max), "no overflow");
    }

    function test_WhatAListMumblesIsUnknown() public {
        _tellList(abi.encode(2 ** 64));
        _assertUnknown(_listed(0), "too large");
        _tellList(abi.encode(START, 0));
        _assertUnknown(_listed(0), "too long");
        _tellList(abi.encode(START));
        (Verdict verdict,) = _evaluate(PolicyBytes.policy(_pinsBut(4), _listed(0)));
        vm.assertEq(uint256(verdict), uint256(Verdict.UNKNOWN), "another code");
    }

    function test_BalancesHoldFromTheAmountOn() public {
        bytes memory account = abi.encode(ACCOUNT);
        for (uint8 standard = 1; standard <= 2; ++standard) {
            bytes memory leaf = PolicyBytes.token(standard, token, 0, 5);
            _ask("balanceOf(address)", account, "");
            _assertUnknown(leaf, "no answer");
            _ask("balanceOf(address)", account, abi.encode(5));
            _assertTrue(leaf, "enough");
            _ask("balanceOf(address)", account, abi.encode(4));
            _assertFalse(leaf, "too few");
            _ask("balanceOf(address)", account, abi.encode(5, 0));
            _assertUnknown(leaf, "too long an answer");
            _ask("balanceOf(address)", account, abi.encode(type(uint256).max));
            _assertTrue(PolicyBytes.token(standard, token, 0, type(uint256).max), "all there is");
        }
        bytes memory of7 = abi.encode(ACCOUNT, 7);
        _ask("balanceOf(address,uint256)", of7, abi.encode(5));
        _assertTrue(PolicyBytes.token(4, token, 7, 5), "ERC-1155");
        _assertFalse(PolicyBytes.token(4, token, 7, 6), "too few of it");
        _assertUnknown(PolicyBytes.token(4, token, 8, 5), "another token");
    }

    function test_OwnersAndUsersAreTheAccount() public {
        _ask("ownerOf(uint256)", abi.encode(7), abi.encode(ACCOUNT));
        _ask("userOf(uint256)", abi.encode(7), abi.encode(STRANGER));
        _assertTrue(PolicyBytes.token(3, token, 7, 1), "owner");
        _assertFalse(PolicyBytes.token(5, token, 7, 1), "another user");
        _assertUnknown(PolicyBytes.token(3, token, 8, 1), "no such token");
        _ask("ownerOf(uint256)", abi.encode(7), abi.encode(STRANGER));
        _ask("userOf(uint256)", abi.encode(7), abi.encode(ACCOUNT));
        _assertFalse(PolicyBytes.token(3, token, 7, 1), "another owner");
        _assertTrue(PolicyBytes.token(5, token, 7, 1), "user");
        _ask("ownerOf(uint256)", abi.encode(7), abi.encode(2 ** 160 + uint160(ACCOUNT)));
        _assertUnknown(PolicyBytes.token(3, token, 7, 1), "no address");
    }

    function test_ATokenWithoutCodeIsUnknown() public {
        _assertUnknown(PolicyBytes.token(1, STRANGER, 0, 1), "an empty answer");
    }

    function test_MembersAreProved() public {
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(ACCOUNT))));
        _assertFalse(PolicyBytes.member(leaf), "nothing supplied");
        _prove(leaf, new bytes32[](0));
        _assertTrue(PolicyBytes.member(leaf), "a tree of one");
        bytes32[] memory proof = new bytes32[](2);
        (proof[0], proof[1]) = (keccak256("sibling"), keccak256("uncle"));
        bytes32 root = _above(_above(leaf, proof[0]), proof[1]);
        _prove(root, new bytes32[](2));
        _assertFalse(PolicyBytes.member(root), "a wrong proof");
        _prove(root, proof);
        _assertTrue(PolicyBytes.member(root), "a proof behind a wrong one");
        _assertFalse(PolicyBytes.member(_above(leaf, leaf)), "another root");
    }

    function test_AProofHasAtMostSixtyFourHashes() public {
        bytes32 root = keccak256(bytes.concat(keccak256(abi.encode(ACCOUNT))));
        for (uint256 i = 0; i < 64; ++i) {
            root = _above(root, 0);
        }
        _prove(root, new bytes32[](64));
        _assertTrue(PolicyBytes.member(root), "64");
        root = _above(root, 0);
        _prove(root, new bytes32[](65));
        _assertFalse(PolicyBytes.member(root), "65");
    }

    function test_AnAttestationInOrderHolds() public {
        _assertFalse(_attested(0, 0), "none named");
        _name(UID);
        _assertUnknown(_attested(0, 0), "unread");
        _tellThat(_attestation());
        _assertTrue(_attested(0, 0), "in order");
        Attestation memory made = _attestation();
        made.data = "";
        _tellThat(made);
        _assertTrue(_attested(0, 0), "without data");
    }

    function test_AnAttestationAboutSomethingElseDoesNotHold() public {
        _name(UID);
        Attestation memory made = _attestation();
        made.uid = 0;
        _tellThat(made);
        _assertFalse(_attested(0, 0), "another uid");
        made = _attestation();
        made.schema = UID;
        _tellThat(made);
        _assertFalse(_attested(0, 0), "another schema");
        made = _attestation();
        made.recipient = uint160(STRANGER);
        _tellThat(made);
        _assertFalse(_attested(0, 0), "another recipient");
        made = _attestation();
        made.attester = uint160(STRANGER);
        _tellThat(made);
        _assertFalse(_attested(0, 0), "another attester");
        made = _attestation();
        made.revocationTime = START;
        _tellThat(made);
        _assertFalse(_attested(0, 0), "revoked");
    }

    /// @dev As a registry may answer for a UID that it does not know; 0 is never the UID of anything.
    function test_TheUidZeroIsNoAttestation() public {
        _name(0);
        Attestation memory made = _attestation();
        made.uid = 0;
        _tellOf(0, abi.encode(made));
        _assertFalse(_attested(0, 0), "uid 0");
    }

    function test_ATokenThatBurnsGasLeavesEnoughForTheRest() public {
        address burner = address(0xb0);
        vm.etch(burner, hex"fe");
        _ask("balanceOf(address)", abi.encode(ACCOUNT), abi.encode(1));
        bytes memory tree = PolicyBytes.token(1, token, 0, 1);
        for (uint256 i = 1; i <= 12; ++i) {
            tree = PolicyBytes.any(PolicyBytes.token(1, burner, 0, i), tree);
        }
        uint256 before = gasleft();
        _assertTrue(tree, "the last leaf");
        // 64 leaves, the most of a policy, stay below the limit of a transaction (EIP-7825).
        vm.assertTrue((before - gasleft()) / 13 * 64 < 2 ** 24, "gas");
    }

    function test_AnAttestationHoldsInItsTime() public {
        _name(UID);
        Attestation memory made = _attestation();
        made.expirationTime = START;
        _tellThat(made);
        _assertFalse(_attested(0, 0), "expired");
        made.expirationTime = START + 1;
        made.time = START - 60;
        _tellThat(made);
        _assertTrue(_attested(60, 61), "old enough, not too old");
        _assertFalse(_attested(61, 0), "too young");
        _assertFalse(_attested(0, 60), "too old");
    }

    function test_WhatTheServiceMumblesIsUnknown() public {
        _name(UID);
        bytes memory whole = abi.encode(_attestation());
        _tellOf(UID, bytes.concat(whole, bytes32(0)));
        _assertUnknown(_attested(0, 0), "too long");
        _tellOf(UID, new bytes(352));
        _assertUnknown(_attested(0, 0), "too short");
        uint256[9] memory words = [uint256(0), 10, 11, 3, 4, 5, 7, 8, 9];
        for (uint256 i = 0; i < words.length; ++i) {
            bytes memory broken = bytes.concat(whole);
            broken[32 * words[i]] = 0x01;
            _tellOf(UID, broken);
            _assertUnknown(_attested(0, 0), vm.toString(words[i]));
        }
        _tellOf(UID, whole);
        (Verdict verdict,) = _evaluate(PolicyBytes.policy(_pinsBut(5), _attested(0, 0)));
        vm.assertEq(uint256(verdict), uint256(Verdict.UNKNOWN), "another code");
    }

    function test_TheBestOfSeveralAttestationsCounts() public {
        Attestation memory other = _attestation();
        other.uid = keccak256("revoked");
        other.revocationTime = 1;
        _tellOf(other.uid, abi.encode(other));
        _name(other.uid);
        _assertFalse(_attested(0, 0), "revoked");
        _name(keccak256("unread"));
        _assertUnknown(_attested(0, 0), "unread beside it");
        _name(UID);
        _tellThat(_attestation());
        _assertTrue(_attested(0, 0), "in order beside them");
    }

    function _above(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
    }
}
