from django.db import migrations, models

from bistro.core.database.schema_operations import AddIndexWhileServing


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "9003_order_channel_index")]
    operations = [
        AddIndexWhileServing("orderline", models.Index(fields=["channel", "item"], name="line_channel")),
    ]
