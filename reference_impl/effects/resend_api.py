"""L'envoi par l'API de Resend, qui reconnaît pendant 24 heures la clé d'une demande déjà acceptée.

Nos tentatives s'étendent sur plus de deux jours, mais il n'y a jamais plus de six heures entre deux d'entre elles. Un
message accepté sans que nous l'apprenions n'est donc reçu deux fois que si Resend, ou `dispatch`, reste ensuite plus
d'un jour à l'arrêt, ou si l'effet, abandonné, est repris plus tard (`--retry-failed`).
"""

from reference_impl.effects.mail import Mail
from reference_impl.effects.remote import Remote, header_key, retry_after_s, told
from reference_impl.effects.senders import EffectFailedError

CONFLICT = 409

OTHER_CONTENT = "invalid_idempotent_request"
"""Resend connaît cette clé, avec un autre contenu : https://resend.com/docs/api-reference/errors"""


class ResendMailer:
    """L'envoi par Resend ; `sender` est `EMAIL_FROM`, dont le domaine y est vérifié."""

    def __init__(self, remote: Remote, sender: str) -> None:
        self._remote, self._sender = remote, sender

    def deliver(self, mail: Mail) -> bool:
        """Remettre le message. Lève `EffectFailedError`.

        Entre deux tentatives, la personne a pu changer de prénom ou d'adresse : sous la même clé, Resend refuse ce
        nouveau contenu. C'est donc que le premier est parti : le message est envoyé. Un second, sous une autre clé, la
        saluerait deux fois.
        """
        answer = self._remote.call(
            "POST",
            "/emails",
            json=self._written(mail),
            headers={"Idempotency-Key": header_key(mail.key)},
            accepted=frozenset({CONFLICT}),
        )
        if answer.status_code == CONFLICT and told(answer).get("name") != OTHER_CONTENT:
            raise EffectFailedError(str(CONFLICT), retry_after_s(answer))  # la même demande est en cours
        return True

    def _written(self, mail: Mail) -> dict[str, object]:
        """Écrire la demande. L'étiquette permet de suivre chaque sorte de message ; elle ne dit rien de la personne."""
        return {
            "from": self._sender,
            "to": [mail.to],
            "subject": mail.subject,
            "text": mail.text,
            "tags": [{"name": "kind", "value": mail.kind}],
        }
