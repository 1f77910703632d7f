"""La file des messages : le fournisseur configuré, les sortes de messages, les adresses où ne plus écrire."""

from collections.abc import Callable, Mapping

from reference_impl.effects.mail import Mailer, MailSender
from reference_impl.effects.messages import Application, Composer
from reference_impl.effects.remote import Remote
from reference_impl.effects.resend_api import ResendMailer
from reference_impl.effects.senders import Lane, LogSender
from reference_impl.effects.smtp import SmtpMailer
from reference_impl.effects.smtp_session import smtp_server
from reference_impl.feature_settings import FeatureSettings
from reference_impl.receiving.receive import Receiver
from reference_impl.scenarios.welcome import EMAIL


def mail_lane(
    settings: FeatureSettings,
    receiver: Receiver,
    composers: Mapping[str, Composer],
    *,
    unusable: Callable[[str], bool],
) -> Lane:
    """Ouvrir la file des messages. Sans fournisseur, en développement, les messages sont écrits au journal.

    `unusable` dit d'une adresse s'il ne faut plus y écrire. Aucun débit n'est imposé : débordé, le fournisseur répond 429
    ou 421, et la file se repose.
    """
    mailer = mailer_of(settings, receiver)
    if mailer is None:
        return Lane(EMAIL, LogSender())
    application = Application(settings.app_name, settings.app_url)
    return Lane(EMAIL, MailSender(receiver.engine, mailer, application, composers, unusable))


def mailer_of(settings: FeatureSettings, receiver: Receiver) -> Mailer | None:
    """Choisir le fournisseur configuré ; les réglages refusent qu'il y en ait deux, et exigent alors `EMAIL_FROM`."""
    if settings.smtp_url and settings.email_from:
        server = smtp_server(settings.smtp_url.get_secret_value())
        return SmtpMailer(server, settings.email_from, clock=receiver.clock)
    if settings.resend_api_key and settings.email_from:
        headers = {"Authorization": f"Bearer {settings.resend_api_key.get_secret_value()}"}
        return ResendMailer(Remote(settings.resend_api_url, headers=headers), settings.email_from)
    return None
