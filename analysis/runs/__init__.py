"""Runs: specs in, records out, whatever happens in between."""
