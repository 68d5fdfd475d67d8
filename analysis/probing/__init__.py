"""Probing a trained model: the measures of `analysis.measures`, taken of one layer of any module."""
