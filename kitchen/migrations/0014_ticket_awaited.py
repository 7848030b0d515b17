from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kitchen', '0013_printers'),
    ]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='awaited_since',
            field=models.DateTimeField(help_text='It came after its order: since when it is to be seen.', null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='unseen_at',
            field=models.DateTimeField(help_text='When somebody should have seen it and had not.', null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='before_done',
            field=models.JSONField(help_text='As it was before the last bump: {"status", "started_at", "held_at", "lines"}.', null=True),
        ),
    ]
