"""Le récepteur de référence : de la livraison signée par Svix aux lignes d'une base SQL, en une transaction.

`edge` parle HTTP, `catalogue` sait ce que chaque type d'événement change, `store` écrit, `receiving` tient la
transaction ; `privacy`, `reconciliation`, `effects` et `operations` font ce qui vient après. `solutions/`, à part,
contient les solutions des exercices.
"""
