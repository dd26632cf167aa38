"""The phrasebook's words. Each table is one word a line, columns parted by a vertical bar."""

from __future__ import annotations

from .french import regular
from .words import ILS, JE, NOUS, VOUS, Adjective, Noun, Subject, Verb

# English | masculine | feminine | masculine plural | feminine plural | before a vowel ("-": after the noun;
# "=": before it, unchanged) | English comparative ("-": none) | group. A trailing * marks words that do not
# follow "is".
ADJECTIVES = """
red|rouge|rouge|rouges|rouges|-|-|colour red
green|vert|verte|verts|vertes|-|-|colour green
blue|bleu|bleue|bleus|bleues|-|-|colour
white|blanc|blanche|blancs|blanches|-|-|colour white
black|noir|noire|noirs|noires|-|-|colour black
yellow|jaune|jaune|jaunes|jaunes|-|-|colour yellow
grey|gris|grise|gris|grises|-|-|colour grey
small|petit|petite|petits|petites|=|smaller|size
big|grand|grande|grands|grandes|=|bigger|size
tall|grand|grande|grands|grandes|=|taller|tall
old|vieux|vieille|vieux|vieilles|vieil|older|age old
new|nouveau|nouvelle|nouveaux|nouvelles|nouvel|-|age*
young|jeune|jeune|jeunes|jeunes|=|younger|young
beautiful|beau|belle|beaux|belles|bel|more beautiful|look
pretty|joli|jolie|jolis|jolies|=|prettier|look
handsome|beau|belle|beaux|belles|bel|-|handsome
good|bon|bonne|bons|bonnes|=|-|quality
bad|mauvais|mauvaise|mauvais|mauvaises|=|-|quality
long|long|longue|longs|longues|=|longer|length
expensive|cher|chère|chers|chères|-|more expensive|price
cheap|bon marché|bon marché|bon marché|bon marché|-|-|price
clean|propre|propre|propres|propres|-|cleaner|clean
dirty|sale|sale|sales|sales|-|dirtier|clean
empty|vide|vide|vides|vides|-|-|empty
broken|cassé|cassée|cassés|cassées|-|-|broken
heavy|lourd|lourde|lourds|lourdes|-|heavier|weight
light|léger|légère|légers|légères|-|lighter|weight
modern|moderne|moderne|modernes|modernes|-|more modern|modern
comfortable|confortable|confortable|confortables|confortables|-|more comfortable|comfort
quiet|calme|calme|calmes|calmes|-|quieter|quiet
round|rond|ronde|ronds|rondes|-|-|shape
square|carré|carrée|carrés|carrées|-|-|shape
interesting|intéressant|intéressante|intéressants|intéressantes|-|more interesting|content
boring|ennuyeux|ennuyeuse|ennuyeux|ennuyeuses|-|more boring|content
funny|drôle|drôle|drôles|drôles|-|funnier|story
difficult|difficile|difficile|difficiles|difficiles|-|more difficult|task
easy|facile|facile|faciles|faciles|-|easier|task
hot|chaud|chaude|chauds|chaudes|-|-|warmth
cold|froid|froide|froids|froides|-|-|warmth
fresh|frais|fraîche|frais|fraîches|-|-|fresh
sweet|sucré|sucrée|sucrés|sucrées|-|-|sweet
French|français|française|français|françaises|-|-|nation
English|anglais|anglaise|anglais|anglaises|-|-|nation
Italian|italien|italienne|italiens|italiennes|-|-|nation
Spanish|espagnol|espagnole|espagnols|espagnoles|-|-|nation
German|allemand|allemande|allemands|allemandes|-|-|nation
famous|célèbre|célèbre|célèbres|célèbres|-|more famous|fame
happy|heureux|heureuse|heureux|heureuses|-|happier|mood
sad|triste|triste|tristes|tristes|-|sadder|mood story
tired|fatigué|fatiguée|fatigués|fatiguées|-|-|mood
sick|malade|malade|malades|malades|-|-|mood
kind|gentil|gentille|gentils|gentilles|-|kinder|mood
wooden|en bois|en bois|en bois|en bois|-|-|wood*
leather|en cuir|en cuir|en cuir|en cuir|-|-|leather*
"""

