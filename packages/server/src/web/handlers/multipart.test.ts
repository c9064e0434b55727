/** Forms with a file, as browsers send them and as others might. */
import { expect, test } from 'vitest';
import { boundaryOf, partsOf } from './multipart.ts';

async function sent(form: FormData): Promise<ReturnType<typeof partsOf>> {
  const request = new Request('https://leith.example/', { method: 'POST', body: form });
  const boundary = boundaryOf(request.headers.get('content-type') ?? '') ?? '';
  return partsOf(new Uint8Array(await request.arrayBuffer()), boundary);
}

test('fields and a file come as they were sent', async () => {
  const bytes = Uint8Array.from({ length: 3000 }, (_, n) => n % 256);
  const form = new FormData();
  form.append('what', 'Grüße\r\n--\r\n');
  form.append('what', '');
  form.append('picture', new File([bytes, '\r\n--almost'], 'ä".jpg', { type: 'image/jpeg' }));
  const parts = await sent(form);
  expect(parts?.fields).toEqual([
    ['what', 'Grüße\r\n--\r\n'],
    ['what', ''],
  ]);
  expect([...(parts?.files.keys() ?? [])]).toEqual(['picture']);
  expect(Buffer.from(parts?.files.get('picture') ?? [])).toEqual(Buffer.concat([bytes, Buffer.from('\r\n--almost')]));
});

test.each([
  ['multipart/form-data; boundary=abc', 'abc'],
  ['Multipart/Form-Data; charset=utf-8; boundary="a b"', 'a b'],
  ['multipart/form-data', null],
  ['multipart/mixed; boundary=abc', null],
  ['application/x-www-form-urlencoded', null],
])('%s has the boundary %s', (type, boundary) => {
  expect(boundaryOf(type)).toBe(boundary);
});

test('a field for a file that was left empty is not there', () => {
  const head = 'Content-Disposition: form-data; name="picture"; filename=""\r\nContent-Type: application/octet-stream';
  const parts = partsOf(Buffer.from(`--x\r\n${head}\r\n\r\n\r\n--x--\r\n`), 'x');
  expect(parts).toEqual({ fields: [], files: new Map() });
});

const part = '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n';

test.each([
  ['nothing', ''],
  ['no beginning', `y${part}--x--`],
  ['no end', part],
  ['a part without a name', '--x\r\ncontent-disposition: form-data\r\n\r\n1\r\n--x--'],
  ['a part without a head', '--x\r\n1\r\n--x--'],
  ['a head without an end', `--x\r\ncontent-disposition: form-data; name="a"${'b'.repeat(3000)}\r\n\r\n1\r\n--x--`],
  ['something between', `${part}--xyz\r\n\r\n1\r\n--x--`],
  ['parts without end', `${part.repeat(101)}--x--`],
])('a body with %s is none', (_what, body) => {
  expect(partsOf(Buffer.from(body), 'x')).toBeNull();
});

test('a hundred parts are a form', () => {
  expect(partsOf(Buffer.from(`${part.repeat(100)}--x--\r\n`), 'x')?.fields).toHaveLength(100);
});
