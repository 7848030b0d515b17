"""Slips on paper, for a station's printer: always, or while its screens do not answer.

A slip is a row (`PrintJob`), written in the transaction of the order, printed outside of any request. A printer that is
off, hangs or breaks costs an order nothing.
"""
