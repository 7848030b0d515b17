from django.db import migrations, models

from bistro.core.database.schema_operations import AddCheckNotValid
from harness.releases import CHANNEL_KNOWN


class Migration(migrations.Migration):
    dependencies = [("orders", "9005_order_channel_known")]
    operations = [
        AddCheckNotValid("orderline", models.CheckConstraint(condition=CHANNEL_KNOWN, name="line_channel_known")),
    ]
