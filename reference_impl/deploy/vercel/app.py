"""L'entrée que Vercel cherche : une variable `app` au premier niveau de `app.py`, à la racine du dossier déployé.

Les réglages viennent des variables d'environnement de Vercel. S'il en manque un, l'importation échoue avec une phrase
qui le nomme : l'erreur se voit avant la première livraison.
"""

from reference_impl.app import create_app

app = create_app()
