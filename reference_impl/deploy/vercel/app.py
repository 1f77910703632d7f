"""L'entrée que Vercel cherche : une variable ``app`` au premier niveau d'un ``app.py``, à la racine du dossier déployé.

Les réglages viennent des variables d'environnement de Vercel ; un réglage manquant arrête l'import, avec une
phrase qui le nomme, plutôt que la première livraison.
"""

from reference_impl.app import create_app

app = create_app()
