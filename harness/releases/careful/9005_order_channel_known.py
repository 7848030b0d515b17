from django.db import migrations, models

from bistro.core.database.schema_operations import AddCheckNotValid
from harness.releases import CHANNEL_KNOWN


class Migration(migrations.Migration):
    dependencies = [("orders", "9004_line_channel_index")]
    operations = [
        AddCheckNotValid("order", models.CheckConstraint(condition=CHANNEL_KNOWN, name="order_channel_known")),
    ]
