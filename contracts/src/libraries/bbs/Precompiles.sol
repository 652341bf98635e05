// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {Octets} from "./Octets.sol";

/// @title Calls to precompiled contracts
/// @notice A call to one that the network lacks succeeds with empty output. Each output's length is
/// checked, so that such a network is refused and never believed.
library Precompiles {
    address internal constant MODEXP = address(0x05);
    address internal constant BLS_G1ADD = address(0x0b);
    address internal constant BLS_G1MSM = address(0x0c);
    address internal constant BLS_MAP_FP_TO_G1 = address(0x10);

    /// @notice Calls a precompile that may refuse its input, and appends its output.
    /// @dev Solidity's own call copies input and output: see decision record 0015. A precompile that
    /// refuses burns the gas it was given, and is given all but a 64th.
    /// @param octets With room for the output.
    /// @return ok Whether it took the input. If not, what was appended means nothing.
    function appendCall(
        bytes memory octets,
        address precompile,
        bytes memory input,
        uint256 outputLength
    ) internal view returns (bool ok) {
        uint256 returned;
        assembly ("memory-safe") {
            let end := mload(octets)
            let target := add(add(octets, 0x20), end)
            ok := staticcall(
                gas(),
                precompile,
                add(input, 0x20),
                mload(input),
                target,
                outputLength
            )
            returned := returndatasize()
            mstore(octets, add(end, outputLength))
        }
        if (ok && returned != outputLength) revert Errors.MissingPrecompile(precompile);
    }

    /// @notice Calls a precompile with input that it cannot refuse.
    function call(address precompile, bytes memory input, uint256 outputLength)
        internal
        view
        returns (bytes memory output)
    {
        output = Octets.allocate(outputLength);
        if (!appendCall(output, precompile, input, outputLength)) {
            revert Errors.MissingPrecompile(precompile);
        }
    }
}
