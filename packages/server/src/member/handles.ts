/**
 * Short names, as in `rosa@leith.example`.
 *
 * Promises: made of small Latin letters, figures and dots; the same name makes the same ones. What is written in
 * Arabic, Greek or Cyrillic letters is spelt letter by letter; a name in letters that are not known here begins with
 * `member`.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';

const LONGEST = 40;

/**
 * Letters, and how they are spelt; after each letter its spelling, `-` for none. Vowel signs and accents are gone
 * before.
 */
const SPELT: ReadonlyMap<string, string> = new Map(
  `
  ا a ب b ت t ث th ج j ح h خ kh د d ذ dh ر r ز z س s ش sh ص s ض d ط t ظ z ع a غ gh ف f ق q ك k ل l م m ن n ه h و u ي i
  ة a ى a ء - پ p چ ch ژ zh گ g ک k ی i ہ h ٹ t ڈ d
  α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ ch ψ ps ω o
  а a б b в v г h ґ g д d е e ж zh з z и y к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts ч ch ш sh щ shch
  ъ - ы y ь - э e ю yu я ya є ye і i ј j љ lj њ nj ђ dj ћ c џ dz
  ß ss æ ae œ oe ø o đ d ð d þ th ł l ı i ħ h ŋ n
  `
    .trim()
    .split(/\s+/)
    .flatMap((letter, at, all) => (at % 2 === 0 ? [[letter, all[at + 1]?.replace('-', '') ?? ''] as const] : [])),
);

/**
 * In the order in which they are wished for: `rosa`, `rosa.vidal`, `rosa.vidal.2` and so on; the last one is nobody's.
 */
export function handlesFor(name: string): string[] {
  const parts = name
    .normalize('NFKD')
    .replaceAll(/[\p{M}\p{Cf}ـ'’ʼ]/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/gu, (letter) => SPELT.get(letter) ?? letter)
    .split(/[^a-z0-9]+/)
    .filter((part) => part !== '');
  const first = (parts[0] ?? 'member').slice(0, LONGEST);
  const whole = parts.length > 1 ? parts.join('.').slice(0, LONGEST).replace(/\.$/, '') : first;
  const numbered = [2, 3, 4, 5].map((number) => `${whole}.${number}`);
  return [...new Set([first, whole, ...numbered, `${whole}.${randomBytes(4).toString('hex')}`])];
}
