"""La réconciliation : l'API de Clerk rend ce qu'aucun webhook n'a apporté.

`exchange` mène une requête, `backend_api` connaît les routes, `writing` écrit les comptes lus, `missing` efface ceux
qui ont disparu, `scan` enchaîne le tout.
"""
