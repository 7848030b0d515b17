from django.db import migrations, models

from bistro.core.database.schema_operations import AddIndexWhileServing


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "9002_line_channel")]
    operations = [
        AddIndexWhileServing("order", models.Index(fields=["channel", "placed_at"], name="order_channel")),
    ]
