import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0004_restaurant_courses'),
        ('menu', '0003_menuversion_pauses'),
    ]

    operations = [
        migrations.CreateModel(
            name='Pause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('until', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('by', models.CharField(max_length=120)),
                ('paused_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('category', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='pauses', to='menu.category')),
                ('item', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='pauses', to='menu.item')),
                ('restaurant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pauses', to='core.restaurant')),
            ],
            options={
                'ordering': ['until', 'pk'],
                'indexes': [models.Index(condition=models.Q(('ended_at', None)), fields=['restaurant', 'until'], name='pause_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('item', None), ('category', None), _connector='OR'), name='pause_item_or_category'), models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('item',), name='pause_item_once'), models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('category',), name='pause_category_once'), models.UniqueConstraint(condition=models.Q(('category', None), ('ended_at', None), ('item', None)), fields=('restaurant',), name='pause_pads_once')],
            },
        ),
    ]
