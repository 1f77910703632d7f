"""Ce que plusieurs exercices partagent. Rien ici n'est à écrire : tout est fourni, et restauré avant la correction."""
