"""All ratios: ``make bench``. ``python -m benchmarks.simulator``, ``.engines`` and ``.measures`` print a part."""

from benchmarks import engines, measures, simulator

if __name__ == "__main__":
    simulator.main()
    engines.main()
    measures.main()
