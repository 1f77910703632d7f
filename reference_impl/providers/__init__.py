"""Les autres expéditeurs : Stripe, Resend, EasyPost et Shippo. Un dossier chacun, que l'on peut lire et emporter seul.

Chacun a sa signature, sa boîte de réception et ses tables. Ce qu'ils ont en commun tient dans `intake` et `route`.
"""
