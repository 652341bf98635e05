// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";

/// @title Calls to precompiled contracts
/// @notice A call to one that the network lacks succeeds with empty output. Each output's length is
/// checked, so that such a network is refused and never believed.
library Precompiles {
    address internal constant MODEXP = address(0x05);
    address internal constant BLS_G1ADD = address(0x0b);
    address internal constant BLS_G1MSM = address(0x0c);
    address internal constant BLS_PAIRING_CHECK = address(0x0f);
    address internal constant BLS_MAP_FP_TO_G1 = address(0x10);

    /// @notice Calls a precompile that may refuse its input.
    /// @dev Solidity's own call copies the input first: see decision record 0015. A precompile that
    /// refuses burns the gas it was given, and is given all but a 64th.
    /// @return ok Whether it took the input.
    /// @return output As many bytes as asked for.
    function tryCall(address precompile, bytes memory input, uint256 outputLength)
        internal
        view
        returns (bool ok, bytes memory output)
    {
        output = new bytes(outputLength);
        uint256 returned;
        assembly ("memory-safe") {
            let source := add(input, 0x20)
            let target := add(output, 0x20)
            ok := staticcall(gas(), precompile, source, mload(input), target, outputLength)
            returned := returndatasize()
        }
        if (ok && returned != outputLength) revert Errors.MissingPrecompile(precompile);
    }

    /// @notice Calls a precompile with input that it cannot refuse.
    function call(address precompile, bytes memory input, uint256 outputLength)
        internal
        view
        returns (bytes memory output)
    {
        bool ok;
        (ok, output) = tryCall(precompile, input, outputLength);
        if (!ok) revert Errors.MissingPrecompile(precompile);
    }
}
