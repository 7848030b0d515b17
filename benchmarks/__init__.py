"""Benchmarks of the product, run by `make bench`."""
