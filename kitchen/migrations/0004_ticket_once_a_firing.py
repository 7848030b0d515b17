from django.db import migrations, models

from bistro.core.schema_changes import AddUniqueFromIndex


class Migration(migrations.Migration):

    dependencies = [
        ('kitchen', '0003_ticket_once_a_firing_index'),
    ]

    operations = [
        AddUniqueFromIndex(
            model_name='ticket',
            constraint=models.UniqueConstraint(fields=('order', 'station', 'fired_course'), name='ticket_once_a_firing'),
        ),
        migrations.RemoveConstraint(
            model_name='ticket',
            name='ticket_once',
        ),
    ]
