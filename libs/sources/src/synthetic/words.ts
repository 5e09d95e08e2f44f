/** The words that made-up titles, people and characters are named with. */

type Words = readonly [string, ...string[]];

const words = (text: string): Words => {
  const [first = '', ...others] = text.split(', ');
  return [first, ...others];
};

export const ADJECTIVES = words(
  'Silent, Last, Golden, Hidden, Broken, Distant, Paper, Hollow, Crimson, Northern, Restless, Borrowed, Secret, Long, Bitter, Second, Frozen, Little, Lonely, Electric, Forgotten, Invisible, Perfect, Savage, Quiet, Burning, Early, Strange, Wooden, Velvet, Endless, Honest, Drowned, Seventh, Weightless, Iron, Careless, Painted, Salted, Unwritten',
);

export const NOUNS = words(
  'Harbor, River, Garden, Letter, Winter, Station, Mirror, Daughter, Orchard, Island, Promise, Engine, Shadow, Bridge, Kingdom, Stranger, Sparrow, Lantern, Verdict, Summer, Horizon, Neighbor, Tower, Captain, Ghost, Wedding, Signal, Desert, Witness, Carnival, Doctor, Valley, Machine, Portrait, Thief, Journey, Window, Season, Clockmaker, Anthem, Forest, Ledger, Lighthouse, Market, Comet, Cellar, Parade, Border, Tailor, Echo, Widow, Compass, Ember, Fugitive, Kitchen, Meadow',
);

export const VERBS = words(
  'Finding, Leaving, Losing, Chasing, Burying, Saving, Painting, Forgetting, Stealing, Waiting for, Return to, Escape from',
);

export const SYLLABLES = words(
  'ba, vel, mor, ta, kin, ro, sel, du, na, lo, fer, mi, gan, ze, tor, pa, li, wen, cor, ha, stra, no, bri, ka, del, vi, run, so, mar, e, ju, rin',
);

export const ENDINGS = words('ra, n, lia, th, no, s, mont, ville, ka, dor, shire, na, rio, vik, lund, é');

export const FIRST_NAMES: readonly [men: Words, women: Words] = [
  words(
    'Aldo, Ben, Carlos, Daniel, Emil, Faisal, George, Hiro, Ivan, James, Kofi, Lars, Marco, Nils, Omar, Pavel, Quentin, Rahul, Samuel, Tomás, Umar, Viktor, Walter, Xavier, Youssef, Zoltán, André, Søren, Jürgen, François, Jean-Luc, Miloš, Ángel, Wei',
  ),
  words(
    'Ada, Beatriz, Clara, Dana, Elena, Fatima, Greta, Hana, Ines, Julia, Keiko, Lena, Maria, Nadia, Olga, Priya, Rosa, Sofia, Tamar, Ursula, Vera, Wilma, Xenia, Yara, Zoe, Chloé, Zoë, Åsa, Renée, Mary Ann, Ngọc, Mónica, Mei, Ayşe',
  ),
];

export const LAST_NAMES = words(
  "Abara, Bergson, Castell, Duval, Eriksen, Ferro, Grant, Hollis, Ivanec, Jensen, Kowal, Lindqvist, Marlow, Nakada, Okoye, Petrov, Quinlan, Rossini, Sandoval, Tanaka, Ulrich, Varga, Winters, Yamane, Zeller, O'Hara, D'Amico, Müller, Nuñez, Ødegård, Škoda, Łukasik, Çelik, Béranger, Van der Meer, Al-Farsi, Kim, Chen, Singh, Nguyen, Smith, Brown",
);

export const CHARACTER_ROLES = words(
  'Doctor, Waiter, Police Officer, Narrator, Mother, Soldier, Nurse, Bartender, Young Woman, Guard #2, Teacher',
);

export const MONTHS = words('January, February, March, April, May, June, July, August, September, October, November, December');

