"""L'application : les réglages, la base, les routes."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from sqlalchemy import Engine

from reference_impl.assembly import reactions, routers
from reference_impl.edge.admin import admin_router
from reference_impl.edge.health import health_router
from reference_impl.edge.jwks import JwksKeys
from reference_impl.edge.login import login_router
from reference_impl.edge.session_token import KeySource, PemKey
from reference_impl.edge.signature import Verifier, parse_secrets
from reference_impl.edge.webhook import webhook_router
from reference_impl.features import say_features
from reference_impl.operations.journal import Journal
from reference_impl.operations.logs import configure_logs
from reference_impl.privacy.register import Subjects
from reference_impl.receiving.batches import Batcher
from reference_impl.receiving.receive import Receiver
from reference_impl.settings import Settings, load_settings
from reference_impl.store.engine import open_engine


def create_app(settings: Settings | None = None) -> FastAPI:
    """Monter l'application d'après ses réglages. Lève `InvalidSettingError` si l'un d'eux ne convient pas."""
    settings = settings or load_settings()
    configure_logs()
    say_features(settings)
    receiver = build_receiver(settings)
    verifier = Verifier(parse_secrets(settings.clerk_webhook_signing_secret.get_secret_value()))
    batcher = Batcher(receiver)
    app = FastAPI(
        title="Récepteur Clerk",
        # Svix ne suit aucune redirection : pour une barre oblique de trop, un 404 est plus clair qu'un 307.
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        lifespan=closing(receiver.engine, batcher),
    )
    app.include_router(webhook_router(verifier, batcher, Journal()))
    app.include_router(health_router(receiver.engine))
    app.include_router(admin_router(receiver, settings.admin_token.get_secret_value()))
    if (keys := key_source(settings)) is not None:
        app.include_router(login_router(receiver, keys, settings.clerk_authorized_parties))
    for router in routers(settings, receiver, keys):
        app.include_router(router)
    return app


def closing(engine: Engine, batcher: Batcher) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """À l'arrêt, une fois la dernière requête servie, rendre les fils d'exécution et les connexions à la base."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        batcher.close()
        engine.dispose()

    return lifespan


def build_receiver(settings: Settings) -> Receiver:
    """Ouvrir la base et réunir ce qu'il faut pour recevoir ; les commandes s'en servent aussi."""
    return Receiver(
        engine=open_engine(settings.database_url.get_secret_value(), pool_size=settings.database_pool_size),
        subjects=Subjects(settings.erasure_key.get_secret_value()),
        instance_id=settings.clerk_instance_id,
        keep_bodies=settings.keep_bodies,
        reactions=reactions(settings),
    )


def key_source(settings: Settings) -> KeySource | None:
    """Choisir d'où vient la clé des jetons ; sans clé PEM ni adresse JWKS, la route de connexion n'existe pas."""
    if settings.clerk_jwt_key:
        return PemKey(settings.clerk_jwt_key)
    if settings.clerk_jwks_url:
        return JwksKeys(settings.clerk_jwks_url)
    return None
