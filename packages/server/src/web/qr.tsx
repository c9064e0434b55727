/** QR codes, drawn as one path of black squares with the quiet edge that readers need. Always on white. */
import { encode } from 'uqr';

const EDGE = 2;

export function Qr({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { ecc: 'M', border: 0 });
  const whole = size + 2 * EDGE;
  return (
    <svg class="qr" viewBox={`0 0 ${whole} ${whole}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <path class="qr__paper" d={`M0 0h${whole}v${whole}h-${whole}z`} />
      <path class="qr__ink" d={data.flatMap((row, y) => runs(row).map(([x, width]) => bar(x, y, width))).join('')} />
    </svg>
  );
}

const bar = (x: number, y: number, width: number) => `M${x + EDGE} ${y + EDGE}h${width}v1h-${width}z`;

/** Where dark squares stand side by side: from where, and how many. */
function runs(row: readonly boolean[]): [number, number][] {
  const found: [number, number][] = [];
  row.forEach((dark, x) => {
    const last = found.at(-1);
    if (!dark) return;
    if (last !== undefined && last[0] + last[1] === x) last[1] += 1;
    else found.push([x, 1]);
  });
  return found;
}
