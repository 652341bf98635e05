// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyChecker} from "../src/interfaces/IPolicyChecker.sol";
import {IEAS} from "../src/interfaces/IEAS.sol";
import {Case, Verdict} from "../src/types/Judgement.sol";
import {Form, ShownCredential} from "../src/types/Presented.sol";
import {PolicyHarness} from "./harness/PolicyHarness.sol";
import {Fixture} from "./support/Fixture.sol";
import {PolicyBytes} from "./support/PolicyBytes.sol";

/// @notice What the evaluator makes of bytes that nobody checked, and of answers that are none.
contract PolicyEvaluationTest is Fixture {
    address private constant ASKED = address(0xa5);
    bytes32 private constant UID = keccak256("uid");

    PolicyHarness private harness;

    function setUp() public override {
        super.setUp();
        harness = new PolicyHarness();
    }

    function test_UnknownVersion_Evaluated() public {
        bytes memory policy = PolicyBytes.policy("", PolicyBytes.time(1, 2));
        policy[0] = 0x02;
        Case memory facts;
        vm.expectRevert(abi.encodeWithSelector(IPolicyChecker.UnknownVersion.selector, 0));
        harness.evaluate(policy, facts);
    }

    function test_UnknownTag_Evaluated() public {
        Case memory facts;
        bytes memory policy = PolicyBytes.policy("", PolicyBytes.node(0x05, hex"000100"));
        vm.expectPartialRevert(IPolicyChecker.UnknownTag.selector);
        harness.evaluate(policy, facts);
        policy = PolicyBytes.policy("", PolicyBytes.node(0x13, hex"00"));
        vm.expectPartialRevert(IPolicyChecker.UnknownTag.selector);
        harness.evaluate(policy, facts);
    }

    function test_CredentialsWithoutAKeyServeNoHolder() public view {
        bytes memory one = PolicyBytes.attribute(keccak256("a"));
        bytes memory other = PolicyBytes.attribute(keccak256("b"));
        Case memory facts;
        facts.credentials = new ShownCredential[](1);
        facts.credentials[0].form = Form.ATTRIBUTE;
        (Verdict verdict,) =
            harness.evaluate(PolicyBytes.policy("", PolicyBytes.all(1, one, other)), facts);
        vm.assertEq(uint256(verdict), uint256(Verdict.FALSE), "verdict");
    }

    function test_AnOwnerThatIsNoAddressIsUnknown() public {
        bytes memory question = abi.encodeWithSignature("ownerOf(uint256)", 7);
        bytes memory policy = PolicyBytes.policy("", PolicyBytes.token(3, ASKED, 7, 1));
        vm.mockCall(ASKED, question, abi.encode(STRANGER));
        _assertVerdict(policy, Verdict.TRUE);
        vm.mockCall(ASKED, question, abi.encode(uint256(uint160(STRANGER)) | 1 << 160));
        _assertVerdict(policy, Verdict.UNKNOWN);
    }

    function test_AnAttestationThatIsNoneIsUnknown() public {
        bytes memory question = abi.encodeCall(IEAS.getAttestation, (UID));
        bytes memory answer =
            abi.encode(0x20, UID, keccak256("schema"), 1, 0, 0, 0, STRANGER, OWNER, 0, 0x140, 0);
        vm.mockCall(ASKED, question, answer);
        bytes memory leaf =
            PolicyBytes.attestation(keccak256("schema"), abi.encodePacked(OWNER), 0, 0);
        bytes memory policy = PolicyBytes.policy(PolicyBytes.pin(5, ASKED), leaf);
        _assertVerdict(policy, Verdict.TRUE);
        // The places of the parts, their length, numbers out of range, and less than there has to be.
        answer[31] = 0x40;
        vm.mockCall(ASKED, question, answer);
        _assertVerdict(policy, Verdict.UNKNOWN);
        answer[31] = 0x20;
        answer[12 * 32 - 1] = 0x01;
        vm.mockCall(ASKED, question, answer);
        _assertVerdict(policy, Verdict.UNKNOWN);
        answer[12 * 32 - 1] = 0x00;
        answer[3 * 32] = 0x01;
        vm.mockCall(ASKED, question, answer);
        _assertVerdict(policy, Verdict.UNKNOWN);
        vm.mockCall(ASKED, question, abi.encode(0x20, UID));
        _assertVerdict(policy, Verdict.UNKNOWN);
    }

    function _assertVerdict(bytes memory policy, Verdict wanted) private view {
        Case memory facts;
        facts.account = STRANGER;
        facts.moment = START;
        facts.attestations = new bytes32[](1);
        facts.attestations[0] = UID;
        (Verdict verdict,) = harness.evaluate(policy, facts);
        vm.assertEq(uint256(verdict), uint256(wanted), "verdict");
    }
}
