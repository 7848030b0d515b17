import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kitchen', '0004_ticket_once_a_firing'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalstation',
            name='cooks',
            field=models.PositiveSmallIntegerField(db_default=1, default=1, help_text='How many work here at once.', validators=[django.core.validators.MinValueValidator(1)]),
        ),
        migrations.AddField(
            model_name='historicalstation',
            name='late_seconds',
            field=models.PositiveIntegerField(blank=True, help_text='A ticket older than this is marked !. Empty: as the restaurant says.', null=True),
        ),
        migrations.AddField(
            model_name='historicalstation',
            name='soon_seconds',
            field=models.PositiveIntegerField(blank=True, help_text='A ticket older than this is marked S. Empty: as the restaurant says.', null=True),
        ),
        migrations.AddField(
            model_name='historicalstation',
            name='target_seconds',
            field=models.PositiveIntegerField(blank=True, help_text='How long a ticket should take here. Empty: until it would be late.', null=True),
        ),
        migrations.AddField(
            model_name='station',
            name='cooks',
            field=models.PositiveSmallIntegerField(db_default=1, default=1, help_text='How many work here at once.', validators=[django.core.validators.MinValueValidator(1)]),
        ),
        migrations.AddField(
            model_name='station',
            name='late_seconds',
            field=models.PositiveIntegerField(blank=True, help_text='A ticket older than this is marked !. Empty: as the restaurant says.', null=True),
        ),
        migrations.AddField(
            model_name='station',
            name='soon_seconds',
            field=models.PositiveIntegerField(blank=True, help_text='A ticket older than this is marked S. Empty: as the restaurant says.', null=True),
        ),
        migrations.AddField(
            model_name='station',
            name='target_seconds',
            field=models.PositiveIntegerField(blank=True, help_text='How long a ticket should take here. Empty: until it would be late.', null=True),
        ),
    ]
