"""Les scénarios du cours, chacun dans ses propres modules : on peut en lire un, et l'emporter, sans les autres.

Le troisième, qui annonce un effacement, est dans `privacy`.
Un scénario inscrit ce qu'il doit dans la transaction du récepteur (`receiving.reactions`) ; `effects` l'exécute ensuite.
"""
