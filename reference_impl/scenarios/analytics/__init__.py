"""Scénario 6, les statistiques : inscriptions, personnes actives et rétention, par semaine.

`record` note les semaines d'activité, `answers` les compte, `route` répond. `departed` fait d'une personne effacée un
compte anonyme : le passé ne change pas, et rien d'elle ne reste.

« Active » veut dire qu'un événement l'a dit : inscription, connexion, session ouverte ou dernière activité d'une session
finie. Clerk n'envoie rien quand une session expire, ni pendant qu'elle dure : une personne qui ne quitte jamais sa
session peut revenir une semaine sans que rien ne l'apprenne. Le compte est donc un minimum.
"""
