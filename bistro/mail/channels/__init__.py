"""The ways a message leaves: e-mail and SMS. Each has `send`, `is_set_up` and `described`."""

from types import ModuleType

from bistro.mail.channels import email, sms
from bistro.mail.models import Channel

CHANNELS: dict[str, ModuleType] = {Channel.EMAIL: email, Channel.SMS: sms}
