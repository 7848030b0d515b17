from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kitchen', '0008_ticket_alert_index'),
    ]

    operations = [
        migrations.AddField(
            model_name='ticketline',
            name='added',
            field=models.BooleanField(db_default=False, default=False, help_text='Came after the kitchen had its ticket.'),
        ),
        migrations.AddField(
            model_name='ticketline',
            name='plated_at',
            field=models.DateTimeField(help_text='The expediter has it on the pass.', null=True),
        ),
        migrations.AddField(
            model_name='ticketline',
            name='start_at',
            field=models.DateTimeField(help_text='When to begin, so that the course lands together.', null=True),
        ),
        migrations.AddField(
            model_name='ticketline',
            name='unrouted',
            field=models.BooleanField(db_default=False, default=False, help_text='No route names it.'),
        ),
    ]
