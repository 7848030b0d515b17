from django.db import migrations

from bistro.core.schema_changes import ValidateCheck


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0004_order_placed'),
    ]

    operations = [
        ValidateCheck(
            model_name='orderline',
            name='line_status_known',
        ),
    ]
