// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PolicyChecker} from "../src/PolicyChecker.sol";
import {SchemaRegistry} from "../src/SchemaRegistry.sol";
import {StatusRegistry} from "../src/StatusRegistry.sol";
import {KeyId, TypeId} from "../src/types/Identifiers.sol";
import {Case, Verdict} from "../src/types/Judgement.sol";
import {Claim, Form, ShownCredential} from "../src/types/Presented.sol";
import {PolicyHarness} from "./harness/PolicyHarness.sol";
import {IssuerFixture} from "./support/IssuerFixture.sol";
import {PolicyBytes} from "./support/PolicyBytes.sol";

/// @notice What it costs to evaluate a policy on the registries, and to check one.
/// forge-config: default.isolate = true
contract EvaluationGasTest is IssuerFixture {
    bytes32 private constant SCHEMA = keccak256("schema");

    function test_GasOfACredentialWithFiveConditions() public {
        PolicyHarness harness = new PolicyHarness();
        bytes memory policy = _policy();
        new PolicyChecker().check(policy);
        Case memory facts = _facts();
        (Verdict verdict, uint256 gas) = harness.gasOf(policy, facts);
        vm.assertEq(uint256(verdict), uint256(Verdict.TRUE), "verdict");
        vm.snapshotValue("evaluation", "a credential with 5 conditions, all cold", gas);
        vm.assertTrue(gas <= 33_000, string.concat("evaluate: ", vm.toString(gas)));
    }

    function _policy() private returns (bytes memory) {
        bytes memory pins = bytes.concat(
            PolicyBytes.pin(1, address(issuers)),
            PolicyBytes.pin(2, address(new SchemaRegistry())),
            PolicyBytes.pin(3, address(new StatusRegistry(issuers)))
        );
        bytes memory claims = bytes.concat(
            hex"05",
            PolicyBytes.claim("age", 3, 1, PolicyBytes.number(3, 18)),
            PolicyBytes.claim("born", 4, 1, PolicyBytes.number(5, 20_000)),
            PolicyBytes.claim(
                "country", 2, 2, bytes.concat(PolicyBytes.text("BE"), PolicyBytes.text("NL"))
            ),
            PolicyBytes.claim(
                "level", 5, 2, bytes.concat(PolicyBytes.number(3, 1), PolicyBytes.number(3, 5))
            ),
            PolicyBytes.claim("role", 1, 1, PolicyBytes.text("auditor"))
        );
        return PolicyBytes.policy(pins, PolicyBytes.attribute(SCHEMA, hex"00", 60, 0, claims));
    }

    function _facts() private returns (Case memory facts) {
        _accredit(DID, TypeId.wrap(SCHEMA), CONTROLLER);
        KeyId keyId = _registerKey(5);
        vm.warp(START + 1 days);
        Claim[] memory claims = new Claim[](5);
        claims[0] = Claim(keccak256("age"), 3, 2 ** 53 + 18);
        claims[1] = Claim(keccak256("born"), 5, 2 ** 53 + 10_000);
        claims[2] = Claim(keccak256("country"), 1, uint256(keccak256("NL")));
        claims[3] = Claim(keccak256("level"), 3, 2 ** 53 + 3);
        claims[4] = Claim(keccak256("role"), 1, uint256(keccak256("auditor")));
        facts.moment = START + 1 days;
        facts.credentials = new ShownCredential[](1);
        ShownCredential memory shown = facts.credentials[0];
        shown.form = Form.ATTRIBUTE;
        shown.typeId = TypeId.wrap(SCHEMA);
        shown.issuerId = issuerId;
        shown.keyId = keyId;
        shown.validUntil = START + 2 days;
        shown.freshSince = START;
        shown.hasStatus = true;
        shown.statusIndex = 7;
        shown.claims = claims;
    }
}
