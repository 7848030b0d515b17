from django.db import migrations, models

from bistro.core.schema_changes import AddIndexWhileServing


class Migration(migrations.Migration):
    atomic = False  # PostgreSQL builds it beside writers, which no transaction can

    dependencies = [
        ('orders', '0003_order_unseen'),
    ]

    operations = [
        AddIndexWhileServing(
            model_name='order',
            index=models.Index(condition=models.Q(('status', 'placed')), fields=['placed_at'], name='order_placed'),
        ),
    ]
