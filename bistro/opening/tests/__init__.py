"""Tests of the opening of restaurants."""
