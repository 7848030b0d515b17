from django.db import migrations

from bistro.core.schema_changes import ValidateCheck


class Migration(migrations.Migration):
    dependencies = [("orders", "9006_line_channel_known")]
    operations = [
        ValidateCheck("order", "order_channel_known"),
        ValidateCheck("orderline", "line_channel_known"),
    ]
