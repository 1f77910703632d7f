"""Stripe : l'état des paiements, des factures et des abonnements."""
