"""The settings as types: frozen, an unknown key or an impossible value is a fault."""
