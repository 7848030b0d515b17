from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('menu', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalitem',
            name='late_minutes',
            field=models.PositiveSmallIntegerField(blank=True, help_text='A ticket with it is marked ! after so long. Empty: as the station says.', null=True),
        ),
        migrations.AddField(
            model_name='historicalitem',
            name='soon_minutes',
            field=models.PositiveSmallIntegerField(blank=True, help_text='A ticket with it is marked S after so long. Empty: as the station says.', null=True),
        ),
        migrations.AddField(
            model_name='item',
            name='late_minutes',
            field=models.PositiveSmallIntegerField(blank=True, help_text='A ticket with it is marked ! after so long. Empty: as the station says.', null=True),
        ),
        migrations.AddField(
            model_name='item',
            name='soon_minutes',
            field=models.PositiveSmallIntegerField(blank=True, help_text='A ticket with it is marked S after so long. Empty: as the station says.', null=True),
        ),
    ]
