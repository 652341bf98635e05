// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPresentationVerifier} from "../src/interfaces/IPresentationVerifier.sol";
import {VerifierFixture} from "./support/VerifierFixture.sol";

contract PresentationVerifierConsumeTest is VerifierFixture {
    function test_ConsumeExecutesAStatement() public {
        IPresentationVerifier.Access memory access = _access();
        IPresentationVerifier.Presentation memory presentation = _present(access);
        _consume(access, presentation);
        vm.assertTrue(verifier.isSpent(access), "spent");
    }
}
