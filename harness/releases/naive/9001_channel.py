from django.db import migrations, models

from harness.releases import CHANNEL_KNOWN, LATEST


class Migration(migrations.Migration):
    """Changes in one transaction, which holds the locks of all statements until the last one has finished."""

    dependencies = [("orders", LATEST)]
    operations = [
        migrations.AddField("order", "channel", models.CharField(max_length=9, default="pad", db_default="pad")),
        migrations.AddField("orderline", "channel", models.CharField(max_length=9, default="pad", db_default="pad")),
        migrations.AddIndex("order", models.Index(fields=["channel", "placed_at"], name="order_channel")),
        migrations.AddIndex("orderline", models.Index(fields=["channel", "item"], name="line_channel")),
        migrations.AddConstraint("order", models.CheckConstraint(condition=CHANNEL_KNOWN, name="order_channel_known")),
        migrations.AddConstraint(
            "orderline", models.CheckConstraint(condition=CHANNEL_KNOWN, name="line_channel_known")
        ),
    ]