# English | French | gender | kinds | groups of adjectives [| English plural [| French plural]]
NOUNS = """
car|voiture|f|vehicle goods clean|colour size age look price clean nation modern comfort
bicycle|vélo|m|vehicle goods|colour size age look price nation broken weight
boat|bateau|m|vehicle goods watch|colour size age look price wood modern||bateaux
shirt|chemise|f|clothes worn goods|colour age look price clean
dress|robe|f|clothes goods|colour age look price long length
skirt|jupe|f|clothes goods|colour age look price length
hat|chapeau|m|clothes worn goods small|colour size age look leather price||chapeaux
coat|manteau|m|clothes worn goods|colour age look price weight length leather||manteaux
scarf|écharpe|f|clothes worn goods small|colour age look length price|scarves
shoe|chaussure|f|clothes worn goods many|colour age look price comfort leather clean
umbrella|parapluie|m|goods small|colour size age look broken
table|table|f|furniture goods clean|size age look shape wood clean weight
chair|chaise|f|furniture goods|size age look wood comfort broken colour
bed|lit|m|furniture goods|size age comfort wood
lamp|lampe|f|furniture goods|size age look broken colour modern
armchair|fauteuil|m|furniture goods|colour age look comfort leather
clock|horloge|f|furniture goods|size age look broken round shape
bag|sac|m|goods small open|colour size age look weight empty leather price
suitcase|valise|f|goods small open|colour size age weight empty leather
box|boîte|f|goods small open|colour size shape empty wood weight
bottle|bouteille|f|small open|size empty green
glass|verre|m|small|size empty broken clean
cup|tasse|f|small goods|colour size empty broken clean
plate|assiette|f|small goods|colour size shape broken clean
key|clé|f|small|small age
book|livre|m|reading paper goods|small age content story task nation look length
newspaper|journal|m|reading paper|nation content age||journaux
letter|lettre|f|reading paper write unseal|length sad story
story|histoire|f|reading write tell|length content story look|stories
song|chanson|f|write tell|look length nation story
film|film|m|watch|age content story nation length quality
lesson|leçon|f|learn|length content task
question|question|f|learn|content task
house|maison|f|building home goods clean|red blue white yellow size age look modern quiet clean price
flat|appartement|m|building home clean|size look modern quiet clean comfort price age
hotel|hôtel|m|building visit public|size age look modern quiet comfort price quality
museum|musée|m|building visit public|size age content modern fame look
church|église|f|building visit|size age look fame white
station|gare|f|building public|size age modern
bank|banque|f|building public|size modern white
school|école|f|building public|size age modern quality
restaurant|restaurant|m|building public|size price French Italian Spanish quality fame
shop|magasin|m|building public|size price modern
castle|château|m|building visit public|size age look fame||châteaux
hospital|hôpital|m|building public|size age modern||hôpitaux
library|bibliothèque|f|building public|size modern quiet look|libraries
bridge|pont|m|place|size age look wood length
street|rue|f|place|size length quiet look clean
garden|jardin|m|place visit|size look quiet age
park|parc|m|place public visit|size look quiet
room|chambre|f|home clean|size clean quiet comfort blue green white yellow look
kitchen|cuisine|f|home clean|size clean modern white yellow look
door|porte|f|open furnishing|colour size wood age
window|fenêtre|f|open furnishing clean|size clean shape broken
apple|pomme|f|food|red green yellow small quality sweet
orange|orange|f|food|small quality sweet
cake|gâteau|m|food|size quality look||gâteaux
egg|œuf|m|food|fresh small white
tomato|tomate|f|food|red green small fresh quality|tomatoes
salad|salade|f|food|green fresh size
man|homme|m|person|age_person tall handsome mood fame nation|men
woman|femme|f|person|age_person tall look mood fame nation|women
boy|garçon|m|person|tall handsome mood small
girl|fille|f|person|tall mood small look
child|enfant|m|person own|mood small|children
friend|ami|m|person own|mood nation old
teacher|professeur|m|person own|age_person tall mood
doctor|médecin|m|person own|age_person mood fame nation
student|étudiant|m|person own|young mood nation tall
neighbour|voisin|m|person own|age_person mood nation
dog|chien|m|animal pet watch|white black grey size old look kind
cat|chat|m|animal pet watch|white black grey size old look kind
horse|cheval|m|animal watch|white black grey size old look||chevaux
bird|oiseau|m|animal watch|colour size look||oiseaux
"""

