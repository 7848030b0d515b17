from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kitchen', '0006_screen_layout'),
    ]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='aged_from',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='alert_at',
            field=models.DateTimeField(help_text='Since when a change waits to be read.', null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='done_on',
            field=models.CharField(blank=True, db_default='', default='', help_text='The board it was bumped on.', max_length=80),
        ),
        migrations.AddField(
            model_name='ticket',
            name='held_at',
            field=models.DateTimeField(help_text='A cook let it wait.', null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='recalled_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='recalls',
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='ticket',
            name='voided',
            field=models.JSONField(help_text='[{"line", "name", "quantity", "modifiers"}]', null=True),
        ),
    ]
