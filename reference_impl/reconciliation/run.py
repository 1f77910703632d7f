"""La commande `reconcile` : les réglages d'une réconciliation, et ce qu'elle vérifie d'abord."""

import re

import structlog

from reference_impl.errors import InvalidSettingError
from reference_impl.receiving.receive import Receiver
from reference_impl.reconciliation.backend_api import BackendApi
from reference_impl.reconciliation.exchange import Exchange
from reference_impl.reconciliation.report import Report
from reference_impl.reconciliation.scan import reconcile
from reference_impl.settings import Settings

_KEY = re.compile(r"sk_[!-~]+")


def run_reconciliation(settings: Settings, receiver: Receiver, *, allow_erasures: bool) -> Report:
    """Réconcilier d'après les réglages. Lève `InvalidSettingError` si la clé manque ou ouvre une autre instance."""
    with BackendApi(Exchange(secret_key(settings), settings.clerk_api_url)) as api:
        if settings.clerk_instance_id:
            refuse_other_instance(api, settings.clerk_instance_id)
        report = reconcile(receiver, api, allow_erasures=allow_erasures)
    structlog.get_logger().info(
        "reconciliation",
        scanned=report.scanned,
        created=report.created,
        updated=report.updated,
        erased=report.erased,
        skipped=report.skipped,
    )
    return report


def refuse_other_instance(api: BackendApi, expected: str) -> None:
    """Refuser la clé d'une autre instance : ses comptes seraient écrits, et les nôtres passeraient pour disparus."""
    found = api.instance_id()
    if found != expected:
        raise InvalidSettingError(
            f"CLERK_SECRET_KEY ouvre l'instance {found}, et CLERK_INSTANCE_ID dit {expected}. Donnez la clé de celle-ci."
        )


def secret_key(settings: Settings) -> str:
    """Lire la clé de l'API, dont seule la réconciliation a besoin. Lève `InvalidSettingError`."""
    given = settings.clerk_secret_key.get_secret_value().strip() if settings.clerk_secret_key else ""
    if not _KEY.fullmatch(given):
        raise InvalidSettingError(
            "CLERK_SECRET_KEY est vide ou n'est pas une clé secrète. Donnez celle de l'instance, sk_live_… ou sk_test_…."
        )
    return given