# Nouns that are not counted: English | French | gender | kind | groups
MASSES = """
coffee|café|m|drink|warmth quality black sweet Italian
tea|thé|m|drink|warmth quality black green sweet English
water|eau|f|drink|warmth clean
milk|lait|m|drink|warmth fresh
wine|vin|m|drink|red white quality French Italian Spanish price
beer|bière|f|drink|cold quality German
bread|pain|m|meal|fresh quality warm white
cheese|fromage|m|meal|fresh quality French Italian price
soup|soupe|f|meal|warmth quality
meat|viande|f|meal|quality white red price
chocolate|chocolat|m|meal|white quality price
fish|poisson|m|meal|fresh quality price
"""

# English | third person | past | -ing | French | present (or "er") | participle; a trailing + marks être
VERBS = """
buy|buys|bought|buying|acheter|er
sell|sells|sold|selling|vendre|vends vend vendons vendez vendent|vendu
look for|looks for|looked for|looking for|chercher|er
find|finds|found|finding|trouver|er
see|sees|saw|seeing|voir|vois voit voyons voyez voient|vu
lose|loses|lost|losing|perdre|perds perd perdons perdez perdent|perdu
read|reads|read|reading|lire|lis lit lisons lisez lisent|lu
write|writes|wrote|writing|écrire|écris écrit écrivons écrivez écrivent|écrit
wear|wears|wore|wearing|porter|er
eat|eats|ate|eating|manger|er
drink|drinks|drank|drinking|boire|bois boit buvons buvez boivent|bu
visit|visits|visited|visiting|visiter|er
clean|cleans|cleaned|cleaning|nettoyer|er
open|opens|opened|opening|ouvrir|ouvre ouvre ouvrons ouvrez ouvrent|ouvert
close|closes|closed|closing|fermer|er
choose|chooses|chose|choosing|choisir|choisis choisit choisissons choisissez choisissent|choisi
watch|watches|watched|watching|regarder|er
take|takes|took|taking|prendre|prends prend prenons prenez prennent|pris
have|has|had|having|avoir|ai a avons avez ont|eu
want|wants|wanted|wanting|vouloir|veux veut voulons voulez veulent|voulu
like|likes|liked|liking|aimer|er
love|loves|loved|loving|adorer|er
hate|hates|hated|hating|détester|er
prefer|prefers|preferred|preferring|préférer|er
know|knows|knew|knowing|connaître|connais connaît connaissons connaissez connaissent|connu
wait for|waits for|waited for|waiting for|attendre|attends attend attendons attendez attendent|attendu
help|helps|helped|helping|aider|er
listen to|listens to|listened to|listening to|écouter|er
invite|invites|invited|inviting|inviter|er
call|calls|called|calling|appeler|er
understand|understands|understood|understanding|comprendre|comprends comprend comprenons comprenez comprennent|compris
give|gives|gave|giving|donner|er
show|shows|showed|showing|montrer|er
sing|sings|sang|singing|chanter|er
think|thinks|thought|thinking|penser|er
live|lives|lived|living|habiter|er
go|goes|went|going|aller|vais va allons allez vont|allé+
leave|leaves|left|leaving|partir|pars part partons partez partent|parti+
arrive|arrives|arrived|arriving|arriver|er+
come back|comes back|came back|coming back|revenir|reviens revient revenons revenez reviennent|revenu+
work|works|worked|working|travailler|er
travel|travels|travelled|travelling|voyager|er
belong|belongs|belonged|belonging|appartenir|appartiens appartient appartenons appartenez appartiennent|appartenu
"""