/** A language that titles are told in, with the region and the region's name for a numbered episode. */
export interface Tongue {
  readonly region: string;
  readonly language: string;
  readonly episode: string;
  /** What stands between two words. */
  readonly space: ' ' | '';
  readonly words: Words;
}

/** The first seven are the regions for which IMDb translates the names of numbered episodes. */
export const TONGUES: readonly [Tongue, ...Tongue[]] = [
  {
    region: 'JP',
    language: 'ja',
    episode: 'エピソード',
    space: '',
    words: words('沈黙, 最後, の, 港, 冬, 手紙, 影, 橋, ひかり, ゆめ, 約束, 庭'),
  },
  {
    region: 'FR',
    language: 'fr',
    episode: 'Épisode',
    space: ' ',
    words: words("Le, Dernier, Été, Forêt, Étoile, Sœur, L'Ombre, Rivière, Garçon, Nuit, Château, Élève"),
  },
  {
    region: 'DE',
    language: 'de',
    episode: 'Folge',
    space: ' ',
    words: words('Der, Letzte, Schlüssel, Brücke, Straße, Mädchen, Königin, Wälder, Größe, Herz, Stille, Übergang'),
  },
  {
    region: 'IN',
    language: 'hi',
    episode: 'एपिसोड',
    space: ' ',
    words: words('अंतिम, नदी, सपना, रात, घर, पुल, चिट्ठी, छाया, राजा, वादा'),
  },
  {
    region: 'ES',
    language: 'es',
    episode: 'Episodio',
    space: ' ',
    words: words('El, Último, Corazón, Niño, Montaña, Jardín, Sueño, Canción, Camino, Mañana, ¿Dónde?, Río'),
  },
  {
    region: 'PT',
    language: 'pt',
    episode: 'Episódio',
    space: ' ',
    words: words('O, Último, Coração, Irmão, Estação, Avó, Verão, Sombra, Ilha, Manhã, Pão, Três'),
  },
  {
    region: 'IT',
    language: 'it',
    episode: 'Episodio',
    space: ' ',
    words: words("Il, Città, L'Ultimo, Perché, Cuore, Estate, Libertà, Notte, Ponte, Più, Ombra, Felicità"),
  },
  {
    region: 'RU',
    language: 'ru',
    episode: 'Эпизод',
    space: ' ',
    words: words('Последний, Берег, Тень, Ёлка, Письмо, Зима, Мост, Сердце, Тишина, Дорога'),
  },
  {
    region: 'KR',
    language: 'ko',
    episode: '에피소드',
    space: ' ',
    words: words('마지막, 강, 겨울, 편지, 그림자, 다리, 약속, 정원, 밤'),
  },
  { region: 'CN', language: 'cmn', episode: '第', space: '', words: words('最后, 的, 冬天, 河, 信, 影子, 桥, 花园, 海, 夜') },
  {
    region: 'EG',
    language: 'ar',
    episode: 'الحلقة',
    space: ' ',
    words: words('الليل, البحر, آخر, قلب, الظل, الشتاء, رسالة, مدينة'),
  },
  {
    region: 'GR',
    language: 'el',
    episode: 'Επεισόδιο',
    space: ' ',
    words: words('Η, Τελευταία, Θάλασσα, Νύχτα, Γέφυρα, Σκιά, Άνοιξη, Όνειρο'),
  },
  {
    region: 'TR',
    language: 'tr',
    episode: 'Bölüm',
    space: ' ',
    words: words('Son, Güneş, İstasyon, Gölge, Kış, Rüya, Köprü, Işık'),
  },
  {
    region: 'PL',
    language: 'pl',
    episode: 'Odcinek',
    space: ' ',
    words: words('Ostatni, Żółty, Księżyc, Most, Cień, Źródło, Miłość, Ogród'),
  },
  {
    region: 'SE',
    language: 'sv',
    episode: 'Avsnitt',
    space: ' ',
    words: words('Den, Sista, Ön, Änglar, Måne, Skugga, Bön, Själ'),
  },
];
