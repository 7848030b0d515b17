import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kitchen', '0005_station_cooks'),
    ]

    operations = [
        migrations.AddField(
            model_name='screen',
            name='density',
            field=models.CharField(choices=[('roomy', 'Roomy'), ('normal', 'Normal'), ('dense', 'Dense')], db_default='normal', default='normal', max_length=6),
        ),
        migrations.AddField(
            model_name='screen',
            name='layout',
            field=models.CharField(choices=[('station', 'Tickets of its stations'), ('columns', 'The same in three columns: queued, cooking, ready'), ('expo', 'The pass: orders across all stations')], db_default='station', default='station', max_length=7),
        ),
        migrations.AddField(
            model_name='screen',
            name='light',
            field=models.BooleanField(db_default=False, default=False, help_text='Dark on light, for a bright kitchen.'),
        ),
        migrations.AddField(
            model_name='screen',
            name='text_percent',
            field=models.PositiveSmallIntegerField(db_default=100, default=100, help_text='Size of the text, 70 to 200.', validators=[django.core.validators.MinValueValidator(70), django.core.validators.MaxValueValidator(200)]),
        ),
    ]
