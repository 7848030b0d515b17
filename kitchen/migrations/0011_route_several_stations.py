from django.db import migrations, models

from bistro.core.schema_changes import AddUniqueFromIndex


class Migration(migrations.Migration):

    dependencies = [
        ('kitchen', '0010_route_several_stations_index'),
    ]

    operations = [
        AddUniqueFromIndex(
            model_name='route',
            constraint=models.UniqueConstraint(fields=('station', 'category'), name='route_station_category_once'),
        ),
        AddUniqueFromIndex(
            model_name='route',
            constraint=models.UniqueConstraint(fields=('station', 'item'), name='route_station_item_once'),
        ),
        migrations.RemoveConstraint(
            model_name='route',
            name='route_category_once',
        ),
        migrations.RemoveConstraint(
            model_name='route',
            name='route_item_once',
        ),
    ]
