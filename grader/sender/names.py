"""The names that users are drawn from.

Two rules, both tested, keep a search for a leftover honest: no name lies inside another, and a name
is either six letters long or not plain ASCII, so that it cannot turn up by chance inside an id.
"""

FIRST_NAMES = (
    "Zoé", "Noël", "Amélie", "Éloïse", "Gaëtan", "Maëlle", "Jérôme", "Françoise", "Benoît", "Anaïs",
    "Hélène", "Cédric", "Loïc", "Mégane", "Océane", "Étienne", "Inès", "Clémence", "Solène", "Aurélien",
    "Marguerite", "Guillaume", "Marie-Ève", "Jean-François", "Valérie 🦊", "Siobhán", "Łukasz", "Søren",
    "João", "İpek", "Þórunn", "Adébáyò", "Kwabena", "Thảo", "Ελένη", "Анастасия", "Дмитрий", "فاطمة",
    "יעל", "नीलम", "지훈", "美咲", "陽翔",
)  # fmt: skip

LAST_NAMES = (
    "Tremblay", "Bélanger", "Lévesque", "Gagnon-Côté", "Thériault", "Bouchard", "Pelletier", "Ouellet",
    "Beauséjour", "Saint-Aimé", "Œuvrard", "L'Écuyer", "D'Amours", "L’Été", "Lefèvre", "Charbonneau",
    "Létourneau", "Castonguay", "Deschênes", "Hébert", "Mühlenbach", "Håkansson", "Grønlund", "Ó Briain",
    "Wiśniewska", "Yılmaz", "Özdemir", "Ñañez", "Gonçalves", "M'Bengue-Sène", "Okonkwo", "Nguyễn",
    "Παπαδοπούλου", "Ковалёва", "الفاسي", "כהן־לוי", "शर्मा", "남궁", "佐藤", "長谷川",
)  # fmt: skip

COMPANIES = (
    "Coopérative du Fleuve", "Atelier Boréal", "Brûlerie des Érables", "Librairie L'Œil du Hibou",
    "Fromagerie Côte-à-Côte", "Studio Été 🌻", "Garage Lévis & Fils", "Éditions du Ruisseau",
)  # fmt: skip
