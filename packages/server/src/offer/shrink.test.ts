/** What becomes of pictures of any camera, and of what is none. */
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { MOST_BYTES, SMALL, shrink } from './shrink.ts';

/** A photograph with a place, a camera and a profile in it, lying on its side. */
const photo = (width = 1600, height = 1000) =>
  sharp({ create: { width, height, channels: 3, background: '#b05a2c' } })
    .jpeg()
    .withExif({
      IFD0: { Make: 'Acme', Model: 'Zanzibar 5' },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '55/1 58/1 3371/100',
        GPSLongitudeRef: 'W',
        GPSLongitude: '3/1 10/1 1/1',
      },
    })
    .withMetadata({ orientation: 6 })
    .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/">Zanzibar</x:xmpmeta>')
    .toBuffer();

/** A PNG that says it is so large, and has no picture in it. */
function bomb(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 0, 0, 0, 0], 8);
  const data = deflateSync(Buffer.alloc(width));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

test('a photograph comes out small and upright, and says nothing of where, when and with what', async () => {
  const before = await photo();
  const known = await sharp(before).metadata();
  expect(known).toMatchObject({ orientation: 6, exif: expect.anything(), xmp: expect.anything() });
  expect(known.exif?.includes('Zanzibar 5')).toBe(true);
  const taken = await shrink(before);
  if (typeof taken === 'string') throw new Error(taken);
  expect([taken.width, taken.height]).toEqual([563, 900]);
  for (const [bytes, width, height] of [
    [taken.bytes, 563, 900],
    [taken.small, SMALL, SMALL],
  ] as const) {
    const { format, exif, xmp, iptc, icc, orientation, ...found } = await sharp(bytes).metadata();
    expect({ format, exif, xmp, iptc, icc, orientation }).toEqual({ format: 'webp' });
    expect([found.width, found.height]).toEqual([width, height]);
    expect(Buffer.from(bytes).includes('Zanzibar')).toBe(false);
    expect(chunksOf(bytes)).toEqual(['VP8 ']);
  }
});

test.each(['png', 'webp', 'avif', 'gif'] as const)(
  'a %s is taken, and of one that is small enough no more is made',
  async (kind) => {
    const bytes = await sharp({ create: { width: 90, height: 60, channels: 4, background: '#00000000' } })
      .toFormat(kind)
      .toBuffer();
    expect(await shrink(bytes)).toMatchObject({ width: 90, height: 60 });
  },
);

test('of pictures that move the first one stays', async () => {
  const frames = Buffer.alloc(20 * 40 * 3, 90);
  frames.fill(200, 20 * 20 * 3);
  const moving = await sharp(frames, { raw: { width: 20, height: 40, channels: 3, pageHeight: 20 } })
    .gif()
    .toBuffer();
  expect((await sharp(moving, { animated: true }).metadata()).pages).toBe(2);
  expect(await shrink(moving)).toMatchObject({ width: 20, height: 20 });
});

test('what is no picture, or of a kind that is not decoded, is not taken', async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';
  const broken = (await photo()).subarray(0, 900);
  for (const bytes of [Buffer.from('hello'), Buffer.alloc(0), Buffer.from(svg), broken])
    expect(await shrink(bytes)).toBe('unreadable');
  const tiff = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#fff' } })
    .tiff()
    .toBuffer();
  expect(await shrink(tiff)).toBe('unreadable');
});

test('a small file that would become a picture of a gigabyte is not opened', async () => {
  const bytes = bomb(30_000, 30_000);
  expect(bytes.length).toBeLessThan(1000);
  expect(await shrink(bytes)).toBe('pixels');
});

test('what is too large is refused before anybody looks into it', async () => {
  const bytes = Buffer.alloc(MOST_BYTES + 1);
  await expect(shrink(bytes)).rejects.toMatchObject({ refusal: { code: 'too_large' } });
  expect(await shrink(Buffer.alloc(MOST_BYTES))).toBe('unreadable');
});

test('many at once wait for each other, and too many are sent away', async () => {
  const bytes = await photo(64, 64);
  const all = await Promise.allSettled(Array.from({ length: 30 }, () => shrink(bytes)));
  const refused = all.filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(8);
  expect(await shrink(bytes)).toMatchObject({ width: 64 });
});

/** The names of a WebP's parts. */
function chunksOf(bytes: Uint8Array): string[] {
  const file = Buffer.from(bytes);
  const names: string[] = [];
  for (let at = 12; at + 8 <= file.length; ) {
    names.push(file.subarray(at, at + 4).toString('latin1'));
    const length = file.readUInt32LE(at + 4);
    at += 8 + length + (length % 2);
  }
  return names;
}
