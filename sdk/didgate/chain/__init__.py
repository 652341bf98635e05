"""The chain: reading it pinned to a block, writing to it, and one of your own in a file.

``client`` speaks to any EVM chain, ``embedded`` is one, ``server`` shares it between processes,
``snapshot`` is what a gate decides on, ``deploy`` puts the contracts onto a chain. A module named
after a contract puts questions and changes to it.
"""
