"""Figures: one theme, one function each, results in and a matplotlib figure out."""
