"""Sweeps: one experiment at many points."""
