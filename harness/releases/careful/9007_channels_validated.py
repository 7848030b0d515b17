from django.db import migrations

from bistro.core.database.schema_operations import ValidateCheck


class Migration(migrations.Migration):
    dependencies = [("orders", "9006_line_channel_known")]
    operations = [
        ValidateCheck("order", "order_channel_known"),
        ValidateCheck("orderline", "line_channel_known"),
    ]
