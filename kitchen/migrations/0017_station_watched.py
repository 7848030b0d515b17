from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kitchen', '0016_station_at_once'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalstation',
            name='watched',
            field=models.BooleanField(db_default=True, default=True, help_text='Waiters hear of a ticket that no screen or printer has shown here for twenty seconds.'),
        ),
        migrations.AddField(
            model_name='station',
            name='watched',
            field=models.BooleanField(db_default=True, default=True, help_text='Waiters hear of a ticket that no screen or printer has shown here for twenty seconds.'),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='awaited_since',
            field=models.DateTimeField(help_text='Since when it is to be seen by itself.', null=True),
        ),
    ]
