from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "9001_order_channel")]
    operations = [
        migrations.AddField("orderline", "channel", models.CharField(max_length=9, default="pad", db_default="pad")),
    ]
