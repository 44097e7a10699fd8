"""What an analyst does at the command line besides ``dvc repro``: a module per command, and what these are made of."""
