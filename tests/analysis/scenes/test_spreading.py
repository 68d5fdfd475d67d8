"""New genes: the landscape that has room for one, and the probability that it takes over."""

import numpy as np
import pytest

from analysis.scenes.growing.spreading import WithNewcomer, background
from analysis.scenes.spreading import Settings, taken_over
from sim import pack


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["additive", "epistatic"])
def test_a_new_gene_adds_its_advantage_to_any_genome(name: str) -> None:
    settings = Settings(loci=12, k=3)
    others = background(settings, name, 2)
    landscape = WithNewcomer(loci=13, others=others, advantage=0.25)
    own = others.founders(50, 1)
    genomes = np.array([[0], [1 << 12]], dtype=np.uint64)
    without, with_it = (landscape.log_fitness(own | new) for new in genomes)
    assert without == pytest.approx(others.log_fitness(own).tolist())
    assert with_it - without == pytest.approx(np.full(50, 0.25))
    assert np.array_equal(genomes[1:], pack(np.arange(13)[None] == 12))


@pytest.mark.oracle
def test_backgrounds_vary_as_much() -> None:
    settings = Settings(variation=0.3)
    found = [np.std(other.log_fitness(other.founders(20_000, 5))) for other in
             (background(settings, name, 7) for name in ("additive", "epistatic"))]  # fmt: skip
    assert found == pytest.approx([0.3, 0.3], rel=0.03)


@pytest.mark.oracle
def test_a_mutant_takes_over_as_kimura_says() -> None:
    assert taken_over(0.0, 100) == pytest.approx(0.01)
    assert taken_over(1e-9, 100) == pytest.approx(0.01, rel=1e-6)
    assert taken_over(0.1, 100) == pytest.approx((1.0 - np.exp(-0.2)) / (1.0 - np.exp(-20.0)))
