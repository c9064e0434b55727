/**
 * What offers and needs are about: a closed list.
 *
 * Promises: nothing here says anything about a person's health, care, faith or purse. Their names are in the
 * catalogues; the words here are for searching, so that whoever looks for "bicicleta" finds a bicycle mended. They are
 * asked for with what was typed and stand in no offer, so they can be bettered at any time.
 *
 * @module
 */
export const CATEGORIES = [
  'repairs',
  'garden',
  'kitchen',
  'needlework',
  'screens',
  'languages',
  'lessons',
  'music',
  'papers',
  'errands',
  'rides',
  'company',
  'animals',
  'outings',
] as const;

export type Category = (typeof CATEGORIES)[number];

export function isCategory(text: string): text is Category {
  return (CATEGORIES as readonly string[]).includes(text);
}

/** What is asked for by these words may be found in the category: in English, Spanish and Arabic. */
export const CATEGORY_WORDS: Readonly<Record<Category, string>> = {
  repairs:
    'repair mend fix handyman plumber plumbing electrician carpenter carpentry painter painting arreglar reparar reparaciones manitas fontanero fontanería electricista carpintero carpintería pintor إصلاح تصليح سباك سباكة كهربائي نجار نجارة دهان',
  garden:
    'garden gardening gardener plants lawn allotment jardín jardinería jardinero plantas huerto césped حديقة بستنة بستاني نباتات',
  kitchen: 'kitchen cooking cook baking food cocina cocinar cocinero comida pan مطبخ طبخ طباخ طعام خبز',
  needlework:
    'sewing knitting clothes tailor dressmaker coser costura costurera tejer ropa modista خياطة خياط حياكة ملابس',
  screens: 'computer phone telephone internet laptop ordenador móvil teléfono computadora حاسوب كمبيوتر هاتف إنترنت',
  languages: 'language conversation translation idioma conversación traducción لغة محادثة ترجمة',
  lessons: 'lessons class teacher tutor school homework clases enseñar profesor escuela deberes دروس تعليم معلم مدرسة',
  music: 'music singing choir art drawing música cantar coro arte dibujo موسيقى غناء جوقة فن رسم',
  papers: 'forms paperwork letters reading formularios papeleo cartas leer أوراق استمارات رسائل قراءة',
  errands: 'errands shopping recados compra تسوق مشاوير',
  rides: 'ride lift car driver transport viaje coche conductor transporte توصيل سيارة سائق',
  company: 'company walk games babysitting compañía paseo juegos رفقة مشي ألعاب',
  animals: 'animals pets dog cat animales mascotas perro gato حيوانات كلب قطة',
  outings: 'outings tickets concert theatre excursiones entradas concierto teatro رحلات تذاكر حفلة مسرح',
};

/**
 * Words for one thing, in the three languages, a thing a line. An offer that says one of them is found by the others.
 */
export const SAME_THING: readonly string[] = [
  'bicycle bicycles bike bikes cycling bicicleta bicicletas bici bicis دراجة دراجات',
  'plumber plumbing tap taps leak pipes fontanero fontanería grifo grifos tubería fuga سباك سباكة حنفية صنبور تسرب',
  'electrician electricity socket lamp electricista electricidad enchufe lámpara كهربائي كهرباء مصباح',
  'carpenter carpentry shelf shelves carpintero carpintería estante estantes estantería نجار نجارة رف رفوف',
  'gardening gardener garden jardín jardinería jardinero بستنة بستاني حديقة',
  'computer computers laptop ordenador ordenadores computadora حاسوب كمبيوتر',
  'telephone phone phones móvil teléfono هاتف جوال',
  'sewing hems curtains coser costura dobladillo cortinas خياطة ستائر',
  'cooking cook cocinar cocina طبخ',
  'bread baking pan hornear خبز',
  'letter letters carta cartas رسالة رسائل',
  'forms paperwork formulario formularios papeleo استمارة استمارات',
  'dog dogs perro perros كلب كلاب',
  'cat cats gato gatos قطة قطط',
  'lift ride viaje llevar توصيل',
  'haircut hair hairdresser pelo peluquero peluquería شعر حلاق',
  'singing sing choir cantar canto coro غناء جوقة',
  'dancing dance bailar baile رقص',
  'english inglés إنجليزية',
  'spanish español castellano إسبانية',
  'arabic árabe عربية',
];
