/** What is wrong with a field of a request, in words for the person who wrote the program. */
import type { z } from 'zod';

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

/** Messages of a schema's own are kept; those of the library are said in plain words. */
export function sayIssue(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.message.endsWith('received undefined')) return 'is missing';
      return issue.message.startsWith('Invalid input')
        ? `must be ${KINDS[issue.expected] ?? issue.expected}`
        : issue.message;
    case 'too_small':
      return issue.message.startsWith('Too small')
        ? `must ${sized(issue.origin, 'least', issue.minimum)}`
        : issue.message;
    case 'too_big':
      return issue.message.startsWith('Too big') ? `must ${sized(issue.origin, 'most', issue.maximum)}` : issue.message;
    case 'unrecognized_keys':
      return `this operation has no field ${issue.keys.map((key) => `"${key.slice(0, 100)}"`).join(', ')}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map((value) => `"${String(value)}"`).join(', ')}`;
    case 'invalid_format':
      return issue.message.startsWith('Invalid') ? `must be a ${issue.format}` : issue.message;
    default:
      return issue.message;
  }
}

function sized(origin: string, which: 'least' | 'most', bound: number | bigint): string {
  if (origin === 'string') return `have at ${which} ${bound} characters`;
  return origin === 'array' ? `have at ${which} ${bound} items` : `be at ${which} ${bound}`;
}
