"""Examples in the OpenAPI document of the calls about bills."""

from bistro.core.api.examples import AT

PAYMENT = {
    "id": 7,
    "state": "captured",
    "method": "cash",
    "amount": "15.40",
    "tip": "1.60",
    "tip_to": "person",
    "tip_staff": 12,
    "rounding": "0.00",
    "tendered": "20.00",
    "change": "3.00",
    "authorised": None,
    "capture_before": None,
    "share": None,
    "slip": "",
    "reader": None,
    "url": None,
    "at": AT,
}
NEW_PAYMENT = {"method": "cash", "amount": "15.40", "tip": "1.60", "tendered": "20.00"}
REFUND = {
    "id": 3,
    "payment": 7,
    "amount": "5.00",
    "of_sale": "5.00",
    "kind": "refund",
    "tip": "0.00",
    "rounding": "0.00",
    "state": "refunded",
    "at": AT,
}
NEW_TAB = {"amount": "50.00"}
CAPTURE = {"amount": "42.50", "tip": "4.00"}
NEW_METHOD = {"method": "terminal", "reason": "Paid by card", "slip": "004711"}
NEW_REFUND = {"amount": "5.00", "reason": "The soup was cold", "lines": [5]}
NEW_ADJUSTMENT = {"kind": "discount", "line": None, "percent": "10", "reason": "Regular guests"}
WRITE_OFF = {"reason": "Left without paying"}
SPLIT = {"by": "items", "shares": [{"label": "Ana", "lines": [{"line": 5, "part": "1/3"}]}]}
SHARE = {
    "id": 2,
    "kind": "items",
    "label": "Ana",
    "total": "5.13",
    "paid": "0.00",
    "reserved": "0.00",
    "due": "5.13",
    "locked": False,
}
BILL = {
    "party": 1,
    "table": 1,
    "currency": "EUR",
    "version": 3,
    "state": "settled",
    "lines": [
        {
            "id": 5,
            "order": 2,
            "name": "Ramen",
            "quantity": 1,
            "unit_price": "15.40",
            "total": "15.40",
            "tax": "1.40",
            "due": "15.40",
            "seat": None,
            "voided": False,
        }
    ],
    "adjustments": [],
    "service": "0.00",
    "net_service": "0.00",
    "service_name": "",
    "taxes": [{"name": "Food", "percent": "10", "amount": "1.40"}],
    "tax": "1.40",
    "total": "15.40",
    "tips": "1.60",
    "paid": "15.40",
    "refunded": "0.00",
    "reserved": "0.00",
    "written_off": "0.00",
    "due": "0.00",
    "excess": "0.00",
    "shares": [],
    "payments": [PAYMENT],
    "link": "https://bistro.example.com/pay/Zm9vYmFy/",
}
VOUCHER_CODE = "7K2M-9QXR-0D4T-HBW5"
NEW_VOUCHER = {"value": "50.00", "method": "cash", "expires_on": "2029-12-31"}
VOID_VOUCHER = {"reason": "Lost", "pay_back": False}
VOUCHER = {
    "id": 4,
    "code": None,
    "tail": "HBW5",
    "state": "open",
    "currency": "EUR",
    "value": "50.00",
    "balance": "34.60",
    "method": "cash",
    "slip": "",
    "expires_on": "2029-12-31",
    "by": "Mara",
    "at": AT,
}
VOUCHER_MOVE = {
    "id": 9,
    "kind": "spent",
    "amount": "-15.40",
    "payment": 7,
    "refund": None,
    "reason": "",
    "by": "Mara",
    "at": AT,
}
NEW_ACCOUNT = {"name": "Linden Ltd", "limit": "500.00"}
CHANGED_ACCOUNT = {"limit": "800.00", "closed": False}
NEW_SETTLEMENT = {"method": "terminal", "amount": "100.00", "slip": "004711"}
ACCOUNT = {
    "id": 3,
    "name": "Linden Ltd",
    "currency": "EUR",
    "limit": "500.00",
    "balance": "120.50",
    "closed": False,
    "by": "Mara",
    "at": AT,
}
ACCOUNT_MOVE = {
    "id": 12,
    "kind": "charged",
    "amount": "15.40",
    "rounding": "0.00",
    "payment": 7,
    "refund": None,
    "method": None,
    "slip": "",
    "by": "Mara",
    "at": AT,
}
