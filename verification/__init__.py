"""Verification: whether intervals hold what they promise, on games whose answers are known on paper."""
