// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyChecker} from "../../src/interfaces/IPolicyChecker.sol";
import {PolicyEvaluator} from "../../src/libraries/policy/PolicyEvaluator.sol";
import {Case, Verdict} from "../../src/types/Judgement.sol";

/// @notice A contract that answers every question as the harness was told it would.
contract Mirror {
    EvaluationHarness private immutable _harness;

    constructor(EvaluationHarness harness) {
        _harness = harness;
    }

    fallback(bytes calldata question) external returns (bytes memory) {
        return _harness.answerOf(address(this), question);
    }
}

/// @notice Evaluates policies on facts that it makes up: it creates contracts that play registries,
/// tokens and the attestation service, and answer only what they were given an answer for.
contract EvaluationHarness {
    /// @notice A question to a contract, and its answer; what is not answered reverts.
    struct Fact {
        address asked;
        bytes question;
        bytes answer;
    }

    /// @notice A policy on some facts.
    struct Trial {
        bytes policy;
        Case facts;
        Fact[] chain;
    }

    /// @notice Policies that are to be composed.
    struct Composition {
        bytes active;
        bytes[] restrictions;
    }

    error NoAnswer();

    /// @dev What `judge` returns beside the verdict's number, and instead of it.
    uint8 private constant CARRIED = 0x10;
    uint8 private constant REVERTED = 0xff;
    uint256 private constant TRIAL = 0;

    Mirror[] private _mirrors;

    constructor(uint256 count) {
        for (uint256 i = 0; i < count; ++i) {
            _mirrors.push(new Mirror(this));
        }
    }

    function mirrors() external view returns (Mirror[] memory) {
        return _mirrors;
    }

    /// @notice Evaluates many; each answer is a byte: the verdict's number, plus 16 if it is carried,
    /// or 255 where the evaluation reverted.
    function judgeAll(Trial[] calldata trials) external returns (bytes memory results) {
        results = new bytes(trials.length);
        for (uint256 i = 0; i < trials.length; ++i) {
            try this.judge(trials[i], i + 1) returns (Verdict verdict, bool isCarried) {
                results[i] = bytes1(uint8(verdict) + (isCarried ? CARRIED : 0));
            } catch {
                results[i] = bytes1(REVERTED);
            }
        }
    }

    /// @notice Evaluates one. `serial` tells its facts from those of others in one transaction.
    function judge(Trial calldata trial, uint256 serial) external returns (Verdict, bool) {
        assembly {
            tstore(TRIAL, serial)
        }
        for (uint256 i = 0; i < trial.chain.length; ++i) {
            _remember(trial.chain[i]);
        }
        return PolicyEvaluator.evaluate(trial.policy, trial.facts);
    }

    /// @notice Whether a checker takes bytes for policies; each answer is four bytes: the selector
    /// of the error, or zero.
    function checkAll(IPolicyChecker checker, bytes[] calldata policies)
        external
        pure
        returns (bytes4[] memory errors)
    {
        errors = new bytes4[](policies.length);
        for (uint256 i = 0; i < policies.length; ++i) {
            try checker.check(policies[i]) {}
            catch (bytes memory reason) {
                // forge-lint: disable-next-line(unsafe-typecast)
                errors[i] = bytes4(reason);
            }
        }
    }

    /// @notice What a checker composes of policies: the bytes, or the error's selector.
    function composeAll(IPolicyChecker checker, Composition[] calldata compositions)
        external
        pure
        returns (bytes[] memory results)
    {
        results = new bytes[](compositions.length);
        for (uint256 i = 0; i < compositions.length; ++i) {
            Composition calldata parts = compositions[i];
            try checker.compose(parts.active, parts.restrictions) returns (bytes memory composed) {
                results[i] = composed;
            } catch (bytes memory reason) {
                // forge-lint: disable-next-line(unsafe-typecast)
                results[i] = bytes.concat(bytes4(reason));
            }
        }
    }

    /// @notice What a mirror says.
    function answerOf(address asked, bytes calldata question) external view returns (bytes memory) {
        uint256 slot = _slot(asked, question);
        uint256 length;
        assembly {
            length := tload(slot)
        }
        if (length == 0) revert NoAnswer();
        bytes memory answer = new bytes(length - 1);
        assembly {
            for { let i := 0 } lt(mul(i, 32), mload(answer)) { i := add(i, 1) } {
                mstore(add(add(answer, 32), mul(i, 32)), tload(add(slot, add(i, 1))))
            }
        }
        return answer;
    }

    function _remember(Fact calldata fact) private {
        uint256 slot = _slot(fact.asked, fact.question);
        bytes memory answer = fact.answer;
        assembly {
            tstore(slot, add(mload(answer), 1))
            for { let i := 0 } lt(mul(i, 32), mload(answer)) { i := add(i, 1) } {
                tstore(add(slot, add(i, 1)), mload(add(add(answer, 32), mul(i, 32))))
            }
        }
    }

    function _slot(address asked, bytes calldata question) private view returns (uint256 slot) {
        uint256 serial;
        assembly {
            serial := tload(TRIAL)
        }
        slot = uint256(keccak256(abi.encode(serial, asked, question)));
    }
}
