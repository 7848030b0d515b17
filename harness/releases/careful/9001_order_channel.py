from django.db import migrations, models

from harness.releases import LATEST


class Migration(migrations.Migration):
    dependencies = [("orders", LATEST)]
    operations = [
        migrations.AddField("order", "channel", models.CharField(max_length=9, default="pad", db_default="pad")),
    ]
