"""Receipts, bills and reports of the till on ticket printers, and the cash drawer that is plugged into one.

The kitchen's printing knows rows and printers, `orders` knows bills and tills; only this app knows both.
"""
