"""Evolution of networks: populations of perceptrons whose genes are hidden units."""

from nets.evolution.generations import Evolved, Generation, evolve
from nets.evolution.genomes import Genomes
from nets.evolution.spec import Evolution

__all__ = ["Evolution", "Evolved", "Generation", "Genomes", "evolve"]
