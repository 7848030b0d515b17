from django.db import migrations

from bistro.core.schema_changes import BuildUniqueIndex


class Migration(migrations.Migration):
    atomic = False  # PostgreSQL builds them beside writers, which no transaction can

    dependencies = [
        ('kitchen', '0009_ticket_line_start'),
    ]

    operations = [
        BuildUniqueIndex(
            model_name='route',
            fields=['station', 'category'],
            name='route_station_category_once',
        ),
        BuildUniqueIndex(
            model_name='route',
            fields=['station', 'item'],
            name='route_station_item_once',
        ),
    ]
