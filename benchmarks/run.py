"""All ratios: ``make bench``. Each module has a ``main`` that prints a part: ``python -m benchmarks.ablation``."""

from benchmarks import ablation, engines, measures, runs, simulator

if __name__ == "__main__":
    simulator.main()
    engines.main()
    ablation.main()
    measures.main()
    runs.main()
