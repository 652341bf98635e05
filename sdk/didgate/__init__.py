"""Access to AI models, data and tools by what people and agents can prove.

Front doors: ``didgate.gate`` and ``didgate.integrations`` for services, ``didgate.issuer`` for
issuers, ``didgate.policy`` for policy administrators, ``didgate.holder`` and ``didgate.client`` for
people and agents; ``didgate`` on the command line for all of them.
"""

from didgate._version import __version__

__all__ = ["__version__"]
