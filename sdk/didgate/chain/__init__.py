"""The chain: reading it pinned to a block, writing to it, and one of your own in a file.

``client`` speaks to any EVM chain, ``embedded`` is one, and serves itself to other processes;
``opening`` finds the one that settings name. ``deploy`` puts the contracts onto a chain,
``snapshot`` is what a gate decides on. A module named after a contract puts questions and changes
to it.
"""
