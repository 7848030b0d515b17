"""What a batch of orders asks before it writes. Several requests share each answer."""

from django.db.models import Q

from bistro.core.models import Device
from bistro.core.speed.compiled_queries import CompiledQuery
from orders.models import Order
from tables.models import Pad, Table

# restaurant, device keys: those whose token counts and that are not locked
devices_at_work = CompiledQuery(
    lambda restaurant, devices: Device.objects.of_restaurant(restaurant).live().unlocked().filter(pk__any_of=devices)
)
# restaurant, device keys: (device, the table it stands on)
standing_pads = CompiledQuery(
    lambda restaurant, devices: (
        Pad.objects.of_restaurant(restaurant).filter(device_id__any_of=devices).values_list("device_id", "table_id")
    )
)
# restaurant, table keys. Locks: table
tables_by_key = CompiledQuery(
    lambda restaurant, tables: Table.objects.of_restaurant(restaurant).not_archived().filter(pk__any_of=tables).locked()
)
# restaurant, table keys, keys of names. Locks: table
tables_by_name = CompiledQuery(
    lambda restaurant, tables, names: (
        Table.objects.of_restaurant(restaurant)
        .not_archived()
        .filter(Q(pk__any_of=tables) | Q(name_key__any_of=names))
        .locked()
    )
)
# restaurant, credentials, keys: (order, its credential, its key), in no order: SQLite would rather read all orders by
# time than look a few keys up
orders_with_keys = CompiledQuery(
    lambda restaurant, credentials, keys: (
        Order.objects.of_restaurant(restaurant)
        .filter(credential__any_of=credentials, key__any_of=keys)
        .order_by()
        .values_list("pk", "credential", "key")
    )
)
