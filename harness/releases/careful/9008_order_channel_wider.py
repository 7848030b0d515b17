from django.db import migrations, models

from bistro.core.database.schema_operations import ReplaceIndexWhileServing


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "9007_channels_validated")]
    operations = [
        ReplaceIndexWhileServing(
            "order", models.Index(fields=["restaurant", "channel", "placed_at"], name="order_channel")
        ),
    ]
