"""Other simulators on the same workloads, timed in an environment of their own, and the limits of the machine."""
