"""All ratios: ``make bench``. ``python -m benchmarks.simulator``, ``.engines``, ``.ablation`` and ``.measures`` print a
part."""

from benchmarks import ablation, engines, measures, simulator

if __name__ == "__main__":
    simulator.main()
    engines.main()
    ablation.main()
    measures.main()
