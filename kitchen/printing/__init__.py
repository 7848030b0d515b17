"""Slips on paper for a station's printers: always, or while the station's screens do not answer.

A slip is a row (`PrintJob`), written in the transaction of the order and printed outside of any request. A printer that
is off, hangs or breaks costs an order nothing.
"""