def _rows(table: str) -> list[list[str]]:
    return [line.split("|") for line in table.strip().splitlines()]


def _adjective(row: list[str]) -> tuple[Adjective, set[str]]:
    en, masculine, feminine, masculine_plural, feminine_plural, before, comparative, groups = row
    adjective = Adjective(
        en,
        masculine,
        feminine,
        masculine_plural,
        feminine_plural,
        before != "-",
        masculine if before in "-=" else before,
        comparative.replace("-", ""),
        not groups.endswith("*"),
    )
    return adjective, {en, *groups.rstrip("*").split()}


def _noun(row: list[str]) -> Noun:
    en, fr, gender, kinds, groups, en_plural, fr_plural = [*row, "", ""][:7]
    en_plural = en_plural or en + ("es" if en.endswith(("s", "x", "ch")) else "s")
    return Noun(en, fr, gender, frozenset(kinds.split()), frozenset(groups.split()), en_plural, fr_plural or fr + "s")


def _verb(row: list[str]) -> Verb:
    etre = row[-1].endswith("+")
    row[-1] = row[-1].removesuffix("+")
    present, participle = regular(row[4]) if row[5] == "er" else (tuple(row[5].split()), row[6])
    return Verb(*row[:5], present, participle, etre)


_GROUPS = [_adjective(row) for row in _rows(ADJECTIVES)]
# Groups of groups: what people are called.
_ALIASES = {"age_person": {"old", "young"}, "warm": {"hot"}}
ADJECTIVE = {adjective.en: adjective for adjective, _ in _GROUPS}
NOUN = {row[0]: _noun(row) for row in _rows(NOUNS)}
MASS = {row[0]: _noun(row) for row in _rows(MASSES)}
VERB = {row[0]: _verb(row) for row in _rows(VERBS)}

PRONOUNS = (
    Subject("I", "je", ("I",), person=JE),
    Subject("you", "vous", ("you",), person=VOUS),
    Subject("he", "il", ("he",)),
    Subject("she", "elle", ("she",), gender="f"),
    Subject("we", "nous", ("we",), plural=True, person=NOUS),
    Subject("they", "ils", ("they",), plural=True, person=ILS),
)
# Possessives take relatives from the same table; the French possessive agrees with the relative.
RELATIVES = (
    ("brother", "frère", "m"),
    ("sister", "sœur", "f"),
    ("father", "père", "m"),
    ("mother", "mère", "f"),
    ("son", "fils", "m"),
    ("daughter", "fille", "f"),
    ("uncle", "oncle", "m"),
    ("aunt", "tante", "f"),
)
NAMES = (("Paul", "m"), ("Marie", "f"), ("Thomas", "m"), ("Anna", "f"), ("Julie", "f"), ("David", "m"))
CITIES = ("Paris", "Lyon", "Nice", "Bordeaux", "Lille", "Toulouse", "Strasbourg")
COUNTRIES = (
    ("France", "en France"),
    ("Italy", "en Italie"),
    ("Spain", "en Espagne"),
    ("Germany", "en Allemagne"),
    ("Japan", "au Japon"),
    ("Portugal", "au Portugal"),
    ("Canada", "au Canada"),
    ("the United States", "aux États-Unis"),
)


def adjectives_of(noun: Noun) -> list[Adjective]:
    """The adjectives that can be said of a noun, in the order of the table."""
    wanted = set(noun.adjectives).union(*(_ALIASES.get(group, ()) for group in noun.adjectives))
    return [adjective for adjective, groups in _GROUPS if groups & wanted]


def nouns(*kinds: str) -> list[Noun]:
    """The counted nouns of any of these kinds."""
    return [noun for noun in NOUN.values() if noun.kinds & set(kinds)]
