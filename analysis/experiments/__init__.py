"""Experiments: what to run, what is claimed, how the claims are answered."""
