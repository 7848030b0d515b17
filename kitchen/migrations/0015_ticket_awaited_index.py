from django.db import migrations, models

from bistro.core.schema_changes import AddIndexWhileServing


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('kitchen', '0014_ticket_awaited'),
    ]

    operations = [
        AddIndexWhileServing(
            model_name='ticket',
            index=models.Index(condition=models.Q(('awaited_since__isnull', False), ('seen_at', None), ('status', 'queued')), fields=['awaited_since'], name='ticket_awaited'),
        ),
    ]
