"""Les tables. Tous les instants sont des millisecondes depuis 1970, en BIGINT : un INTEGER de PostgreSQL déborderait."""

from reference_impl.tables.alerts import Alert, SessionSignal
from reference_impl.tables.analytics import ActivityWeek, DepartedActivity
from reference_impl.tables.billing import BillingSnapshot
from reference_impl.tables.deliveries import DeadLetter, Destination, InboxMention, InboxRow, OutboxRow
from reference_impl.tables.emails import Email, UnusableAddress
from reference_impl.tables.inboxes import EmailInbox, ShippingInbox, StripeInbox
from reference_impl.tables.organizations import Domain, Invitation, Membership, Organization
from reference_impl.tables.parcels import Parcel
from reference_impl.tables.people import Session, User, WaitlistEntry
from reference_impl.tables.permissions import Permission, Role
from reference_impl.tables.privacy import Disclosure, ErasureEntry
from reference_impl.tables.stripe import Invoice, Payment, Subscription

__all__ = [
    "ActivityWeek",
    "Alert",
    "BillingSnapshot",
    "DeadLetter",
    "DepartedActivity",
    "Destination",
    "Disclosure",
    "Domain",
    "Email",
    "EmailInbox",
    "ErasureEntry",
    "InboxMention",
    "InboxRow",
    "Invitation",
    "Invoice",
    "Membership",
    "Organization",
    "OutboxRow",
    "Parcel",
    "Payment",
    "Permission",
    "Role",
    "Session",
    "SessionSignal",
    "ShippingInbox",
    "StripeInbox",
    "Subscription",
    "UnusableAddress",
    "User",
    "WaitlistEntry",
]
