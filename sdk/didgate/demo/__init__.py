"""The main job, shown: a real model behind a gate, and who gets in (``didgate demo``).

It is written to be read, in this order: ``model`` (what is protected), ``chain`` (what stands on
the chain: resource, issuers, policy), ``issuing`` (credentials), ``service`` (the gated endpoint),
``passes`` (a contract that asks for the same), ``people`` (holders and their clients), ``bare``
(those who cheat), ``world`` and ``stage`` (setting it all up), ``scenes``, ``on_chain``,
``changes`` and ``audit`` (what happens, row by row), ``show`` (the table).
"""
