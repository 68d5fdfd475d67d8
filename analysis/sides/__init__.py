"""Sides: what each engine hands up to be measured."""
