from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0003_device_lock'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalrestaurant',
            name='fire_after_served_minutes',
            field=models.PositiveSmallIntegerField(blank=True, help_text='The next course fires by itself so long after the last. Empty: never.', null=True),
        ),
        migrations.AddField(
            model_name='historicalrestaurant',
            name='land_together',
            field=models.BooleanField(db_default=False, default=False, help_text='Quick dishes of a course begin later: all finish at once.'),
        ),
        migrations.AddField(
            model_name='restaurant',
            name='fire_after_served_minutes',
            field=models.PositiveSmallIntegerField(blank=True, help_text='The next course fires by itself so long after the last. Empty: never.', null=True),
        ),
        migrations.AddField(
            model_name='restaurant',
            name='land_together',
            field=models.BooleanField(db_default=False, default=False, help_text='Quick dishes of a course begin later: all finish at once.'),
        ),
    ]
