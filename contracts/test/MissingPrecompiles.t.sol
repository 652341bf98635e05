// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {AttributeSuite} from "../src/AttributeSuite.sol";
import {IPresentationVerifier} from "../src/interfaces/IPresentationVerifier.sol";
import {PolicyBytes} from "./support/PolicyBytes.sol";
import {VerifierFixture} from "./support/VerifierFixture.sol";

/// @notice Networks that lack a precompile: there a call succeeds and answers nothing. Each is
/// refused, and none believed.
contract MissingPrecompilesTest is VerifierFixture {
    address private constant SHA256 = address(0x02);
    address private constant MODEXP = address(0x05);
    address private constant G1ADD = address(0x0b);
    address private constant G1MSM = address(0x0c);
    address private constant PAIRING = address(0x0f);
    address private constant MAP_FP_TO_G1 = address(0x10);
    address private constant P256 = address(0x100);

    function test_MissingPrecompile_WhenAnAttributeCredentialIsShown() public {
        _refusesEach([SHA256, G1MSM, PAIRING]);
    }

    function test_MissingPrecompile_WhenItsLeafIsPinned() public {
        attributes.pin(_policy(), 0, keyId);
        _refusesEach([SHA256, G1MSM, PAIRING]);
    }

    function test_MissingPrecompile_WhenALeafIsToBePinned() public {
        address[2] memory needed = [SHA256, G1MSM];
        bytes memory policy = _policy();
        for (uint256 i = 0; i < needed.length; ++i) {
            _remove(needed[i]);
            attributes.pin(policy, 0, keyId);
        }
        vm.clearMockedCalls();
        attributes.pin(policy, 0, keyId);
    }

    function test_MissingPrecompile_WhenATokenIsShown() public {
        _admit(PolicyBytes.policy(_tokenPins(), _badgeLeaf()));
        IPresentationVerifier.Access memory access = _access();
        IPresentationVerifier.Presentation memory presentation = _present(access, _only(_badge(0)));
        _refusesWithout(P256, access, presentation);
        vm.clearMockedCalls();
        _consume(access, presentation);
    }

    function test_MissingPrecompile_WhenTheGeneratorsAreMade() public {
        address[4] memory needed = [SHA256, MODEXP, MAP_FP_TO_G1, G1ADD];
        for (uint256 i = 0; i < needed.length; ++i) {
            _remove(needed[i]);
            new AttributeSuite();
        }
    }

    /// @dev An answer of another length is not believed either, whatever it says.
    function test_MissingPrecompile_WhereTheAnswerIsTooShort() public {
        IPresentationVerifier.Access memory access = _access();
        IPresentationVerifier.Presentation memory presentation = _present(access);
        vm.mockCall(PAIRING, "", hex"01");
        bytes memory reason = abi.encodeWithSelector(Errors.MissingPrecompile.selector, PAIRING);
        _refuses(access, presentation, reason);
    }

    function _refusesEach(address[3] memory needed) private {
        IPresentationVerifier.Access memory access = _access();
        IPresentationVerifier.Presentation memory presentation = _present(access);
        for (uint256 i = 0; i < needed.length; ++i) {
            _refusesWithout(needed[i], access, presentation);
        }
        vm.clearMockedCalls();
        _consume(access, presentation);
    }

    function _refusesWithout(
        address precompile,
        IPresentationVerifier.Access memory access,
        IPresentationVerifier.Presentation memory presentation
    ) private {
        vm.clearMockedCalls();
        vm.mockCall(precompile, "", "");
        bytes memory reason = abi.encodeWithSelector(Errors.MissingPrecompile.selector, precompile);
        _refuses(access, presentation, reason);
    }

    /// @dev Makes the next call meet a network without a precompile.
    function _remove(address precompile) private {
        vm.clearMockedCalls();
        vm.mockCall(precompile, "", "");
        vm.expectRevert(abi.encodeWithSelector(Errors.MissingPrecompile.selector, precompile));
    }
}
