// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PolicyChecker} from "../src/PolicyChecker.sol";
import {Verdict} from "../src/types/Judgement.sol";
import {EvaluationHarness, Mirror} from "./harness/EvaluationHarness.sol";
import {Fixture} from "./support/Fixture.sol";

/// @notice The vectors that the SDK is tested with: the same bytes, the same refusals, the same
/// decisions.
contract PolicyVectorsTest is Fixture {
    uint256 private constant PINS = 13;
    uint256 private constant PIN_LENGTH = 53;

    PolicyChecker private checker;
    EvaluationHarness private harness;
    address private mirror;

    function setUp() public override {
        super.setUp();
        checker = new PolicyChecker();
        harness = new EvaluationHarness(1);
        mirror = address(harness.mirrors()[0]);
    }

    function test_ThePoliciesOfTheVectorsAreTaken() public view {
        string memory vectors = vm.readFile("../tests/vectors/policy.json");
        uint256 count;
        for (; vm.keyExistsJson(vectors, _case(".policies", count)); ++count) {
            string memory one = _case(".policies", count);
            bytes memory policy = vm.parseJsonBytes(vectors, string.concat(one, ".bytes"));
            checker.check(policy);
            vm.assertEq(checker.compose(policy, new bytes[](0)), policy, one);
        }
        vm.assertTrue(count > 20, "policies");
    }

    function test_TheBytesThatTheVectorsRefuseAreRefusedForTheSameReason() public view {
        string memory vectors = vm.readFile("../tests/vectors/policy.json");
        string memory errors = vm.readFile("../tests/vectors/policy_errors.json");
        uint256 count;
        for (; vm.keyExistsJson(vectors, _case(".invalidBytes", count)); ++count) {
            string memory one = _case(".invalidBytes", count);
            string memory code = vm.parseJsonString(vectors, string.concat(one, ".code"));
            string memory name = vm.parseJsonString(errors, string.concat(".", code));
            // forge-lint: disable-next-line(unsafe-typecast)
            bytes4 wanted = bytes4(keccak256(bytes(string.concat(name, "(uint256)"))));
            try checker.check(vm.parseJsonBytes(vectors, string.concat(one, ".bytes"))) {
                vm.assertTrue(false, string.concat(one, " is taken"));
            } catch (bytes memory reason) {
                // forge-lint: disable-next-line(unsafe-typecast)
                vm.assertEq(bytes32(bytes4(reason)), bytes32(wanted), string.concat(one, code));
            }
        }
        vm.assertTrue(count > 20, "refusals");
    }

    function test_TheDecisionsOfTheVectorsAreTheSame() public {
        _assertDecisions(vm.readFile("../tests/vectors/policy_on_chain.json"), 60);
    }

    function test_TheDecisionsOfRandomCasesAreTheSame() public {
        _assertDecisions(vm.readFile("../tests/vectors/policy_random.json"), 60);
    }

    function test_RandomBytesAreTakenOrRefusedAlike() public view {
        string memory vectors = vm.readFile("../tests/vectors/policy_random.json");
        uint256 count;
        for (; vm.keyExistsJson(vectors, _case(".bytes", count)); ++count) {
            string memory one = _case(".bytes", count);
            string memory code = vm.parseJsonString(vectors, string.concat(one, ".code"));
            bool isTaken;
            try checker.check(vm.parseJsonBytes(vectors, string.concat(one, ".bytes"))) {
                isTaken = true;
            } catch {}
            vm.assertEq(isTaken, bytes(code).length == 0, string.concat(one, code));
        }
        vm.assertTrue(count > 100, "byte strings");
    }

    function test_RandomPoliciesAreComposedAlike() public view {
        string memory vectors = vm.readFile("../tests/vectors/policy_random.json");
        uint256 count;
        for (; vm.keyExistsJson(vectors, _case(".compositions", count)); ++count) {
            string memory one = _case(".compositions", count);
            bytes memory active = vm.parseJsonBytes(vectors, string.concat(one, ".active"));
            bytes[] memory restrictions =
                vm.parseJsonBytesArray(vectors, string.concat(one, ".restrictions"));
            bytes memory found;
            try checker.compose(active, restrictions) returns (bytes memory composed) {
                found = composed;
            } catch {}
            bytes memory wanted = vm.parseJsonBytes(vectors, string.concat(one, ".composed"));
            vm.assertEq(found, wanted, one);
        }
        vm.assertTrue(count > 20, "compositions");
    }

    function _assertDecisions(string memory vectors, uint256 least) private {
        uint256 count;
        for (; vm.keyExistsJson(vectors, _case(".trials", count)); ++count) {
            string memory one = _case(".trials", count);
            EvaluationHarness.Trial memory trial = abi.decode(
                vm.parseJsonBytes(vectors, string.concat(one, ".trial")), (EvaluationHarness.Trial)
            );
            _repin(trial.policy, vm.parseJsonUint(vectors, string.concat(one, ".verified")));
            checker.check(trial.policy);
            for (uint256 i = 0; i < trial.chain.length; ++i) {
                vm.etch(trial.chain[i].asked, mirror.code);
            }
            (Verdict verdict, bool isCarried) = harness.judge(trial, count + 1);
            uint256 wanted = vm.parseJsonUint(vectors, string.concat(one, ".verdict"));
            vm.assertEq(uint256(verdict), wanted, string.concat(one, " verdict"));
            bool carried = vm.parseJsonBool(vectors, string.concat(one, ".carried"));
            vm.assertEq(isCarried, carried, string.concat(one, " carried"));
        }
        vm.assertTrue(count > least, "decisions");
    }

    /// @dev Puts a mirror where each pinned registry is, and pins its code where that is to be right.
    function _repin(bytes memory policy, uint256 verified) private {
        bytes32 codeHash = mirror.codehash;
        uint256 count = uint8(policy[PINS - 1]);
        for (uint256 i = 0; i < count; ++i) {
            uint256 pin = PINS + i * PIN_LENGTH;
            uint256 head;
            assembly {
                head := mload(add(add(policy, 32), pin))
            }
            // forge-lint: disable-next-line(unsafe-typecast)
            vm.etch(address(uint160(head >> 88)), mirror.code);
            if (verified >> (head >> 248) & 1 == 0) continue;
            assembly {
                mstore(add(add(policy, 53), pin), codeHash)
            }
        }
    }

    function _case(string memory section, uint256 number) private pure returns (string memory) {
        return string.concat(section, "[", vm.toString(number), "]");
    }
}
