from harness.releases import product_and

__path__ = product_and(__file__)
