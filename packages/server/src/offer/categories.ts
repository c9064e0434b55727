/**
 * What offers and needs are about: a closed list.
 *
 * Promises: nothing here says anything about a person's health, care, faith or purse. Their names are in the
 * catalogues; the words here are for searching, so that whoever looks for "bicicleta" finds a bicycle mended.
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

/** In English, Spanish and Arabic. */
export const CATEGORY_WORDS: Readonly<Record<Category, string>> = {
  repairs: 'repair mend fix arreglar reparar reparaciones إصلاح تصليح',
  garden: 'garden plants jardín plantas huerto حديقة نباتات',
  kitchen: 'kitchen cooking food cocina cocinar comida مطبخ طبخ',
  needlework: 'sewing knitting clothes costura coser tejer ropa خياطة حياكة',
  screens: 'computer phone internet ordenador móvil teléfono حاسوب هاتف',
  languages: 'language conversation idioma conversación لغة محادثة',
  lessons: 'lessons class school clases enseñar escuela دروس تعليم',
  music: 'music singing art música cantar arte موسيقى غناء فن',
  papers: 'forms letters reading formularios cartas leer أوراق رسائل قراءة',
  errands: 'errands shopping recados compra تسوق مشاوير',
  rides: 'ride lift car bicycle viaje coche bicicleta توصيل سيارة دراجة',
  company: 'company walk games compañía paseo juegos رفقة مشي ألعاب',
  animals: 'animals dog cat animales perro gato حيوانات كلب قطة',
  outings: 'tickets places concert theatre entradas plazas concierto teatro تذاكر مقاعد مسرح',
};
