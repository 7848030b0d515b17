"""Compiled queries of a batch of orders. Each query serves all requests of the batch."""

from django.db.models import Q

from bistro.core.models import Device
from bistro.core.speed.compiled_queries import CompiledQuery
from orders.models import Order
from tables.models import Pad, Table

# Parameters: restaurant, device ids. Rows: the devices with a valid token that are not locked.
valid_devices = CompiledQuery(
    lambda restaurant, devices: Device.objects.of_restaurant(restaurant).live().unlocked().filter(pk__any_of=devices)
)
# Parameters: restaurant, device ids. Rows: (device id, table id).
tables_of_pads = CompiledQuery(
    lambda restaurant, devices: (
        Pad.objects.of_restaurant(restaurant).filter(device_id__any_of=devices).values_list("device_id", "table_id")
    )
)
# Parameters: restaurant, table ids. Locks: table.
tables_by_key = CompiledQuery(
    lambda restaurant, tables: Table.objects.of_restaurant(restaurant).not_archived().filter(pk__any_of=tables).locked()
)
# Parameters: restaurant, table ids, name keys. Locks: table.
tables_by_name = CompiledQuery(
    lambda restaurant, tables, names: (
        Table.objects.of_restaurant(restaurant)
        .not_archived()
        .filter(Q(pk__any_of=tables) | Q(name_key__any_of=names))
        .locked()
    )
)
# Parameters: restaurant, credentials, keys. Rows: (order id, credential, key), unsorted, because with an ORDER BY
# SQLite reads all orders by time instead of looking up the keys.
orders_with_keys = CompiledQuery(
    lambda restaurant, credentials, keys: (
        Order.objects.of_restaurant(restaurant)
        .filter(credential__any_of=credentials, key__any_of=keys)
        .order_by()
        .values_list("pk", "credential", "key")
    )
)
