/**
 * Loaded into each town's process before anything else: ends it when the supervisor is gone, and tells the
 * supervisor when somebody looks at its pages or walks in.
 *
 * Promises: a supervisor that crashes or is killed leaves no town running. The operating system
 * closes our standard input then; the town is told to stop, and after five seconds it is ended. A
 * town that stops by itself is not kept alive by this.
 *
 * @module
 */
import { reportVisits } from './visits.ts';

reportVisits((line) => process.stdout.write(line));
process.stdin.on('end', stop);
process.stdin.on('error', stop);
process.stdin.resume();
process.stdin.unref();

function stop(): void {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.exit(1), 5_000).unref();
}
