// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Who may use a tool: the part of ERC-8257 that a registry of tools asks
interface IAccessPredicate {
    /// @param kind Interface id that stands for the kind of requirement.
    /// @param data What the kind says it is.
    /// @param label For people.
    struct AccessRequirement {
        bytes4 kind;
        bytes data;
        string label;
    }

    /// @notice How requirements combine.
    enum RequirementLogic {
        AND,
        OR
    }

    /// @notice Whether an account has access to a tool.
    /// @param toolId Id of the tool in the registry.
    /// @param account The account; that it is who asks, nobody checked.
    /// @param data Whatever the predicate wants.
    function hasAccess(uint256 toolId, address account, bytes calldata data)
        external
        view
        returns (bool);

    /// @notice A name for people, never empty.
    function name() external view returns (string memory);

    /// @notice What it takes to have access, for programs.
    function getRequirements(uint256 toolId)
        external
        view
        returns (AccessRequirement[] memory requirements, RequirementLogic logic);
}
