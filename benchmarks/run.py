"""All ratios: ``make bench``. ``python -m benchmarks.measures`` and ``.engines`` print a part."""

from benchmarks import engines, measures

if __name__ == "__main__":
    engines.main()
    measures.main()
