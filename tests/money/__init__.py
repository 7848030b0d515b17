"""The state machine of money: bills, payments, tabs, deposits and refunds in any order, with answers that are lost.

`ledger` says what must be true, `house` compares it with the product and the bank, `evening` has the actions.
"""
