from django.db import migrations

from bistro.core.schema_changes import BuildUniqueIndex


class Migration(migrations.Migration):
    atomic = False  # PostgreSQL builds it beside writers, which no transaction can

    dependencies = [
        ('kitchen', '0002_ticket_fired_course'),
    ]

    operations = [
        BuildUniqueIndex(
            model_name='ticket',
            fields=['order', 'station', 'fired_course'],
            name='ticket_once_a_firing',
        ),
    ]
