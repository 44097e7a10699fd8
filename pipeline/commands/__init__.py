"""What an analyst does at the command line besides ``dvc repro``: one module per command of ``woonzorg``."""
