// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISDJWTVerifier} from "../src/interfaces/ISDJWTVerifier.sol";
import {SDJWTFixture} from "./support/SDJWTFixture.sol";

/// @notice What verifying costs, by a call from a contract; the figures go to `snapshots/`.
contract SDJWTGasTest is SDJWTFixture {
    function test_GasOfFiveClaimsOneShown() public {
        Draft memory draft = _draft();
        draft.members = _members(string.concat('"_sd":[@,', _others(4), '],"_sd_alg":"sha-256"'));
        _assertGas(draft, "SD-JWT, 5 claims, 1 shown", 110_000);
        draft.members =
            _members(string.concat('"_sd":[@,', _others(4), '],"_sd_alg":"sha-256",', _status(7)));
        _assertGas(draft, "SD-JWT, 5 claims, 1 shown, with a status", 115_000);
        draft.shown = _list(ROLE, LEVEL);
        draft.names = _list("role", "level");
        draft.members =
            _members(string.concat('"_sd":[@,', _others(8), '],"_sd_alg":"sha-256",', _status(7)));
        _assertGas(draft, "SD-JWT, 10 claims, 2 shown, with a status", 140_000);
    }

    /// @notice The digests of claims that are not shown.
    function _others(uint256 count) private pure returns (string memory digests) {
        for (uint256 i = 0; i < count; ++i) {
            digests = string.concat(digests, i == 0 ? '"' : ',"', _digest(vm.toString(i)), '"');
        }
    }

    function _assertGas(Draft memory draft, string memory name, uint256 bound) private {
        ISDJWTVerifier.Presentation memory presentation = _sign(draft);
        verifier.verify(0, presentation, issuerKey, draft.names, expected);
        uint256 gas = vm.snapshotGasLastCall("sd-jwt", name);
        vm.assertTrue(gas <= bound, string.concat(name, ": ", vm.toString(gas)));
    }
}
