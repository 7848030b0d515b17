import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kitchen', '0015_ticket_awaited_index'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalstation',
            name='at_once',
            field=models.PositiveSmallIntegerField(db_default=4, default=4, help_text='How many dishes one of them keeps going side by side. For how long guests are told to wait.', validators=[django.core.validators.MinValueValidator(1)], verbose_name='dishes at once'),
        ),
        migrations.AddField(
            model_name='station',
            name='at_once',
            field=models.PositiveSmallIntegerField(db_default=4, default=4, help_text='How many dishes one of them keeps going side by side. For how long guests are told to wait.', validators=[django.core.validators.MinValueValidator(1)], verbose_name='dishes at once'),
        ),
    ]
