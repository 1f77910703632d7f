"""Le rapprochement : ce qu'aucun webhook n'a dit, l'API de Clerk le sait.

`exchange` tient une requête, `backend_api` connaît les routes, `writing` écrit les comptes lus, `missing` efface ceux
qui ont disparu, `scan` enchaîne le tout.
"""
