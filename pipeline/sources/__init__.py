"""The only code that talks to the outside: files now, services later. No source knows another."""
