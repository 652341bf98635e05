// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Case, Membership, Verdict} from "../../src/types/Judgement.sol";
import {IssuerId, KeyId, TypeId} from "../../src/types/Identifiers.sol";
import {Claim, Form, ShownCredential} from "../../src/types/Presented.sol";
import {EvaluationHarness, Mirror} from "../harness/EvaluationHarness.sol";
import {Fixture} from "./Fixture.sol";
import {PolicyBytes} from "./PolicyBytes.sol";

/// @notice A harness, and a case in which everything is in order until a test changes it.
abstract contract CaseFixture is Fixture {
    address internal constant ACCOUNT = address(0xacc);
    bytes32 internal constant SCHEMA = keccak256("schema");
    bytes32 internal constant ISSUER = keccak256("did:web:issuer.example");
    bytes32 internal constant KEY = keccak256("key");
    bytes32 internal constant HOLDER = keccak256("holder");
    bytes32 internal constant LIST = keccak256("list");
    string internal constant VCT = "urn:vct";
    uint64 internal constant OPEN_END = type(uint64).max;

    EvaluationHarness internal harness;
    EvaluationHarness.Fact[] private _facts;
    Case private _case;
    uint256 private _serial;
    address internal issuers;
    address internal schemas;
    address internal status;
    address internal lists;
    address internal eas;
    address internal token;

    function setUp() public virtual override {
        super.setUp();
        harness = new EvaluationHarness(6);
        Mirror[] memory mirrors = harness.mirrors();
        issuers = address(mirrors[0]);
        schemas = address(mirrors[1]);
        status = address(mirrors[2]);
        lists = address(mirrors[3]);
        eas = address(mirrors[4]);
        token = address(mirrors[5]);
        _case.moment = START;
        _case.account = ACCOUNT;
    }

    function _at(uint64 moment) internal {
        _case.moment = moment;
    }

    function _withoutAccount() internal {
        delete _case.account;
    }

    function _prove(bytes32 root, bytes32[] memory proof) internal {
        _case.memberships.push(Membership(root, proof));
    }

    function _name(bytes32 uid) internal {
        _case.attestations.push(uid);
    }

    /// @notice Lets a contract answer a question, from now on.
    function _tell(address asked, bytes memory question, bytes memory answer) internal {
        for (uint256 i = 0; i < _facts.length; ++i) {
            EvaluationHarness.Fact storage fact = _facts[i];
            if (fact.asked == asked && keccak256(fact.question) == keccak256(question)) {
                fact.answer = answer;
                return;
            }
        }
        _facts.push(EvaluationHarness.Fact(asked, question, answer));
    }

    /// @notice Shows an attribute credential for a leaf, with all that makes it count.
    function _showAttribute(uint8 leaf) internal returns (ShownCredential storage shown) {
        shown = _show(leaf, Form.ATTRIBUTE, SCHEMA);
        _tellIssuer(SCHEMA, 1);
    }

    /// @notice Shows an SD-JWT for a leaf, with all that makes it count.
    function _showSdJwt(uint8 leaf) internal returns (ShownCredential storage shown) {
        shown = _show(leaf, Form.SD_JWT, keccak256(bytes(VCT)));
        shown.holderKey = HOLDER;
        _tellIssuer(keccak256(bytes(VCT)), 2);
    }

    function _show(uint8 leaf, Form form, bytes32 typeId)
        private
        returns (ShownCredential storage shown)
    {
        shown = _case.credentials.push();
        shown.leaf = leaf;
        shown.form = form;
        shown.typeId = TypeId.wrap(typeId);
        shown.issuerId = IssuerId.wrap(ISSUER);
        shown.keyId = KeyId.wrap(KEY);
        shown.validUntil = START + 1;
        shown.freshSince = START;
    }

    function _tellIssuer(bytes32 typeId, uint256 kind) private {
        _tellStanding(typeId, abi.encode(true, 0, 1));
        _tellKey(abi.encode(ISSUER, kind, 1, 1, OPEN_END));
    }

    function _tellStanding(bytes32 typeId, bytes memory answer) internal {
        _tell(issuers, abi.encodeWithSignature("standing(bytes32,bytes32)", ISSUER, typeId), answer);
    }

    function _tellKey(bytes memory answer) internal {
        _tell(issuers, abi.encodeWithSignature("keyRecord(bytes32)", KEY), answer);
    }

    function _tellStatus(bytes32 typeId, uint32 index, bytes memory answer) internal {
        bytes32 list = keccak256(abi.encode(ISSUER, typeId));
        _tell(status, abi.encodeWithSignature("isRevoked(bytes32,uint32)", list, index), answer);
    }

    function _tellList(bytes memory answer) internal {
        _tell(lists, abi.encodeWithSignature("addedAt(bytes32,address)", LIST, ACCOUNT), answer);
    }

    function _claim(ShownCredential storage shown, string memory name, uint8 kind, uint256 value)
        internal
    {
        shown.claims.push(Claim(keccak256(bytes(name)), kind, value));
    }

    /// @notice All registries, each with the code that it has.
    function _pins() internal view returns (bytes memory) {
        return bytes.concat(
            PolicyBytes.pin(1, issuers),
            PolicyBytes.pin(2, schemas),
            PolicyBytes.pin(3, status),
            PolicyBytes.pin(4, lists),
            PolicyBytes.pin(5, eas)
        );
    }

    /// @notice All registries, one of which has another code than is pinned.
    function _pinsBut(uint8 kind) internal view returns (bytes memory pins) {
        pins = _pins();
        pins[53 * (uint256(kind) - 1) + 52] ^= 0x01;
    }

    function _evaluate(bytes memory policy) internal returns (Verdict verdict, bool isCarried) {
        return harness.judge(EvaluationHarness.Trial(policy, _case, _facts), ++_serial);
    }

    function _judge(bytes memory tree) internal returns (Verdict verdict) {
        (verdict,) = _evaluate(PolicyBytes.policy(_pins(), tree));
    }

    function _assertJudged(bytes memory tree, Verdict wanted, string memory reason) internal {
        vm.assertEq(uint256(_judge(tree)), uint256(wanted), reason);
    }

    function _assertTrue(bytes memory tree, string memory reason) internal {
        _assertJudged(tree, Verdict.TRUE, reason);
    }

    function _assertFalse(bytes memory tree, string memory reason) internal {
        _assertJudged(tree, Verdict.FALSE, reason);
    }

    function _assertUnknown(bytes memory tree, string memory reason) internal {
        _assertJudged(tree, Verdict.UNKNOWN, reason);
    }
}
