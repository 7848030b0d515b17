from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('menu', '0002_item_ages'),
    ]

    operations = [
        migrations.AddField(
            model_name='menuversion',
            name='pauses',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
    ]
