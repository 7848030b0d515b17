import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0004_restaurant_courses'),
        ('orders', '0005_line_status_validated'),
    ]

    operations = [
        migrations.CreateModel(
            name='PlannedCourse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('course', models.PositiveSmallIntegerField()),
                ('fire_at', models.DateTimeField(db_index=True)),
                ('planned_by', models.CharField(blank=True, max_length=120)),
                ('order', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='planned_courses', to='orders.order')),
                ('restaurant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.restaurant')),
            ],
            options={
                'ordering': ['fire_at', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('order', 'course'), name='planned_course_once')],
            },
        ),
    ]
