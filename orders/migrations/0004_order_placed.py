from django.db import migrations, models


class Migration(migrations.Migration):
    """The index apart from the columns: PostgreSQL would hold their stronger lock while it is built."""

    dependencies = [
        ('orders', '0003_order_unseen'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('status', 'placed')), fields=['placed_at'], name='order_placed'),
        ),
    ]
