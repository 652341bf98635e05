"""The command ``didgate``: one module per group of commands, each a thin shell over the SDK."""
