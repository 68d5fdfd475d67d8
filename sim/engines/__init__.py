"""Engines: three ways to take a population from one generation to the next, one file each.

They simulate the same model at different cost: by individuals, by clones, or by all possible genotypes.
"""
