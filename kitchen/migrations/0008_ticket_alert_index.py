from django.db import migrations, models

from bistro.core.schema_changes import AddIndexWhileServing


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('kitchen', '0007_ticket_alert'),
    ]

    operations = [
        AddIndexWhileServing(
            model_name='ticket',
            index=models.Index(condition=models.Q(('alert_at__isnull', False)), fields=['restaurant', 'alert_at'], name='ticket_alert'),
        ),
    ]
