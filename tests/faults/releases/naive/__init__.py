from tests.faults.releases import product_and

__path__ = product_and(__file__)
