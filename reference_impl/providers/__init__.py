"""Les autres expéditeurs : Stripe, Resend, et, pour les colis, EasyPost et Shippo. Un dossier par sorte.

Chacun a sa signature ; chaque sorte a sa boîte de réception et ses tables. Ce qu'ils ont en commun tient dans `intake`
et `route`.
"""
