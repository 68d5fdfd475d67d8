import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim import genome


@given(arrays(np.bool_, st.tuples(st.integers(0, 5), st.integers(1, 200))))
def test_unpacking_undoes_packing(alleles: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> None:
    packed = genome.pack(alleles)
    assert packed.shape == (len(alleles), genome.words(alleles.shape[1]))
    assert packed.dtype == np.uint64
    assert np.array_equal(genome.unpack(packed, alleles.shape[1]), alleles)


@pytest.mark.parametrize("locus", [0, 1, 31, 32, 63, 64, 99])
def test_a_locus_is_its_bit(locus: int) -> None:
    alleles = np.zeros((1, 100), dtype=np.bool_)
    alleles[0, locus] = True
    assert int(genome.pack(alleles)[0, locus // 64]) == 1 << (locus % 64)
