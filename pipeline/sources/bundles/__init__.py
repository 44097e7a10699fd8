"""Bundles: the snapshots of a region in one zip, to be handed from one analyst to the next."""
