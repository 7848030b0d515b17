from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0002_courses'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='seen_on',
            field=models.CharField(help_text='The screen whose report confirmed it.', max_length=80, null=True),
        ),
        migrations.AddField(
            model_name='order',
            name='unseen_at',
            field=models.DateTimeField(help_text='When the kitchen should have confirmed it and had not.', null=True),
        ),
    ]
